package augment

import (
	"math"
	"math/rand/v2"
)

// purpose keeps the streams of different uses apart.
type purpose uint64

const (
	forBase  purpose = 1 // translation and jitter of the whole picture
	forPaste purpose = 2 // everything about the patch
	forCrop  purpose = 3 // which part of the picture is kept
)

// stream is one run of random numbers. It is a value: two streams never share
// state, and making one allocates nothing.
type stream struct{ pcg rand.PCG }

// newStream is the stream of (seed, purpose, step, index, view).
func newStream(seed uint64, what purpose, step, index, view int) stream {
	h := scramble(seed)
	for _, v := range [...]uint64{uint64(what), uint64(step), uint64(index), uint64(view)} {
		h = scramble(h + v)
	}
	var s stream
	s.pcg.Seed(h, scramble(h))
	return s
}

// scramble is SplitMix64's step: neighbouring inputs give unrelated outputs.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit is uniform in [0,1).
func (s *stream) unit() float64 { return float64(s.pcg.Uint64()>>11) / (1 << 53) }

// uniform is uniform in [min,max).
func (s *stream) uniform(min, max float64) float64 { return min + float64((max-min)*s.unit()) }

// between is a uniform integer in [min,max].
func (s *stream) between(min, max int) int {
	return min + int(math.Floor(s.unit()*float64(max-min+1)))
}
