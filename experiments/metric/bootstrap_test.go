package metric

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// numpy drew other pictures, and so do we: each end of an interval is off by chance,
// with a standard error of 2.7 spreads over the square root of the resamples, for a
// normal distribution. Four of these are allowed; with no spread, nothing is.
func TestBootstrapParity(t *testing.T) {
	const resamples = 20000
	for _, f := range comparisons(t) {
		t.Run(f.Name, func(t *testing.T) {
			tolerance := 4 * 2.7 * f.Spread / math.Sqrt(resamples)
			lo, hi, err := BootstrapAUROC(f.Scores, f.Anomalous, resamples, 0.95, 1)
			if err != nil || math.Abs(lo-f.Interval[0]) > tolerance || math.Abs(hi-f.Interval[1]) > tolerance {
				t.Errorf("%v to %v (%v), want %v within %v", lo, hi, err, f.Interval, tolerance)
			}
		})
	}
}

// Of the anomalous pictures 3 and 1 a resample has 3 twice in a quarter of all cases,
// both in a half and 1 twice in a quarter, and of the normal 2 and 0 likewise. That
// gives these AUROCs:
//
//	        2, 2        2, 0        0, 0
//	3, 3    1   1/16    1   1/8     1   1/16
//	3, 1    1/2 1/8     3/4 1/4     1   1/8
//	1, 1    0   1/16    1/2 1/8     1   1/16
//
// So 1/16 of all are 0, 5/16 are 1/2 or less, and 9/16 are 3/4 or less.
func TestBootstrapByHand(t *testing.T) {
	scores, anomalous := [][]float64{{3, 1, 2, 0}}, []bool{true, true, false, false}
	for level, want := range map[float64][2]float64{0.95: {0, 1}, 0.7: {0.5, 1}, 0.2: {0.75, 1}, 0.1: {0.75, 0.75}} {
		lo, hi, err := BootstrapAUROC(scores, anomalous, 40000, level, 7)
		if err != nil || lo != want[0] || hi != want[1] {
			t.Errorf("level %v: %v to %v (%v), want %v", level, lo, hi, err, want)
		}
	}
}

// The pass over counts gives what AUROC gives of the pictures written out.
func TestHalvesAreAUROCOfTheResample(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		scores, anomalous := drawnScores(r, 4+r.IntN(30), 1+r.IntN(12))
		abnormal, normal := split(anomalous)
		timesAbnormal, timesNormal := make([]int32, len(abnormal)), make([]int32, len(normal))
		draw(r, timesAbnormal)
		draw(r, timesNormal)
		var out []float64
		var labels []bool
		for _, class := range []struct {
			at, times []int32
			label     bool
		}{{abnormal, timesAbnormal, true}, {normal, timesNormal, false}} {
			drawn := 0
			for i, times := range class.times {
				for range times {
					out, labels = append(out, scores[class.at[i]]), append(labels, class.label)
					drawn++
				}
			}
			if drawn != len(class.at) {
				t.Fatalf("%d of %d were drawn", drawn, len(class.at))
			}
		}
		want, err := AUROC(out, labels)
		if err != nil {
			t.Fatal(err)
		}
		halves := place(scores, abnormal, normal).halves(timesAbnormal, timesNormal, make([]int32, len(normal)+1))
		if got := float64(halves) / float64(2*len(abnormal)*len(normal)); !near(got, want) {
			t.Fatalf("%v, want %v of %v %v", got, want, out, labels)
		}
	}
}

func TestBootstrapProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	a, anomalous := drawnScores(r, 60, 30)
	b, _ := drawnScores(r, 60, 30)
	interval := func(scores [][]float64, level float64, seed uint64) [2]float64 {
		t.Helper()
		lo, hi, err := BootstrapAUROC(scores, anomalous, 500, level, seed)
		if err != nil {
			t.Fatal(err)
		}
		return [2]float64{lo, hi}
	}
	of := interval([][]float64{a, b}, 0.95, 1)
	if again := interval([][]float64{b, a}, 0.95, 1); again != of {
		t.Errorf("the order of models changes %v to %v", of, again)
	}
	if other := interval([][]float64{a, b}, 0.95, 2); other == of {
		t.Errorf("another seed gives %v too", other)
	}
	if narrow := interval([][]float64{a, b}, 0.5, 1); narrow[0] <= of[0] || narrow[1] >= of[1] {
		t.Errorf("at level 0.5 it is %v, at 0.95 %v", narrow, of)
	}
	if one, five := interval([][]float64{a}, 0.95, 1), interval([][]float64{a, a, a, a, a}, 0.95, 1); one != five {
		t.Errorf("five times the same model has %v, once %v", five, one)
	}
	turned := slices.Clone(a)
	for i := range turned {
		turned[i] = -turned[i]
	}
	if up, down := interval([][]float64{a}, 0.95, 1), interval([][]float64{turned}, 0.95, 1); !near(up[0], 1-down[1]) || !near(up[1], 1-down[0]) {
		t.Errorf("%v turned over gives %v", up, down)
	}
}

func TestBootstrapNamesWrongInput(t *testing.T) {
	anomalous := []bool{true, false, true}
	good := []float64{1, 2, 3}
	for says, call := range map[string]func() error{
		"model 1: score 2 is NaN": func() error {
			_, _, err := BootstrapAUROC([][]float64{good, {1, 2, math.NaN()}}, anomalous, 100, 0.95, 1)
			return err
		},
		"model 0: there are 2 scores for 3 labels": func() error {
			_, _, err := BootstrapAUROC([][]float64{good[:2]}, anomalous, 100, 0.95, 1)
			return err
		},
		"no scores of any model": func() error { _, _, err := BootstrapAUROC(nil, anomalous, 100, 0.95, 1); return err },
		"39 resamples are too few for an interval of level 0.95; take 40 or more": func() error {
			_, _, err := BootstrapAUROC([][]float64{good}, anomalous, 39, 0.95, 1)
			return err
		},
		"level 95 is not defined": func() error { _, _, err := BootstrapAUROC([][]float64{good}, anomalous, 100, 95, 1); return err },
		"level NaN": func() error {
			_, _, err := BootstrapAUROC([][]float64{good}, anomalous, 100, math.NaN(), 1)
			return err
		},
	} {
		if err := call(); err == nil || errors.Is(err, ErrOneClass) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if _, _, err := BootstrapAUROC([][]float64{good}, make([]bool, 3), 100, 0.95, 1); !errors.Is(err, ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
	if lo, hi, err := BootstrapAUROC([][]float64{good}, anomalous, 40, 0.95, 1); err != nil || lo < 0 || hi > 1 {
		t.Errorf("40 resamples: %v to %v, %v", lo, hi, err)
	}
}

// A cell of a table: five seeds, 120 pictures, a thousand resamples.
func BenchmarkBootstrapAUROC(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	scores := make([][]float64, 5)
	anomalous := make([]bool, 120)
	for i := range anomalous {
		anomalous[i] = i%3 > 0
	}
	for m := range scores {
		scores[m] = make([]float64, len(anomalous))
		for i := range scores[m] {
			scores[m][i] = r.NormFloat64()
			if anomalous[i] {
				scores[m][i]++
			}
		}
	}
	for b.Loop() {
		if _, _, err := BootstrapAUROC(scores, anomalous, 1000, 0.95, 1); err != nil {
			b.Fatal(err)
		}
	}
}
