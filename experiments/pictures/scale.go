package pictures

import "math"

// Scale says which scores stand at the two ends of a colour bar, or of the range of a
// map's file. The maps of one category share one, so that they can be compared.
type Scale struct {
	Low, High float64
}

// NewScale is the scale of no score at all, for [Scale.Include].
func NewScale() Scale { return Scale{math.Inf(1), math.Inf(-1)} }

// Include widens the scale to these scores, without those that are not finite.
func (s *Scale) Include(scores []float32) {
	for _, v := range scores {
		if v := float64(v); !math.IsNaN(v) && !math.IsInf(v, 0) {
			s.Low, s.High = min(s.Low, v), max(s.High, v)
		}
	}
}

// usable tells whether there are numbers from Low to High.
func (s Scale) usable() bool {
	return s.Low <= s.High && !math.IsInf(s.Low, 0) && !math.IsInf(s.High-s.Low, 0)
}

// place is where a score lies between Low, which is 0, and High, which is 1. Beyond
// them it is 0 or 1; for NaN, or by a scale of no score, it is NaN.
func (s Scale) place(score float64) float64 {
	switch {
	case math.IsNaN(score) || !s.usable():
		return math.NaN()
	case score <= s.Low:
		return 0
	case score >= s.High:
		return 1
	}
	return (score - s.Low) / (s.High - s.Low)
}
