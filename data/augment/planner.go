package augment

import (
	"fmt"
	"math"

	"github.com/cutpaste/cutpaste/configs"
)

// Planner draws plans. It holds no state: plans may be drawn in any order, by
// any number of goroutines, and are the same.
type Planner struct {
	a      configs.Augment
	mean   Fill // colour of cutout.fill mean
	kinds  []Kind
	size   int // of what is pasted into, the crop or the whole picture
	spare  int // farthest place of a crop, in pixels
	border int // largest translation, in pixels
	seed   uint64
}

// NewPlanner plans for square pictures of size pixels, of which input x input are
// kept: a random crop, or for input=size the picture. mean is data.mean, which
// Cutout may fill with. The values of a and mean are taken as configs has checked
// them; an input that is not 1 to size or an unknown variant panics.
func NewPlanner(a configs.Augment, mean []float64, size, input int, seed uint64) *Planner {
	checkSizes(size, input)
	return &Planner{
		a:      a,
		mean:   Filled(level(mean[0]), level(mean[1]), level(mean[2])),
		kinds:  kinds(a.Variant),
		size:   input,
		spare:  size - input,
		border: min(int(math.Round(a.Translate*float64(size))), size-1), // a reflection reaches no further
		seed:   seed,
	}
}

// level is a share of white as a byte.
func level(share float64) uint8 { return uint8(math.Round(share * 255)) }

func checkSizes(size, input int) {
	if input < 1 || size < input {
		panic(fmt.Sprintf("augment: %d px of %d px", input, size))
	}
}

// Plans appends the plans of one source picture at one step, one for each view,
// the normal one first, and returns the longer slice. index is the
// picture's slot in the batch: one that is there twice is not augmented alike.
func (p *Planner) Plans(dst []Plan, step, index int) []Plan {
	for view, kind := range p.kinds {
		of := view
		if p.a.Views == "shared" {
			of = 0
		}
		base, crop := newStream(p.seed, forBase, step, index, of), newStream(p.seed, forCrop, step, index, of)
		plan := Plan{Kind: kind, Label: int32(view), Base: p.base(&base, &crop)}

		s := newStream(p.seed, forPaste, step, index, view)
		if kind == either {
			plan.Kind = CutPaste + Kind(s.between(0, 1))
		}
		switch plan.Kind {
		case CutPaste:
			plan.Paste = p.cutPaste(&s)
		case Scar:
			plan.Paste = p.scar(&s)
		case Cutout:
			plan.Paste = p.inPlace(&s)
			plan.Fill = p.fill(&s)
		case ScarCutout:
			plan.Paste = p.scar(&s)
			plan.Patch = Jitter{} // there is nothing to be jittered
			plan.Fill = p.fill(&s)
		case Confetti:
			plan.Paste = p.inPlace(&s)
			plan.Patch = drawJitter(&s, p.a.PatchJitter)
		case Turn90, Turn180, Turn270:
			plan.Paste = p.whole(int(plan.Kind-Turn90) + 1)
		}
		dst = append(dst, plan)
	}
	return dst
}

// base draws the crop from a stream of its own, so that all else is what it is
// without one.
func (p *Planner) base(s, crop *stream) Base {
	return Base{
		DX:     int32(s.between(-p.border, p.border)),
		DY:     int32(s.between(-p.border, p.border)),
		Jitter: drawJitter(s, p.a.Jitter),
		CropX:  int32(crop.between(0, p.spare)),
		CropY:  int32(crop.between(0, p.spare)),
	}
}

// drawJitter draws as torchvision's ColorJitter does: a random order, factors
// uniform in [max(0,1-v), 1+v], hue uniform in [-v, v] turns. An operation of
// strength 0 is left out.
func drawJitter(s *stream, c configs.Jitter) Jitter {
	var all [4]Adjust
	for i, v := range [...]float64{c.Brightness, c.Contrast, c.Saturation} {
		f := s.uniform(max(0, 1-v), 1+v)
		if v > 0 {
			all[i] = Adjust{Brightness + Op(i), int32(math.Round(f * One))}
		}
	}
	turn := s.uniform(-c.Hue, c.Hue)
	if c.Hue > 0 {
		// torchvision truncates to a whole number of 1/255 turns and lets it
		// wrap at 256, as Pillow's 8-bit hue does.
		all[3] = Adjust{Hue, int32(uint8(int(turn * 255)))}
	}
	for i := range all {
		k := s.between(i, len(all)-1)
		all[i], all[k] = all[k], all[i]
	}
	var j Jitter
	n := 0
	for _, a := range all {
		if a.Op != None {
			j[n] = a
			n++
		}
	}
	return j
}

// cutPaste draws the large patch (paper A.2), cut from and pasted to uniform places
// with the patch fully inside.
func (p *Planner) cutPaste(s *stream) Paste {
	w, h := p.patch(s)
	t := straight(w, h)
	if p.a.Rotate > 0 {
		w, h, t = turnInside(w, h, s.uniform(-p.a.Rotate, p.a.Rotate), p.size)
	}
	return p.place(s, w, h, t, t.w, t.h)
}

// patch draws the sides of the large patch: area ratio uniform, aspect as
// configured. A side that would be longer than the picture is cut to the picture's;
// none is shorter than a pixel.
//
// In a crop all of it is the crop's: equation 3 applies CutPaste to the crop, though
// whether A.2's ratios and pixels are the crop's or the picture's is not printed.
func (p *Planner) patch(s *stream) (w, h int) {
	area := s.uniform(p.a.Area.Min, p.a.Area.Max) * float64(p.size*p.size)
	aspect := drawAspect(s, p.a.Aspect)
	return p.side(math.Round(math.Sqrt(area * aspect))), p.side(math.Round(math.Sqrt(area / aspect)))
}

// drawAspect draws width over height. The paper gives (0.3,1) and (1,3.3) and
// no density: log is uniform in the logarithm, intervals picks one of the two
// and is uniform in it, uniform is uniform over the whole range.
func drawAspect(s *stream, a configs.Aspect) float64 {
	lo, hi := a.Min, a.Max
	switch a.Sampling {
	case "log":
		return math.Exp(s.uniform(math.Log(lo), math.Log(hi)))
	case "intervals":
		if lo < 1 && hi > 1 { // else there is but one interval
			if s.between(0, 1) == 0 {
				hi = 1
			} else {
				lo = 1
			}
		}
		return s.uniform(lo, hi)
	case "uniform":
		return s.uniform(lo, hi)
	}
	panic(fmt.Sprintf("augment: unknown aspect sampling %q", a.Sampling))
}

// scar draws the thin strip (paper A.2): width (horizontal) and length
// (vertical) in pixels, whatever the picture's size, then a rotation. A scar
// larger than a small picture is made smaller until it fits. With bounds
// "rotated" the whole rotated scar lies inside; with "unrotated" the position is
// drawn as if it had not been rotated, and what sticks out to the right or below
// is clipped.
func (p *Planner) scar(s *stream) Paste {
	c := p.a.Scar
	w := p.side(drawPixels(s, c.Width, c.Sizes))
	h := p.side(drawPixels(s, c.Length, c.Sizes))
	degrees := s.uniform(-c.Angle, c.Angle)
	if c.Bounds == "unrotated" {
		return p.place(s, w, h, turn(w, h, degrees), w, h)
	}
	w, h, t := turnInside(w, h, degrees, p.size)
	return p.place(s, w, h, t, t.w, t.h)
}

// drawPixels draws a side: integer is uniform over the whole numbers of the
// span; real is uniform over the span and then rounded, as Pillow rounds the box
// it crops, which gives the two ends half the weight.
func drawPixels(s *stream, span configs.Span, sizes string) float64 {
	if sizes == "integer" {
		lo := math.Ceil(span.Min)
		return float64(s.between(int(lo), int(max(lo, math.Floor(span.Max)))))
	}
	return math.Round(s.uniform(span.Min, span.Max))
}

// side holds a side within the picture.
func (p *Planner) side(pixels float64) int { return int(min(max(pixels, 1), float64(p.size))) }

// place draws where a w x h cut is taken from and where t is put, as if it were
// boundW x boundH large; what is still outside the picture is clipped.
func (p *Planner) place(s *stream, w, h int, t turned, boundW, boundH int) Paste {
	cutX, cutY := s.between(0, p.size-w), s.between(0, p.size-h)
	x, y := s.between(0, max(0, p.size-boundW)), s.between(0, max(0, p.size-boundH))
	return Paste{
		CutX: int32(cutX), CutY: int32(cutY), CutW: int32(w), CutH: int32(h),
		X: int32(x), Y: int32(y),
		W: int32(min(t.w, p.size-x)), H: int32(min(t.h, p.size-y)),
		Map:   t.m,
		Patch: drawJitter(s, p.a.PatchJitter),
	}
}
