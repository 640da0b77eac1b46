package localize

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Against sorting, for every k.
func TestImageScore(t *testing.T) {
	m := make([]float32, 60)
	for i := range m {
		m[i] = float32(i*i*7%53) - 20 // with ties
	}
	sorted := slices.Clone(m)
	slices.Sort(sorted)
	slices.Reverse(sorted)
	if got, err := ImageScore(m, 10, "max", 1); err != nil || got != float64(sorted[0]) {
		t.Errorf("the largest is %v, want %v (%v)", got, sorted[0], err)
	}
	for k := 1; k <= 62; k++ {
		want := 0.0
		for _, v := range sorted[:min(k, 60)] {
			want += float64(v) / float64(min(k, 60))
		}
		if got, err := ImageScore(m, 10, "top", k); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("the mean of the top %d is %v, want %v (%v)", k, got, want, err)
		}
	}
}

func TestMapsWithoutAScore(t *testing.T) {
	m := make([]float32, 12)
	m[7] = float32(math.NaN())
	if _, err := ImageScore(m, 4, "max", 1); err == nil || !strings.Contains(err.Error(), "column 3 of row 1") {
		t.Errorf("NaN: %v", err)
	}
	if _, err := ImageScore(nil, 4, "top", 1); err == nil {
		t.Error("a map without pixels has a score")
	}
}
