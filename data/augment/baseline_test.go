package augment

import (
	"bytes"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// untouched are plans of a variant in which nothing is done to the whole picture.
func untouched(a configs.Augment, size, step int) []Plan {
	a.Translate, a.Jitter = 0, configs.Jitter{}
	return NewPlanner(a, mean, size, size, 5).Plans(nil, step, 0)
}

// Rotation's four views are the picture and np.rot90 of it, byte for byte.
func TestRotationEqualsNumpy(t *testing.T) {
	a := defaults()
	a.Variant = "rotation"
	for _, c := range loadGolden(t).Turn {
		plans := untouched(a, c.Size, 0)
		got := [][]uint8{noise(c.Size, 1), noise(c.Size, 1)}
		NewPainter(c.Size, c.Size).Paint(got, c.In, []Plan{plans[0], plans[c.Quarters]})
		if !bytes.Equal(got[0], c.In) {
			t.Errorf("%d px: the normal view is turned", c.Size)
		}
		if !bytes.Equal(got[1], c.Out) {
			t.Errorf("%d px: the view of class %d is not np.rot90(picture, %d)", c.Size, c.Quarters, c.Quarters)
		}
	}
}

// Four turns by 90 degrees are none, and so is a turn by 270 after one by 90, at
// the sizes that pictures have.
func TestTurnsAddUp(t *testing.T) {
	a := defaults()
	a.Variant = "rotation"
	for _, size := range []int{31, 64, 255, 256} {
		plans, painter := untouched(a, size, 0), NewPainter(size, size)
		turn := func(pix []uint8, quarters int) []uint8 {
			out := noise(size, 1)
			painter.Paint([][]uint8{out}, pix, plans[quarters:quarters+1])
			return out
		}
		src := noise(size, 2)
		for _, turns := range [][]int{{1, 1, 1, 1}, {1, 3}, {2, 2}, {3, 2, 3}} {
			pix := src
			for _, q := range turns {
				pix = turn(pix, q)
			}
			if !bytes.Equal(pix, src) {
				t.Errorf("%d px: turns by quarters %v do not end where they began", size, turns)
			}
		}
	}
}

// Confetti is torchvision's jitter of a rectangle, put back where it was. The size
// of a patch and its place are the planner's; here they are the fixture's.
func TestConfettiEqualsTorchvision(t *testing.T) {
	for i, c := range loadGolden(t).Confetti {
		plan := Plan{Kind: Confetti, Label: 1, Paste: Paste{
			CutX: int32(c.X), CutY: int32(c.Y), CutW: int32(c.W), CutH: int32(c.H),
			X: int32(c.X), Y: int32(c.Y), W: int32(c.W), H: int32(c.H), Map: straight(c.W, c.H).m,
		}}
		var exact bool
		if plan.Patch, exact = c.Ops.jitter(); !exact {
			t.Fatalf("case %d has factors off the grid", i)
		}
		got := noise(c.Size, 1)
		NewPainter(c.Size, c.Size).Paint([][]uint8{got}, c.In, []Plan{plan})
		if !bytes.Equal(got, c.Out) {
			t.Errorf("case %d: other bytes than torchvision's", i)
		}
	}
}

// The patches of Cutout and Confetti have CutPaste's sizes and lie where they are
// cut, at uniform places, whatever augment.rotate is.
func TestPatchesInPlace(t *testing.T) {
	for variant, kind := range map[string]Kind{"cutout": Cutout, "confetti": Confetti} {
		a := defaults()
		a.Variant, a.Rotate = variant, 45
		var area, x, y []float64
		for _, p := range drawn(t, a, 256, draws, kind) {
			if p.CutX != p.X || p.CutY != p.Y || p.CutW != p.W || p.CutH != p.H || p.Map != straight(1, 1).m {
				t.Fatalf("%s: a patch is moved or turned: %+v", variant, p.Paste)
			}
			if (p.Fill != 0) != (kind == Cutout) || (p.Patch == Jitter{}) != (kind == Cutout) {
				t.Fatalf("%s: %+v", variant, p.Paste)
			}
			area = append(area, float64(p.W*p.H)/(256*256))
			x = append(x, (float64(p.X)+0.5)/float64(256-p.W+1))
			y = append(y, (float64(p.Y)+0.5)/float64(256-p.H+1))
		}
		for name, d := range map[string]float64{
			"area": distance(area, ramp(0.02, 0.15)), "x": distance(x, ramp(0, 1)), "y": distance(y, ramp(0, 1)),
		} {
			if d > 0.014+0.005 {
				t.Errorf("%s: %s is not uniform: distance %.3f", variant, name, d)
			}
		}
	}
}

// What Cutout fills with: 128; by hand ImageNet's mean 0.485, 0.456, 0.406 of 255,
// rounded; and bytes that are uniform in each channel.
func TestCutoutFills(t *testing.T) {
	for fill, want := range map[string]Fill{"grey": Filled(128, 128, 128), "mean": Filled(124, 116, 104)} {
		a := defaults()
		a.Variant, a.Cutout.Fill = "cutout", fill
		for _, p := range drawn(t, a, 64, 100, Cutout) {
			if p.Fill != want {
				t.Fatalf("%s fills with %#x, want %#x", fill, p.Fill, want)
			}
		}
	}
	a := defaults()
	a.Variant, a.Cutout.Fill = "cutout", "random"
	var channels [3][]float64
	for _, p := range drawn(t, a, 64, draws, Cutout) {
		r, g, b := p.Fill.RGB()
		for i, v := range []uint8{r, g, b} {
			channels[i] = append(channels[i], (float64(v)+0.5)/256)
		}
	}
	for i, c := range channels {
		if d := distance(c, ramp(0, 1)); d > 0.014+0.002 {
			t.Errorf("channel %d is not uniform: distance %.3f", i, d)
		}
	}
}

// Black is a colour too, and what is filled is the patch and nothing else.
func TestCutoutPaints(t *testing.T) {
	const size = 16
	a := defaults()
	a.Variant = "cutout"
	for step, colour := range []Fill{Filled(0, 0, 0), Filled(255, 255, 255), Filled(1, 2, 3)} {
		plans := untouched(a, size, step)
		plans[1].Fill = colour
		src, got := noise(size, 1), noise(size, 2)
		NewPainter(size, size).Paint([][]uint8{got}, src, plans[1:])
		r, g, b := colour.RGB()
		for i := range size * size {
			want := src[3*i : 3*i+3]
			if x, y := int32(i%size)-plans[1].X, int32(i/size)-plans[1].Y; x >= 0 && x < plans[1].W && y >= 0 && y < plans[1].H {
				want = []uint8{r, g, b}
			}
			if !bytes.Equal(got[3*i:3*i+3], want) {
				t.Fatalf("pixel %d,%d is %v, want %v", i%size, i/size, got[3*i:3*i+3], want)
			}
		}
	}
}

// Which variants jitter patches, and which fill them, is what plans have in common.
func TestWhatIsDoneToPatches(t *testing.T) {
	for _, variant := range variants {
		a := defaults()
		a.Variant, a.Cutout.Fill = variant, "random"
		p := NewPlanner(a, mean, 64, 64, 0)
		jitters, filled := false, false
		for step := range 50 {
			for _, plan := range p.Plans(nil, step, 0) {
				jitters, filled = jitters || plan.Patch != Jitter{}, filled || plan.Fill != 0
			}
		}
		if jitters != (p.PatchJitter() != configs.Jitter{}) || filled != p.Fills() {
			t.Errorf("%s: patches are jittered: %v, filled: %v; the planner says %+v and %v", variant, jitters, filled, p.PatchJitter(), p.Fills())
		}
	}
}
