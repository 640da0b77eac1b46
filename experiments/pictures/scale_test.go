package pictures

import (
	"math"
	"testing"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

func TestScaleOfScores(t *testing.T) {
	s := NewScale()
	s.Include([]float32{nan, inf, -inf})
	if s.usable() {
		t.Errorf("there is a scale %v of no finite score", s)
	}
	s.Include([]float32{2, nan, -1})
	s.Include(nil)
	s.Include([]float32{5, inf})
	if want := (Scale{-1, 5}); s != want {
		t.Errorf("the scale is %v, want %v", s, want)
	}
}

func TestPlace(t *testing.T) {
	s := Scale{2, 6}
	for score, want := range map[float64]float64{1: 0, 2: 0, 3: 0.25, 6: 1, 7: 1, math.Inf(1): 1, math.Inf(-1): 0} {
		if got := s.place(score); got != want {
			t.Errorf("%v is at %v, want %v", score, got, want)
		}
	}
	if got := (Scale{3, 3}).place(3); got != 0 {
		t.Errorf("the only score of a scale is at %v, want 0", got)
	}
	for _, c := range []struct {
		scale Scale
		score float64
	}{
		{s, math.NaN()}, {NewScale(), 1}, {Scale{6, 2}, 3}, {Scale{math.NaN(), 1}, 0}, {Scale{0, math.Inf(1)}, 1},
		{Scale{-math.MaxFloat64, math.MaxFloat64}, 1}, // no number is as large as their distance
	} {
		if got := c.scale.place(c.score); !math.IsNaN(got) {
			t.Errorf("%v is at %v of %v, want NaN", c.score, got, c.scale)
		}
	}
}
