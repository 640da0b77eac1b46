package augment

import (
	"slices"
	"testing"
)

// By hand at 256 px: sqrt(0.15*3.3)*256 = 180.1, sqrt(0.15/0.3)*256 = 181.0; a
// scar has 16 x 25.
func TestLargestCuts(t *testing.T) {
	for variant, want := range map[string][2][]int{
		"3way":     {{0, 180, 16}, {0, 181, 25}},
		"cutpaste": {{0, 180}, {0, 181}},
		"scar":     {{0, 16}, {0, 25}},
		"union":    {{0, 180}, {0, 181}},
		"rotation": {{0, 256, 256, 256}, {0, 256, 256, 256}},
		"cutout":   {{0, 180}, {0, 181}},
		"confetti": {{0, 180}, {0, 181}},

		"scar_cutout": {{0, 16}, {0, 25}},
	} {
		a := defaults()
		a.Variant = variant
		w, h := NewPlanner(a, mean, 256, 256, 0).LargestCuts()
		if !slices.Equal(w, want[0]) || !slices.Equal(h, want[1]) {
			t.Errorf("%s: %v x %v, want %v x %v", variant, w, h, want[0], want[1])
		}
	}
}

// No plan of thousands is larger, and some come near.
func TestNoCutIsLarger(t *testing.T) {
	for _, rotate := range []float64{0, 90} {
		for trial, variant := range variants {
			size := []int{20, 64, 256}[trial%3]
			a := defaults()
			a.Variant, a.Rotate = variant, rotate
			p := NewPlanner(a, mean, size, size, 7)
			w, h := p.LargestCuts()
			var most [4]int32
			for step := range 2000 {
				for v, plan := range p.Plans(nil, step, 0) {
					if int(plan.CutW) > w[v] || int(plan.CutH) > h[v] {
						t.Fatalf("%s: view %d at %d px has a cut of %d x %d, more than %d x %d", variant, v, size, plan.CutW, plan.CutH, w[v], h[v])
					}
					most[v] = max(most[v], plan.CutW)
				}
			}
			if (rotate == 0 || variant == "cutout" || variant == "confetti") && int(most[1]) < w[1]*9/10 {
				t.Errorf("%s: at %d px the widest patch has %d pixels, the bound is %d", variant, size, most[1], w[1])
			}
		}
	}
}
