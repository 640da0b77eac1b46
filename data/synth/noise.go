package synth

import "math"

// Lattice noise: pure functions of a seed and a point, because a surface is looked up at any point in any order.

// hash2 mixes a seed and a lattice point into 32 even bits (murmur3's finaliser).
func hash2(seed uint32, x, y int32) uint32 {
	h := seed ^ uint32(x)*0x85ebca6b ^ uint32(y)*0xc2b2ae35
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	h *= 0x846ca68b
	return h ^ h>>16
}

// unit maps a hash to [0, 1).
func unit(h uint32) float64 { return float64(h>>8) / (1 << 24) }

// value is smooth noise in [-1, 1] with one bump per unit of x and y.
func value(seed uint32, x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	i, j := int32(fx), int32(fy)
	tx, ty := x-fx, y-fy
	tx, ty = tx*tx*(3-2*tx), ty*ty*(3-2*ty)
	a, b := unit(hash2(seed, i, j)), unit(hash2(seed, i+1, j))
	c, d := unit(hash2(seed, i, j+1)), unit(hash2(seed, i+1, j+1))
	a += (b - a) * tx
	c += (d - c) * tx
	return 2*(a+(c-a)*ty) - 1
}

// fractal adds octaves of value, each twice as fine and half as strong; it stays within [-1, 1].
func fractal(seed uint32, x, y float64, octaves int) float64 {
	sum, amp, total := 0.0, 1.0, 0.0
	for o := range octaves {
		sum += amp * value(seed+uint32(o)*0x9e3779b9, x, y)
		total += amp
		amp /= 2
		x, y = 2*x+17.3, 2*y-9.1 // shifted, so that the octaves' lattices don't line up
	}
	return sum / total
}

// grain finds the cell of a jittered unit grid that (x, y) lies in: its hash, and the distance to its border (0
// on the border), in grid units.
func grain(seed uint32, x, y float64) (id uint32, border float64) {
	fx, fy := math.Floor(x), math.Floor(y)
	first, second := math.Inf(1), math.Inf(1) // squared distances of the two nearest seeds
	for dj := int32(-1); dj <= 1; dj++ {
		for di := int32(-1); di <= 1; di++ {
			h := hash2(seed, int32(fx)+di, int32(fy)+dj)
			dx := fx + float64(di) + float64(h&0xffff)/65536 - x
			dy := fy + float64(dj) + float64(h>>16)/65536 - y
			switch d := dx*dx + dy*dy; {
			case d < first:
				second, first, id = first, d, h
			case d < second:
				second = d
			}
		}
	}
	return id * 0x9e3779b1, (math.Sqrt(second) - math.Sqrt(first)) / 2 // scrambled: h itself tells where the seed lies
}
