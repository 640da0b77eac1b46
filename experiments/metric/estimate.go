package metric

import (
	"fmt"
	"math"
)

// Estimate is a value that differs from the exact one by Bound at most. That is a
// promise for all data, not a typical error: it assumes the worst order of the
// scores within each bin. The rounding of sums is part of it.
type Estimate struct {
	Value, Bound float64
}

// String is the value with its bound, as 0.98765 ± 0.00002, to the first place that
// the bound reaches. The bound is rounded up, and for the value's rounding too.
func (e Estimate) String() string {
	const most = 12 // places
	places := 0
	for places < most && e.Bound*math.Pow10(places) < 1 {
		places++
	}
	unit := math.Pow10(-places)
	value := math.Round(e.Value/unit) * unit
	bound := math.Ceil((e.Bound+math.Abs(e.Value-value))/unit) * unit
	return fmt.Sprintf("%.*f ± %.*f", places, value, places, bound)
}

// PixelEstimates is what [PixelMetrics] is, from histograms.
type PixelEstimates struct {
	AUROC, AP, AUPRO Estimate
	// BestF1 is the best among the thresholds between two bins. The F1 score is
	// exact for its threshold; one within a bin may have a better one.
	BestF1 OracleF1
	// Bins is how many were used.
	Bins int
	PixelCounts
}

// Metrics estimates [Pixels.Metrics] of what was added so far; more may be added
// afterwards. It fails where that does.
func (h *PixelHistogram) Metrics(limit float64) (PixelEstimates, error) {
	m := PixelEstimates{PixelCounts: h.maps.counts, Bins: h.used}
	if err := checkLimit(limit); err != nil {
		return PixelEstimates{}, err
	}
	if err := m.oneClass(); err != nil {
		return PixelEstimates{}, err
	}
	var roc, precision, overlap interval
	pro := proArea{limit: limit, normal: float64(m.Normal)}
	for s := range h.binSteps() {
		m.BestF1.add(s.cut, m.Anomalous)
		roc.add(pairs(s))
		precision.add(precisions(s))
		overlap.add(pro.overlaps(s))
	}
	// A sum of n terms that are not negative is rounded by n+1 units of 2^-53 of
	// itself at most, and a term by a few. A term of AUPRO is itself a sum: of a
	// bin's pixels, and of bins that were joined. Twice as much is allowed here.
	rounding := float64(m.Anomalous+m.Bins+64) * 0x1p-52
	all := float64(m.Anomalous)
	m.AUROC = roc.estimate(all*float64(m.Normal), rounding)
	m.AP = precision.estimate(all, rounding)
	m.AUPRO = overlap.estimate(limit*float64(m.Regions), rounding)
	return m, nil
}

// interval is what the exact sum lies in.
type interval struct{ low, high float64 }

func (i *interval) add(other interval) {
	i.low += other.low
	i.high += other.high
}

// estimate is the middle of the interval over a positive number. No metric leaves
// [0, 1], so what cannot be is cut off, which takes nothing nearer to the bound.
func (i interval) estimate(over, rounding float64) Estimate {
	low, high := i.low/over, i.high/over
	return Estimate{min((low+high)/2, 1), (high-low)/2 + rounding}
}

// pairs is how many pairs of a normal pixel of a bin and an anomalous one are in
// order, ties at half: those with the bins before are, those within it may be.
func pairs(s binStep) interval {
	p, n := float64(s.tp-s.before.tp), float64(s.fp-s.before.fp)
	certain := n * float64(s.before.tp)
	if s.tied {
		return interval{certain + p*n/2, certain + p*n/2}
	}
	return interval{certain, certain + p*n}
}

// precisions is the sum of the precisions at the thresholds of a bin's anomalous
// pixels. Precision TP/(TP+FP) grows with TP and falls with FP. It is highest where
// the bin's anomalous pixels are equal and come before the normal ones, and lowest
// where they come after them one by one, the i-th with precision
//
//	(TP+i)/(TP+i+FP) = 1 - FP/(TP+FP+i)
//
// with FP of the bin's end and TP of its begin. 1/x is convex, so its value in the
// middle of a unit is at most the mean over the unit, and the sum of 1/(TP+FP+i) for
// i of 1 to p is at most the logarithm of (TP+FP+p+1/2)/(TP+FP+1/2).
func precisions(s binStep) interval {
	p := float64(s.tp - s.before.tp)
	tp, fp := float64(s.tp), float64(s.fp)
	switch {
	case p == 0:
		return interval{}
	case s.tied:
		return interval{p * tp / (tp + fp), p * tp / (tp + fp)}
	}
	lowest := p - fp*math.Log1p(p/(float64(s.before.tp)+fp+0.5))
	return interval{lowest, p * tp / (tp + float64(s.before.fp))}
}

// overlaps is the area under PRO that a bin's anomalous pixels add: the sooner they
// come among its normal ones, the more.
func (a *proArea) overlaps(s binStep) interval {
	if s.overlap == 0 {
		return interval{}
	}
	from, to := float64(s.before.fp)/a.normal, float64(s.fp)/a.normal
	if s.tied {
		area := s.overlap * a.right(from, to)
		return interval{area, area}
	}
	return interval{s.overlap * a.right(to, to), s.overlap * a.right(from, from)}
}
