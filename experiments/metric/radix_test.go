package metric

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A key is the reverse of its score's order, and gives the score back.
func TestKeys(t *testing.T) {
	const tiny = math.SmallestNonzeroFloat32
	falling := []float32{math.MaxFloat32, 1e10, 1.5, 1, 0x1p-126, tiny, 0, -tiny, -1, -1.5, -math.MaxFloat32}
	for i, s := range falling {
		if got := scoreOf(keyOf(s)); got != float64(s) {
			t.Errorf("the score of %v's key is %v", s, got)
		}
		if i > 0 && keyOf(s) <= keyOf(falling[i-1]) {
			t.Errorf("the keys of %v and %v are in the wrong order", falling[i-1], s)
		}
	}
	if keyOf(0) != keyOf(float32(math.Copysign(0, -1))) {
		t.Error("zero and minus zero have two keys")
	}
	if keyOf(math.MaxFloat32) != lowestKey || keyOf(-math.MaxFloat32) != highestKey {
		t.Error("the ends of the keys are not those of the scores")
	}
}

func filled[T uint32 | uint64](elements []T) *blocks[T] {
	var b blocks[T]
	for len(elements) > 0 {
		n := copy(b.room(), elements)
		b.n += n
		elements = elements[n:]
	}
	return &b
}

func elements[T uint32 | uint64](b *blocks[T]) (out []T) {
	b.each(0, len(b.list), func(part []T) { out = append(out, part...) })
	return out
}

func TestSort(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{0, 1, 2, 1000, blockLen, blockLen + 1, 5*blockLen - 3} {
		for what, draw := range map[string]func() uint32{
			"all bits":     r.Uint32,
			"few values":   func() uint32 { return r.Uint32N(3) << 20 },
			"one value":    func() uint32 { return 0xabcdef01 },
			"lowest bits":  func() uint32 { return r.Uint32N(1 << 11) },
			"highest bits": func() uint32 { return r.Uint32() &^ (1<<22 - 1) },
		} {
			keys, pairs := make([]uint32, n), make([]uint64, n)
			for i := range keys {
				keys[i] = draw()
				pairs[i] = uint64(keys[i])<<32 | uint64(i)
			}
			k, p := filled(keys), filled(pairs)
			k.sort(0)
			p.sort(32)
			slices.Sort(keys)
			// Equal keys keep their order, and the lower half its place.
			slices.SortStableFunc(pairs, func(a, b uint64) int { return cmp.Compare(a>>32, b>>32) })
			if !slices.Equal(elements(k), keys) || !slices.Equal(elements(p), pairs) {
				t.Errorf("%d elements of %s are not sorted", n, what)
			}
		}
	}
}
