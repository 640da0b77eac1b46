package synth

import (
	"hash/fnv"
	"math/rand/v2"
)

// stream returns the generator for one purpose of one picture. Every choice that the drawing makes comes from
// such a stream, so that no picture depends on another and none on the order of drawing.
func stream(seed uint64, category, split, purpose string, index int) *rand.Rand {
	h := fnv.New64a()
	for _, s := range []string{category, split, purpose} {
		h.Write([]byte(s))
		h.Write([]byte{0}) // so that "ab","c" and "a","bc" differ
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()+uint64(index)*0x9e3779b97f4a7c15))
}

// between is uniform in [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// either is lo..hi or -hi..-lo, each with equal chance.
func either(r *rand.Rand, lo, hi float64) float64 {
	v := between(r, lo, hi)
	if r.Uint64()&1 == 0 {
		return -v
	}
	return v
}

// normal is close to a standard normal deviate: the sum of four 16-bit uniforms, scaled. It is bounded by 3.5
// and, unlike rand.NormFloat64, never calls math.Exp, whose last bit differs between processors.
func normal(r *rand.Rand) float64 {
	u := r.Uint64()
	sum := u&0xffff + u>>16&0xffff + u>>32&0xffff + u>>48
	return (float64(sum)/65535 - 2) * 1.7320508075688772 // a uniform's variance is 1/12, so the sum's is 1/3
}
