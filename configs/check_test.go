package configs

import (
	"math"
	"testing"
)

// The longest side of a turned rectangle's bounding box, by hand: 25 x 16 at 45
// degrees is (25+16)/sqrt(2); at its worst angle it is the diagonal.
func TestTurned(t *testing.T) {
	for _, c := range []struct{ w, h, degrees, want float64 }{
		{25, 16, 0, 25},
		{25, 16, 45, math.Hypot(25, 16)}, // the peak, at 32.6 degrees, is inside
		{10, 10, 45, 10 * math.Sqrt2},
		{10, 10, 180, 10 * math.Sqrt2},
		{10, 1, 2, 10*math.Cos(2*math.Pi/180) + math.Sin(2*math.Pi/180)}, // before the peak at 5.7
	} {
		if got := turned(c.w, c.h, c.degrees); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("turned(%v, %v, %v) = %v, want %v", c.w, c.h, c.degrees, got, c.want)
		}
	}
}

// The values of the paper's ablations (A.3) must all be accepted.
func TestAblationsOfThePaper(t *testing.T) {
	for _, args := range [][]string{
		{"optim.lr=0.1"}, {"optim.lr=0.003"},
		{"train.steps=32768"}, {"train.steps=98304"},
		{"augment.patch_jitter.brightness=0", "augment.patch_jitter.hue=0.3"},
		{"augment.area.max=0.1"}, {"augment.area.max=0.2"}, {"augment.area.max=0.3"},
		{"augment.aspect.sampling=intervals"}, {"augment.variant=union"},
		{"augment.variant=rotation"}, {"augment.variant=confetti"},
		{"augment.variant=cutout", "augment.cutout.fill=mean"}, {"augment.variant=cutout", "augment.cutout.fill=random"},
	} {
		if _, err := Load("", args, nil); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
}

// Every variant with the values that others of its keys must fit, and those it has
// no use for.
func TestOnlyWhatTheVariantUsesIsChecked(t *testing.T) {
	for _, c := range []struct {
		variant      string
		patch, scars bool // must fit
	}{
		{"cutpaste", true, false}, {"scar", false, true}, {"union", true, true}, {"3way", true, true},
		{"rotation", false, false}, {"scar_cutout", false, true}, {"cutout", true, false}, {"confetti", true, false},
	} {
		variant := "augment.variant=" + c.variant
		if _, err := Load("", []string{"data.size=16", variant}, nil); (err == nil) == c.scars {
			t.Errorf("%s, scars of 25 pixels in 16: %v", c.variant, err)
		}
		if _, err := Load("", []string{"augment.area.max=0.9", variant}, nil); (err == nil) == c.patch {
			t.Errorf("%s, patches of 0.9: %v", c.variant, err)
		}
		// A square patch of 0.6 of the picture fits straight and not on its corner.
		pasted := c.patch && c.variant != "cutout" && c.variant != "confetti"
		square := []string{"augment.area.max=0.6", "augment.aspect.min=1", "augment.aspect.max=1", "augment.rotate=45", variant}
		if _, err := Load("", square, nil); (err == nil) == pasted {
			t.Errorf("%s, square patches turned: %v", c.variant, err)
		}
	}
}
