// Package metric measures how well anomaly scores tell anomalous pictures from
// normal ones, and anomaly maps anomalous pixels.
//
// A score is higher for more anomalous, and label true is anomalous. At a
// threshold t every picture with score >= t is called anomalous. Pictures of
// equal score can only cross a threshold together, and every metric here treats
// them so: the order in which they come in never matters.
//
// AUROC, AveragePrecision and ROC judge the ranking over all thresholds. BestF1
// picks the threshold that suits the test labels best, so its result is an
// oracle's and is named as one; a threshold that is fit for use comes from normal
// pictures alone, see package gde.
//
// Maps are gathered one by one: by Pixels, which measures exactly, or by
// PixelHistogram, whose memory does not grow and whose estimates have bounds.
//
// How far an AUROC depends on the pictures at hand is what BootstrapAUROC says,
// and whether two methods differ on the same pictures DeLong. Count has wins, ties
// and losses over many data.
//
// Where only one class is there, none of this is defined. That is a result with
// a name, ErrOneClass, and never a NaN.
package metric

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
)

// ErrOneClass says that a metric is undefined because either no picture (or pixel)
// is anomalous or none is normal. Errors that wrap it say which.
var ErrOneClass = errors.New("the metric is undefined")

// ranking is the scores of each class in ascending order. Sorting plain numbers
// class by class and merging them later is faster than sorting pairs of score
// and label, and every score is still sorted once.
type ranking struct {
	anomalous, normal []float64
}

// check says what is wrong with scores and labels, and counts the anomalous.
func check(scores []float64, anomalous []bool) (positives int, err error) {
	if len(scores) != len(anomalous) {
		return 0, fmt.Errorf("there are %d scores for %d labels; there must be one for each", len(scores), len(anomalous))
	}
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return 0, fmt.Errorf("score %d is %v, and only finite scores can be ranked; look at what made it", i, s)
		}
		if anomalous[i] {
			positives++
		}
	}
	switch {
	case len(scores) == 0:
		return 0, fmt.Errorf("%w: there is no picture at all", ErrOneClass)
	case positives == 0:
		return 0, fmt.Errorf("%w: none of the %d pictures is anomalous", ErrOneClass, len(scores))
	case positives == len(scores):
		return 0, fmt.Errorf("%w: none of the %d pictures is normal", ErrOneClass, len(scores))
	}
	return positives, nil
}

func rank(scores []float64, anomalous []bool) (ranking, error) {
	positives, err := check(scores, anomalous)
	if err != nil {
		return ranking{}, err
	}
	both := make([]float64, len(scores))
	r := ranking{both[:0:positives], both[positives:positives]}
	for i, s := range scores {
		if anomalous[i] {
			r.anomalous = append(r.anomalous, s)
		} else {
			r.normal = append(r.normal, s)
		}
	}
	slices.Sort(r.anomalous)
	slices.Sort(r.normal)
	return r, nil
}

// cut is what a threshold does: tp anomalous and fp normal pictures lie at or
// above it.
type cut struct {
	threshold float64
	tp, fp    int
}

// cuts goes through the distinct scores from the highest to the lowest.
func (r ranking) cuts() iter.Seq[cut] {
	return func(yield func(cut) bool) {
		i, j := len(r.anomalous), len(r.normal) // what is left below the threshold
		for i > 0 || j > 0 {
			t := math.Inf(-1)
			if i > 0 {
				t = r.anomalous[i-1]
			}
			if j > 0 {
				t = max(t, r.normal[j-1])
			}
			for i > 0 && r.anomalous[i-1] == t {
				i--
			}
			for j > 0 && r.normal[j-1] == t {
				j--
			}
			if !yield(cut{t, len(r.anomalous) - i, len(r.normal) - j}) {
				return
			}
		}
	}
}
