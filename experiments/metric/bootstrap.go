package metric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// BootstrapAUROC is the percentile interval of the mean AUROC of some models over
// the choice of test pictures (Efron and Tibshirani, An Introduction to the
// Bootstrap, 1993, section 13.3): for each of resamples times, as many anomalous
// pictures are drawn with replacement as there are, and as many normal ones, and
// every model is judged by the same drawn pictures. The interval lies between the
// quantiles (1-level)/2 and (1+level)/2 of what that gives, interpolated as NumPy
// does by default. scores[m][i] is what model m, such as a seed, says of picture i.
//
// It tells how much the value depends on the pictures at hand, not on the seed:
// models are not drawn. Where every model separates the classes, every resample
// does, and the interval is [1, 1] however few pictures there are.
//
// Equal input gives equal results, and the order of the models plays no role. It
// fails as AUROC does, naming the model; where there is no model; where level is
// not between 0 and 1; and where the resamples are too few for one to lie outside
// at either end (40 for 0.95; a thousand is usual).
func BootstrapAUROC(scores [][]float64, anomalous []bool, resamples int, level float64, seed uint64) (lo, hi float64, err error) {
	if !(level > 0 && level < 1) {
		return 0, 0, fmt.Errorf("an interval of level %v is not defined; take one between 0 and 1, such as 0.95", level)
	}
	if least := math.Ceil(2/(1-level) - 1e-9); float64(resamples) < least {
		return 0, 0, fmt.Errorf("%d resamples are too few for an interval of level %v; take %.0f or more", resamples, level, least)
	}
	if len(scores) == 0 {
		return 0, 0, fmt.Errorf("there are no scores of any model to draw from")
	}
	for m, s := range scores {
		if _, err := check(s, anomalous); err != nil {
			return 0, 0, fmt.Errorf("model %d: %w", m, err)
		}
	}
	abnormal, normal := split(anomalous)
	models := make([]places, len(scores))
	for m, s := range scores {
		models[m] = place(s, abnormal, normal)
	}

	r := rand.New(rand.NewPCG(seed, 0))
	drawn := make([]float64, resamples)
	timesAbnormal, timesNormal := make([]int32, len(abnormal)), make([]int32, len(normal))
	before := make([]int32, len(normal)+1)
	over := 2 * float64(len(abnormal)) * float64(len(normal)) * float64(len(models))
	for b := range drawn {
		draw(r, timesAbnormal)
		draw(r, timesNormal)
		total := int64(0) // whole numbers: no order of models rounds otherwise
		for _, p := range models {
			total += p.halves(timesAbnormal, timesNormal, before)
		}
		drawn[b] = float64(total) / over
	}
	slices.Sort(drawn)
	return quantile(drawn, (1-level)/2), quantile(drawn, (1+level)/2), nil
}

// draw counts how often each of len(times) things is drawn in as many draws with
// replacement.
func draw(r *rand.Rand, times []int32) {
	clear(times)
	for range times {
		times[r.Uint32N(uint32(len(times)))]++
	}
}

// quantile is the q-quantile, 0 to 1, of ascending values, linear between them.
func quantile(ascending []float64, q float64) float64 {
	at := q * float64(len(ascending)-1)
	i := min(int(at), len(ascending)-2)
	return ascending[i] + (at-float64(i))*(ascending[i+1]-ascending[i])
}
