package run

import (
	"errors"
	"math"

	"github.com/cutpaste/cutpaste/experiments/gde"
)

// Range is what the pixels of several maps score.
type Range struct {
	Low, High   float64 // between which nearly all are, for colours: quantiles of 0.01 and 0.999
	Least, Most float64
}

// samples is of about how many scores the quantiles are.
const samples = 1 << 20

// over is the range of the finite scores of the maps of these grids, one or more.
func (m mapper) over(g *grids, of []float32) (r Range, err error) {
	n := len(of) / (g.Height * g.Width)
	r.Least, r.Most = math.Inf(1), math.Inf(-1)
	every, at := max(1, n*m.size*m.size/samples), 0
	var some []float64
	for i := range n {
		one, err := m.at(g.at(of, i))
		if err != nil {
			return r, err
		}
		for _, s := range one {
			if v := float64(s); !math.IsNaN(v) && !math.IsInf(v, 0) {
				r.Least, r.Most = min(r.Least, v), max(r.Most, v)
			}
		}
		for ; at < len(one); at += every {
			if v := float64(one[at]); !math.IsNaN(v) && !math.IsInf(v, 0) {
				some = append(some, v)
			}
		}
		at -= len(one)
	}
	if len(some) == 0 {
		return r, errors.New("no score of a map is finite; look at what made them")
	}
	r.Low, r.High = gde.Quantile(some, 0.01), gde.Quantile(some, 0.999)
	return r, nil
}
