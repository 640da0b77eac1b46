package data

import "math/rand/v2"

// sampler says which picture stands at a position of the endless stream that
// training reads: permutation 0 of all pictures, then permutation 1, and so
// on, each a function of (seed, its number) alone. Batches are cut from the
// stream without regard to where a permutation ends, so every picture is seen
// equally often, up to one, and any update can be the first: slot b of update
// t is position t*batch+b.
//
// The paper does not say how source pictures are drawn. Shuffled passes are this
// project's choice.
type sampler struct {
	seed  uint64
	pass  int
	order []int // permutation number pass
}

func newSampler(seed uint64, pictures int) *sampler {
	return &sampler{seed: seed, pass: -1, order: make([]int, pictures)}
}

// at is the picture at a position. Neighbouring positions are cheap; a jump to
// another permutation costs shuffling it.
func (s *sampler) at(position int) int {
	n := len(s.order)
	if pass := position / n; pass != s.pass {
		s.pass = pass
		for i := range s.order {
			s.order[i] = i
		}
		r := rand.New(rand.NewPCG(s.seed, samplerStream^uint64(pass)))
		r.Shuffle(n, func(i, j int) { s.order[i], s.order[j] = s.order[j], s.order[i] })
	}
	return s.order[position%n]
}

// samplerStream keeps the sampler's random numbers apart from those of other
// purposes: its ASCII is "pictures".
const samplerStream = 0x7069637475726573
