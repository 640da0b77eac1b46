package synth

import "testing"

// A flaw on a surface changes it where it lies and nowhere far from there.
func TestFlawsStayWhereTheyArePut(t *testing.T) {
	grey, sun := rgb{.5, .5, .5}, point{.6, .8}
	middle := point{.5, .5}
	for name, c := range map[string]struct {
		f     flaw
		reach float64 // it may be bent: nothing may change further than this from the middle
	}{
		"scratch": {scratch(stream(1, "", "", "scratch", 0), middle, .3, .01), .15 + .03},
		"stain":   {stain(stream(1, "", "", "stain", 0), middle, .08, rgb{.7, .5, .3}), .08 * 1.35 * 1.4},
		"speck":   {speck(stream(1, "", "", "speck", 0), middle, .04, rgb{.1, .1, .1}, sun), .04*1.35*1.65 + .014},
		"fibre":   {fibre(stream(1, "", "", "fibre", 0), middle, .3, .01, rgb{.1, .1, .1}, sun), .15 + .07},
	} {
		changed := 0
		for i := range 100 {
			for j := range 100 {
				x, y := float64(i)/100, float64(j)/100
				if c.f(x, y, grey) == grey {
					continue
				}
				changed++
				if dx, dy := x-.5, y-.5; dx*dx+dy*dy > c.reach*c.reach {
					t.Errorf("%s: changes (%v, %v), further than %v from its middle", name, x, y, c.reach)
				}
			}
		}
		if changed < 20 {
			t.Errorf("%s changes %d of 10000 points", name, changed)
		}
	}
}
