package metric

import (
	"fmt"
	"iter"
	"math"
)

// PROPoint is a point of the curve of per-region overlap (see [PixelMetrics]): at
// Threshold the normal pixels that score at least as high are the share FPR of all
// normal ones, and regions are covered to the share PRO in the mean.
type PROPoint struct {
	FPR, PRO, Threshold float64
}

// PRO is the curve of per-region overlap for plotting, from (0, 0) with the
// threshold +Inf to (1, 1). Of its points, one for each distinct score, only those
// are kept that lie 1/n or more from the one kept before in FPR or in PRO, and the
// last: at most 2n+2, and the straight lines between them are nowhere farther than
// that from the whole curve.
//
// It fails with [ErrOneClass] where no pixel is anomalous or none is normal.
func (p *Pixels) PRO(n int) ([]PROPoint, error) { return proCurve(p, n) }

// ROC is the receiver operating characteristic of pixels for plotting, thinned as
// [Pixels.PRO] is.
//
// It fails with [ErrOneClass] where no pixel is anomalous or none is normal.
func (p *Pixels) ROC(n int) ([]Point, error) { return rocCurve(p, n) }

// PRO is the curve as [Pixels.PRO] gives it, with points between bins only. They
// lie on the exact curve.
func (h *PixelHistogram) PRO(n int) ([]PROPoint, error) { return proCurve(h, n) }

// ROC is the curve as [Pixels.ROC] gives it, with points between bins only. They
// lie on the exact curve.
func (h *PixelHistogram) ROC(n int) ([]Point, error) { return rocCurve(h, n) }

// stepper is something that gathered pixels.
type stepper interface {
	counts() PixelCounts
	steps() iter.Seq[step]
}

func (p *Pixels) counts() PixelCounts         { return p.maps.counts }
func (h *PixelHistogram) counts() PixelCounts { return h.maps.counts }

func proCurve(s stepper, n int) ([]PROPoint, error) {
	counts := s.counts()
	var curve []PROPoint
	overlap := 0.0
	err := thin(s, n, func(s step) float64 {
		overlap += s.overlap
		if s.tp == counts.Anomalous {
			return 1 // without the rounding of the sum
		}
		return min(overlap/float64(counts.Regions), 1)
	}, func(fpr, pro, threshold float64) {
		curve = append(curve, PROPoint{fpr, pro, threshold})
	})
	return curve, err
}

func rocCurve(s stepper, n int) ([]Point, error) {
	anomalous := float64(s.counts().Anomalous)
	var curve []Point
	err := thin(s, n, func(s step) float64 {
		return float64(s.tp) / anomalous
	}, func(fpr, tpr, threshold float64) {
		curve = append(curve, Point{fpr, tpr, threshold})
	})
	return curve, err
}

// thin hands keep some of the points of a curve whose height after a step is y.
func thin(s stepper, n int, y func(step) float64, keep func(x, y, threshold float64)) error {
	counts := s.counts()
	if n < 1 {
		return fmt.Errorf("a curve of %d points is not drawn; take 1 or more", n)
	}
	if err := counts.oneClass(); err != nil {
		return err
	}
	type point struct{ x, y, threshold float64 }
	last, kept := point{threshold: math.Inf(1)}, point{}
	keep(last.x, last.y, last.threshold)
	for s := range s.steps() {
		last = point{float64(s.fp) / float64(counts.Normal), y(s), s.threshold}
		if far := 1 / float64(n); last.x-kept.x >= far || last.y-kept.y >= far {
			keep(last.x, last.y, last.threshold)
			kept = last
		}
	}
	if last != kept {
		keep(last.x, last.y, last.threshold)
	}
	return nil
}
