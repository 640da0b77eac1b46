package defects

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/cutpaste/cutpaste/data"
)

// shape says whether a point of the unit disc, y pointing down, belongs to it.
// Nothing outside of the disc does.
type shape func(x, y float64) bool

// newShape draws a shape of a kind, to be seen at a diameter in pixels. An unknown
// kind panics.
func newShape(kind Kind, r *rand.Rand, diameter int) shape {
	switch kind {
	case Digit:
		return newDigit(r.IntN(10), r, diameter)
	case Square:
		return turned(square, 2*math.Pi*r.Float64())
	case Ellipse:
		return turned(ellipse, 2*math.Pi*r.Float64())
	case Heart:
		return turned(heart, 2*math.Pi*r.Float64())
	}
	panic(fmt.Sprintf("defects: unknown kind %q", kind))
}

func square(x, y float64) bool { return max(math.Abs(x), math.Abs(y)) <= math.Sqrt2/2 }

// ellipse is twice as long as wide.
func ellipse(x, y float64) bool { return x*x+4*y*y <= 1 }

// heart is what the curve (x^2 + y^2 - 1)^3 = x^2 y^3 encloses. The smallest circle
// around it has the centre (0, 0.25) and the radius 1.25; that is the disc here.
func heart(x, y float64) bool {
	x, y = 1.25*x, 0.25-1.25*y
	s := x*x + y*y - 1
	return s*s*s <= x*x*y*y*y
}

// turned is a shape turned by an angle in radians.
func turned(s shape, angle float64) shape {
	sin, cos := math.Sincos(angle)
	return func(x, y float64) bool { return s(cos*x+sin*y, cos*y-sin*x) }
}

// raster is the box of the pixels, out of diameter x diameter, whose centres belong
// to a shape.
func raster(s shape, diameter int) *data.Mask {
	on := make([]uint8, diameter*diameter)
	left, top, right, bottom := diameter, diameter, 0, 0
	at := func(i int) float64 { return float64(2*i+1)/float64(diameter) - 1 }
	for y := range diameter {
		for x := range diameter {
			if at(x)*at(x)+at(y)*at(y) <= 1 && s(at(x), at(y)) {
				on[y*diameter+x] = 1
				left, top, right, bottom = min(left, x), min(top, y), max(right, x+1), max(bottom, y+1)
			}
		}
	}
	box := &data.Mask{W: right - left, H: bottom - top}
	for y := top; y < bottom; y++ {
		box.On = append(box.On, on[y*diameter+left:y*diameter+right]...)
	}
	return box
}
