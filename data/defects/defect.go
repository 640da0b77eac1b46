package defects

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/cutpaste/cutpaste/data"
)

// Kind is a shape.
type Kind string

// Fill is what a shape is filled with.
type Fill string

// The shapes and fills of table 6.
const (
	Digit   Kind = "digit"
	Square  Kind = "square"
	Ellipse Kind = "ellipse"
	Heart   Kind = "heart"

	Color   Fill = "color"
	Natural Fill = "natural"
)

// Kinds are all shapes.
var Kinds = []Kind{Digit, Square, Ellipse, Heart}

// Defect is a shape and its fill.
type Defect struct {
	Kind Kind
	Fill Fill
}

// All are the seven columns of table 6, in its order.
var All = []Defect{
	{Digit, Color}, {Square, Color}, {Ellipse, Color}, {Heart, Color},
	{Square, Natural}, {Ellipse, Natural}, {Heart, Natural},
}

// Name is the defect's folder: digit_color, heart_natural.
func (d Defect) Name() string { return string(d.Kind) + "_" + string(d.Fill) }

// MinSide is the shortest side in pixels of a picture that can be drawn onto.
const MinSide = 8

// Size is the usual size of defects, as a share of a picture's shorter side.
const Size = 0.25

// minDiameter is the smallest circle in pixels that a shape can be told in at all.
const minDiameter = 4

// Draw draws a defect onto a copy of img [H,W,3], and returns it with its mask. size,
// more than 0 and at most 1, is the share of img's shorter side that bounds the
// shape's diameter. natural is what a natural fill is cut from, mirrored at its
// borders where it is smaller than the shape; other fills leave it alone.
//
// It panics if img is smaller than MinSide, size is out of range, the kind or fill is
// unknown, or a natural fill has no natural picture.
func Draw(img *data.Image, d Defect, natural *data.Image, size float64, seed uint64, index int) (*data.Image, *data.Mask) {
	side := min(img.W, img.H)
	if side < MinSide || !(size > 0 && size <= 1) {
		panic(fmt.Sprintf("defects: a defect of size %g on %d x %d pixels", size, img.W, img.H))
	}
	r := stream(seed, string(d.Kind), index)
	most := size * float64(side)
	diameter := int(min(max(between(r, most/2, most), minDiameter), float64(side)) + 0.5)
	shape := raster(newShape(d.Kind, r, diameter), diameter)
	x0, y0 := r.IntN(img.W-shape.W+1), r.IntN(img.H-shape.H+1)

	paint := filler(d, natural, shape, stream(seed, d.Name(), index))
	out := &data.Image{W: img.W, H: img.H, Pix: append([]uint8(nil), img.Pix...)}
	mask := &data.Mask{W: img.W, H: img.H, On: make([]uint8, img.W*img.H)}
	for y := range shape.H {
		for x := range shape.W {
			if shape.On[y*shape.W+x] != 0 {
				at := (y0+y)*img.W + x0 + x
				mask.On[at] = 1
				c := paint(x, y)
				copy(out.Pix[3*at:3*at+3], c[:])
			}
		}
	}
	return out, mask
}

// filler is the colour of each pixel of a shape's box.
func filler(d Defect, natural *data.Image, shape *data.Mask, r *rand.Rand) func(x, y int) [3]uint8 {
	switch d.Fill {
	case Color:
		c := r.Uint32()
		rgb := [3]uint8{uint8(c), uint8(c >> 8), uint8(c >> 16)}
		return func(int, int) [3]uint8 { return rgb }
	case Natural:
		if natural == nil {
			panic("defects: a natural fill without a natural picture")
		}
		x0, y0 := r.IntN(max(1, natural.W-shape.W+1)), r.IntN(max(1, natural.H-shape.H+1))
		return func(x, y int) [3]uint8 {
			at := 3 * (mirrored(y0+y, natural.H)*natural.W + mirrored(x0+x, natural.W))
			return [3]uint8(natural.Pix[at : at+3])
		}
	}
	panic(fmt.Sprintf("defects: unknown fill %q", d.Fill))
}

// mirrored is a coordinate of 0 or more walked back from the borders of n pixels,
// the outermost of which are there twice.
func mirrored(i, n int) int {
	if i %= 2 * n; i >= n {
		return 2*n - 1 - i
	}
	return i
}

// stream is the generator for one purpose of one picture, so that no picture depends
// on another and none on the order of drawing.
func stream(seed uint64, purpose string, index int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, hash(purpose)+uint64(index)*0x9e3779b97f4a7c15))
}

func hash(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// between is uniform in [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }
