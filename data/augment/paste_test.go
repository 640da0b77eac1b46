package augment

import (
	"math"
	"slices"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// Area ratio uniform in (0.02, 0.15) (paper A.2). At 256 px rounding the sides
// to whole pixels moves an area by up to 4 %.
func TestPatchArea(t *testing.T) {
	var area []float64
	for _, p := range drawn(t, defaults(), 256, draws, CutPaste) {
		r := float64(p.CutW*p.CutH) / (256 * 256)
		if r < 0.02*0.96 || r > 0.15*1.04 {
			t.Fatalf("patch of %dx%d covers %.4f of the picture", p.CutW, p.CutH, r)
		}
		if p.W != p.CutW || p.H != p.CutH || covered(p.Paste) != int(p.CutW*p.CutH) {
			t.Fatalf("a patch that is not rotated is not pasted whole: %+v", p.Paste)
		}
		area = append(area, r)
	}
	if d := distance(area, ramp(0.02, 0.15)); d > 0.014+0.005 {
		t.Errorf("area ratio is not uniform: distance %.3f", d)
	}
}

// Each way of drawing the aspect has its distribution. At 1024 px rounding moves
// an aspect by less than 1.5 %.
func TestPatchAspect(t *testing.T) {
	lo, hi := 0.3, 3.3
	for sampling, cdf := range map[string]func(float64) float64{
		"log":     func(x float64) float64 { return ramp(math.Log(lo), math.Log(hi))(math.Log(x)) },
		"uniform": ramp(lo, hi),
		"intervals": func(x float64) float64 {
			return (ramp(lo, 1)(x) + ramp(1, hi)(x)) / 2
		},
	} {
		a := defaults()
		a.Aspect.Sampling = sampling
		var aspect []float64
		for _, p := range drawn(t, a, 1024, draws, CutPaste) {
			r := float64(p.CutW) / float64(p.CutH)
			if r < lo*0.985 || r > hi*1.015 {
				t.Fatalf("%s: patch of %dx%d has aspect %.3f", sampling, p.CutW, p.CutH, r)
			}
			aspect = append(aspect, r)
		}
		if d := distance(aspect, cdf); d > 0.014+0.005 {
			t.Errorf("%s: distance %.3f to its distribution", sampling, d)
		}
	}
}

// Cut and paste positions are uniform over all places where the patch is inside.
func TestPatchPosition(t *testing.T) {
	var at [4][]float64
	for _, p := range drawn(t, defaults(), 256, draws, CutPaste) {
		w, h := float64(256-p.CutW+1), float64(256-p.CutH+1)
		at[0] = append(at[0], (float64(p.CutX)+0.5)/w)
		at[1] = append(at[1], (float64(p.CutY)+0.5)/h)
		at[2] = append(at[2], (float64(p.X)+0.5)/w)
		at[3] = append(at[3], (float64(p.Y)+0.5)/h)
	}
	for i, v := range at {
		if d := distance(v, ramp(0, 1)); d > 0.014+0.005 {
			t.Errorf("%s: distance %.3f to uniform", [...]string{"CutX", "CutY", "X", "Y"}[i], d)
		}
	}
}

// A scar (paper A.2) is 2..16 px wide and 10..25 px long, turned by up to 45
// degrees, whole, and covers as many pixels as it has, give or take what
// sampling at pixel centres does along its outline.
func TestScar(t *testing.T) {
	for _, sizes := range []string{"real", "integer"} {
		a := defaults()
		a.Scar.Sizes = sizes
		width, angle := map[int32]float64{}, []float64(nil)
		all := drawn(t, a, 256, draws, Scar)
		for _, p := range all {
			if p.CutW < 2 || p.CutW > 16 || p.CutH < 10 || p.CutH > 25 {
				t.Fatalf("scar of %dx%d", p.CutW, p.CutH)
			}
			width[p.CutW]++
			degrees := math.Atan2(float64(-p.Map[1]), float64(p.Map[0])) * 180 / math.Pi
			angle = append(angle, degrees)
			// The box holds the rotated rectangle, to the precision of 16.16.
			sin, cos := math.Abs(float64(p.Map[1]))/65536, float64(p.Map[0])/65536
			if w, h := float64(p.CutW), float64(p.CutH); float64(p.W) < w*cos+h*sin-0.01 || float64(p.H) < w*sin+h*cos-0.01 {
				t.Fatalf("scar of %dx%d at %.1f degrees is clipped to %dx%d", p.CutW, p.CutH, degrees, p.W, p.H)
			}
			if n, want := covered(p.Paste), int(p.CutW*p.CutH); math.Abs(float64(n-want)) > float64(p.CutW+p.CutH) {
				t.Fatalf("scar of %dx%d at %.1f degrees covers %d pixels", p.CutW, p.CutH, degrees, n)
			}
		}
		if slices.Max(angle) < 44.9 || slices.Min(angle) > -44.9 {
			t.Errorf("%s: angles from %.1f to %.1f", sizes, slices.Min(angle), slices.Max(angle))
		}
		if d := distance(angle, ramp(-45, 45)); d > 0.014+0.001 {
			t.Errorf("%s: angle is not uniform: distance %.3f", sizes, d)
		}
		// Integers: 15 equal shares. Reals, rounded: 14, and half of one at
		// either end. Five standard deviations are 0.009.
		n := float64(len(all))
		inner, end := 1/15., 1/15.
		if sizes == "real" {
			inner, end = 1/14., 1/28.
		}
		for w := int32(2); w <= 16; w++ {
			want := inner
			if w == 2 || w == 16 {
				want = end
			}
			if math.Abs(width[w]/n-want) > 0.009 {
				t.Errorf("%s: width %d has a share of %.4f, want %.4f", sizes, w, width[w]/n, want)
			}
		}
	}
}

// With bounds "unrotated" the position is drawn for the scar as it was cut, so
// that the rotated one may be clipped, at the right and below only.
func TestScarBoundsUnrotated(t *testing.T) {
	a := defaults()
	a.Scar.Bounds = "unrotated"
	clipped := 0
	for _, p := range drawn(t, a, 64, 2000, Scar) {
		if p.X+p.CutW > 64 || p.Y+p.CutH > 64 {
			t.Fatalf("a scar of %dx%d is placed at (%d,%d)", p.CutW, p.CutH, p.X, p.Y)
		}
		if p.X+p.W > 64 || p.Y+p.H > 64 {
			t.Fatalf("pasted beyond the picture: %+v", p.Paste)
		}
		if p.X+p.W == 64 || p.Y+p.H == 64 {
			clipped++
		}
	}
	if clipped < 100 {
		t.Errorf("%d of 2000 scars reach the right or lower border, want about 500", clipped)
	}
}

// A patch may be rotated too; it then lies inside as a whole, by its corners.
func TestRotatedPatch(t *testing.T) {
	a := defaults()
	a.Rotate = 180
	a.Area = configs.Span{Min: 0.5, Max: 0.9} // most do not fit when rotated
	for _, p := range drawn(t, a, 64, 2000, CutPaste) {
		want := float64(p.CutW * p.CutH)
		if n := float64(covered(p.Paste)); math.Abs(n-want) > float64(p.CutW+p.CutH) {
			t.Fatalf("%dx%d covers %.0f pixels: %+v", p.CutW, p.CutH, n, p.Paste)
		}
		if want < 64*64/8 {
			t.Fatalf("a patch was made as small as %dx%d to fit", p.CutW, p.CutH)
		}
	}
}

// Pictures smaller than the paper's sizes: everything still fits.
func TestSmallPictures(t *testing.T) {
	for _, size := range []int{1, 2, 3, 5, 8, 16, 31, 32, 64} {
		for _, bounds := range []string{"rotated", "unrotated"} {
			a := defaults()
			a.Scar.Bounds, a.Rotate = bounds, 30
			planner, painter := NewPlanner(a, mean, size, size, 1), NewPainter(size, size)
			src := noise(size, 1)
			dst := [][]uint8{noise(size, 2), noise(size, 3), noise(size, 4)}
			for step := range 300 {
				plans := planner.Plans(nil, step, 0)
				painter.Paint(dst, src, plans) // panics if something does not fit
				for _, p := range plans[1:] {
					if p.W < 1 || p.H < 1 || p.CutW < 1 || p.CutH < 1 {
						t.Fatalf("%d px: nothing is pasted: %+v", size, p)
					}
				}
			}
		}
	}
}
