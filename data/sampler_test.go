package data

import (
	"slices"
	"testing"
)

func stream(seed uint64, pictures, from, n int) []int {
	s := newSampler(seed, pictures)
	out := make([]int, n)
	for i := range out {
		out[i] = s.at(from + i)
	}
	return out
}

// Each pass holds every picture once.
func TestSamplerPasses(t *testing.T) {
	for _, n := range []int{1, 2, 7, 100} {
		all := stream(3, n, 0, 5*n)
		for pass := range 5 {
			got := slices.Sorted(slices.Values(all[pass*n : (pass+1)*n]))
			for i, v := range got {
				if v != i {
					t.Fatalf("pass %d of %d pictures holds %v", pass, n, got)
				}
			}
		}
	}
	if a := stream(3, 50, 0, 100); slices.Equal(a[:50], a[50:]) {
		t.Error("two passes have the same order")
	}
	if slices.Equal(stream(3, 50, 0, 50), stream(4, 50, 0, 50)) {
		t.Error("two seeds have the same order")
	}
}

// Any position can be the first, and going back is going back.
func TestSamplerHasNoMemory(t *testing.T) {
	all := stream(9, 13, 0, 200)
	for from := range 200 {
		if got := newSampler(9, 13).at(from); got != all[from] {
			t.Fatalf("position %d is %d from there, %d from the start", from, got, all[from])
		}
	}
	s := newSampler(9, 13)
	for i := range 200 {
		at := i * 77 % 200
		if got := s.at(at); got != all[at] {
			t.Fatalf("position %d is %d out of order, %d in order", at, got, all[at])
		}
	}
}

// The order is part of what a seed means: a change here changes every result,
// so it must be meant. The values are what the first version gave.
func TestSamplerOrderIsFixed(t *testing.T) {
	if got, want := stream(0, 8, 0, 16), []int{6, 0, 3, 1, 5, 7, 2, 4, 0, 1, 4, 3, 6, 7, 2, 5}; !slices.Equal(got, want) {
		t.Errorf("%#v", got)
	}
}
