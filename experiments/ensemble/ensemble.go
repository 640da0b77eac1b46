// Package ensemble combines the scores of several models of the same pictures, from what
// their runs stored: nothing is trained or embedded again.
//
// The paper ensembles the anomaly scores of five models (Table 1) and does not say how.
// Here each model's scores are standardised by the mean and the standard deviation of
// its own scores of the normal training pictures, each as if it were new (run.Scores),
// and then averaged. No test picture takes part in that, so a picture's score does not
// depend on which others are tested. The plain mean is there too.
package ensemble

import (
	"fmt"
	"math"

	"github.com/cutpaste/cutpaste/experiments/metric"
)

// Ways to combine.
const (
	Standardised = "standardised"
	Plain        = "plain"
)

// Member is one model's scores.
type Member struct {
	Test   []float64 // of the test pictures, which all members have in the same order
	Normal []float64 // of the normal training pictures
}

// Scale is what standardises a member's scores.
type Scale struct{ Mean, Deviation float64 }

// scale is that of a member, or the one that changes nothing.
func (m Member) scale(how string) (Scale, error) {
	if how == Plain {
		return Scale{0, 1}, nil
	}
	if len(m.Normal) < 2 {
		return Scale{}, fmt.Errorf("a model has %d scores of normal training pictures and cannot be standardised by them; score its run again with `cutpaste evaluate`, or combine plainly", len(m.Normal))
	}
	var sum, squares float64
	for _, v := range m.Normal {
		sum += v
	}
	mean := sum / float64(len(m.Normal))
	for _, v := range m.Normal {
		squares += (v - mean) * (v - mean)
	}
	s := Scale{mean, math.Sqrt(squares / float64(len(m.Normal)))}
	return s, s.check()
}

// check refuses a scale that nothing can be divided by.
func (s Scale) check() error {
	if !(s.Deviation > 0) || math.IsInf(s.Deviation, 0) || math.IsNaN(s.Mean) {
		return fmt.Errorf("a model's scores of normal training pictures have the standard deviation %g, by which nothing can be divided", s.Deviation)
	}
	return nil
}

// Scores are the mean of the members' scores. A single member's are its own but for
// their scale.
func Scores(members []Member, how string) ([]float64, error) {
	out := make([]float64, len(members[0].Test))
	for _, m := range members {
		if len(m.Test) != len(out) {
			return nil, fmt.Errorf("one model has scored %d test pictures and another %d", len(m.Test), len(out))
		}
		s, err := m.scale(how)
		if err != nil {
			return nil, err
		}
		for i, v := range m.Test {
			out[i] += (v - s.Mean) / s.Deviation / float64(len(members))
		}
	}
	return out, nil
}

// Subsets are all sets of k of the numbers below n, in lexical order.
func Subsets(n, k int) [][]int {
	if k > n {
		return nil
	}
	var all [][]int
	set := make([]int, k)
	for i := range set {
		set[i] = i
	}
	for {
		all = append(all, append([]int{}, set...))
		i := k - 1
		for i >= 0 && set[i] == n-k+i {
			i--
		}
		if i < 0 {
			return all
		}
		set[i]++
		for j := i + 1; j < k; j++ {
			set[j] = set[j-1] + 1
		}
	}
}

// Found is what ensembles of one size found: means over all subsets of that size.
type Found struct {
	Size            int
	AUROC, AP       float64
	Lowest, Highest float64 // AUROC of the worst and the best subset, which only test labels know
	PixelAUROC      float64 // NaN where no maps were measured, as the next two
	PixelAP, AUPRO  float64
}

// BySize measures the ensembles of every size from 1 to that of all members.
func BySize(members []Member, anomalous []bool, how string) ([]Found, error) {
	var out []Found
	for k := 1; k <= len(members); k++ {
		f := Found{Size: k, Lowest: 1, PixelAUROC: math.NaN(), PixelAP: math.NaN(), AUPRO: math.NaN()}
		sets := Subsets(len(members), k)
		for _, set := range sets {
			scores, err := Scores(pick(members, set), how)
			if err != nil {
				return nil, err
			}
			auroc, err := metric.AUROC(scores, anomalous)
			if err != nil {
				return nil, err
			}
			ap, err := metric.AveragePrecision(scores, anomalous)
			if err != nil {
				return nil, err
			}
			f.AUROC += auroc / float64(len(sets))
			f.AP += ap / float64(len(sets))
			f.Lowest, f.Highest = min(f.Lowest, auroc), max(f.Highest, auroc)
		}
		out = append(out, f)
	}
	return out, nil
}

func pick[T any](list []T, set []int) []T {
	var out []T
	for _, i := range set {
		out = append(out, list[i])
	}
	return out
}
