package augment

import "math/rand/v2"

// noise is a picture of random bytes.
func noise(size int, seed uint64) []uint8 {
	r := rand.New(rand.NewPCG(seed, 0))
	pix := make([]uint8, size*size*3)
	for i := range pix {
		pix[i] = uint8(r.Uint32())
	}
	return pix
}
