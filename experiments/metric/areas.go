package metric

import (
	"math"
	"math/bits"
)

// What follows takes the cuts of a ranking one after the other, from the highest
// threshold to the lowest, and knows a metric after the last one. Pictures and
// pixels are measured by the same code.

// rocArea counts the pairs of an anomalous and a normal score twice over where
// they are in order and once where they are equal, so that it stays whole. Pairs
// of pixels are too many for 64 bits.
type rocArea struct {
	high, low uint64
	last      cut
}

func (a *rocArea) add(c cut) {
	newTP, newFP := uint64(c.tp-a.last.tp), uint64(c.fp-a.last.fp)
	high, low := bits.Mul64(newFP, 2*uint64(a.last.tp)+newTP)
	var carry uint64
	a.low, carry = bits.Add64(a.low, low, 0)
	a.high += high + carry
	a.last = c
}

func (a *rocArea) value() float64 {
	pairs := float64(a.last.tp) * float64(a.last.fp)
	return (math.Ldexp(float64(a.high), 64) + float64(a.low)) / (2 * pairs)
}

// precisionSum is the sum of average precision, before it is divided by the number
// of the anomalous.
type precisionSum struct {
	sum float64
	tp  int
}

func (p *precisionSum) add(c cut) {
	if c.tp > p.tp {
		p.sum += float64(c.tp-p.tp) * float64(c.tp) / float64(c.tp+c.fp)
		p.tp = c.tp
	}
}

func (p *precisionSum) value() float64 { return p.sum / float64(p.tp) }

// add looks whether the F1 score at c is better than the best so far, of so many
// anomalous ones (TP + FN).
func (best *OracleF1) add(c cut, anomalous int) {
	if f1 := 2 * float64(c.tp) / float64(c.tp+c.fp+anomalous); f1 > best.F1 {
		*best = OracleF1{f1, c.threshold}
	}
}

// proArea is the area under the PRO curve from no false alarm up to a rate of them.
type proArea struct {
	limit, normal float64 // the rate, and the number of normal pixels
	sum           float64
	fp            int
}

func (a *proArea) add(s step) {
	if s.overlap > 0 {
		a.sum += s.overlap * a.right(float64(a.fp)/a.normal, float64(s.fp)/a.normal)
	}
	a.fp = s.fp
}

// right is the area up to the limit below a curve that is 0 until the rate from,
// rises in a straight line to 1 at the rate to and stays there.
func (a *proArea) right(from, to float64) float64 {
	switch {
	case to <= a.limit:
		return a.limit - (from+to)/2
	case from < a.limit:
		return (a.limit - from) * (a.limit - from) / (2 * (to - from))
	}
	return 0
}

// share is a sum of areas as AUPRO. Rounding alone could take it past 1.
func (a *proArea) share(sum float64, regions int) float64 {
	return min(sum/(a.limit*float64(regions)), 1)
}
