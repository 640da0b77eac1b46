package synth

import (
	"math"
	"testing"
)

func TestNoiseStaysInRangeAndIsContinuous(t *testing.T) {
	for name, f := range map[string]func(x, y float64) float64{
		"value":   func(x, y float64) float64 { return value(7, x, y) },
		"fractal": func(x, y float64) float64 { return fractal(7, x, y, 3) },
	} {
		lowest, highest := 1.0, -1.0
		for i := range 400 {
			for j := range 40 {
				x, y := float64(i)*.037-5, float64(j)*.37-5
				v := f(x, y)
				lowest, highest = min(lowest, v), max(highest, v)
				// Slope of smoothstep is at most 1.5 over a range of 2, and three octaves have 3/1.75 times that.
				if d := math.Abs(f(x+1e-6, y) - v); d > 6e-6 {
					t.Fatalf("%s jumps by %g at (%g, %g)", name, d, x, y)
				}
			}
		}
		if lowest < -1 || highest > 1 || lowest > -.6 || highest < .6 {
			t.Errorf("%s spans %.2f to %.2f", name, lowest, highest)
		}
	}
}

func TestValueMeetsTheLattice(t *testing.T) {
	for i := int32(-3); i < 3; i++ {
		want := 2*unit(hash2(9, i, 2)) - 1
		if got := value(9, float64(i), 2); got != want {
			t.Errorf("at (%d, 2): %v, want the lattice's %v", i, got, want)
		}
	}
}

// A grain is one connected region with a border: the distance to it falls to 0 exactly where the id changes.
func TestGrainBorders(t *testing.T) {
	id, border := grain(3, 0, .4)
	changes := 0
	for i := range 20_000 {
		next, d := grain(3, float64(i+1)*.0005, .4)
		if next != id {
			changes++
			if border > .0006 || d > .0006 {
				t.Fatalf("the grain changes at x = %g, %g and %g from the border", float64(i)*.0005, border, d)
			}
		}
		id, border = next, d
	}
	if changes < 5 || changes > 30 { // ten units, about one grain each
		t.Errorf("%d changes of grain over ten grid units", changes)
	}
}
