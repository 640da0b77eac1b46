package augment

import (
	"math"
	"testing"
)

// Every place that a crop can have is drawn, all equally often: chi-square over 25
// values exceeds 59 once in ten thousand times. Along x and along y they have
// nothing to do with each other: a correlation of 20,000 pairs exceeds 0.028 once
// in ten thousand times.
func TestPlacesOfCrops(t *testing.T) {
	const size, input = 40, 16
	p := NewPlanner(defaults(), mean, size, input, 3)
	var x, y [size - input + 1]float64
	product := 0.0
	for step := range draws {
		b := p.Plans(nil, step, step%7)[0].Base
		x[b.CropX]++ // panics beyond the last place
		y[b.CropY]++
		product += (float64(b.CropX) - 12) * (float64(b.CropY) - 12)
	}
	for name, count := range map[string][25]float64{"x": x, "y": y} {
		chi := 0.0
		for _, n := range count {
			chi += (n - draws/25.) * (n - draws/25.) / (draws / 25.)
		}
		if chi > 59 {
			t.Errorf("places along %s have a chi-square of %.0f: %v", name, chi, count)
		}
	}
	if r := product / draws / 52; math.Abs(r) > 0.028 { // 52 is the variance of 0..24
		t.Errorf("x and y are correlated by %.3f", r)
	}
}

// What is done to the whole picture does not depend on the crop, of which views
// share one or have each their own, as they do all of it.
func TestCropsOfViews(t *testing.T) {
	for _, views := range []string{"shared", "independent"} {
		a := defaults()
		a.Views = views
		own := 0
		for step := range 200 {
			whole := NewPlanner(a, mean, 64, 64, 2).Plans(nil, step, 1)
			crops := NewPlanner(a, mean, 64, 32, 2).Plans(nil, step, 1)
			for v, plan := range crops {
				if plan.CropX != crops[0].CropX {
					own++
				}
				if whole[v].CropX != 0 || whole[v].CropY != 0 {
					t.Fatalf("a whole picture is cropped: %+v", whole[v].Base)
				}
				if plan.CropX, plan.CropY = 0, 0; plan.Base != whole[v].Base {
					t.Fatalf("%s: the crop of view %d was made of %+v, the whole picture of %+v", views, v, plan.Base, whole[v].Base)
				}
			}
		}
		// By chance 1 in 33 would be where the first one is.
		if views == "shared" && own != 0 || views == "independent" && own < 360 {
			t.Errorf("%s: %d of 400 further views have another crop than the first", views, own)
		}
	}
}

// In a crop the area is a share of the crop, and a scar has the configured pixels:
// the plans are those of pictures of the crop's size.
func TestWhatIsPastedIsTheCrops(t *testing.T) {
	crop, picture := NewPlanner(defaults(), mean, 256, 64, 9), NewPlanner(defaults(), mean, 64, 64, 9)
	for step := range 500 {
		want := picture.Plans(nil, step, 0)
		for v, plan := range crop.Plans(nil, step, 0) {
			if plan.Paste != want[v].Paste {
				t.Fatalf("step %d, view %d: %+v is pasted into a crop of 64 px, %+v into a picture of 64 px", step, v, plan.Paste, want[v].Paste)
			}
		}
	}
}

func TestImpossibleCrops(t *testing.T) {
	for _, input := range []int{0, -1, 17} {
		if !panics(func() { NewPlanner(defaults(), mean, 16, input, 0) }) || !panics(func() { NewPainter(16, input) }) {
			t.Errorf("%d px are taken out of 16", input)
		}
	}
}
