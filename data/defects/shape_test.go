package defects

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cutpaste/cutpaste/data"
)

// The areas of the shapes as shares of the square around the disc, by hand: the
// square in it has a half, the ellipse pi/8. The heart's is 3.66197 of algebra's
// units (by numerical integration), over 4 * 1.25^2.
func TestAreas(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for kind, want := range map[Kind]float64{Square: 0.5, Ellipse: math.Pi / 8, Heart: 3.66197 / 6.25} {
		for range 20 {
			if got := share(newShape(kind, r, 400)); math.Abs(got-want) > 0.003 {
				t.Errorf("a %s covers %.4f of the square around it, want %.4f", kind, got, want)
			}
		}
	}
}

// share is the share of the square around the disc that a shape covers.
func share(s shape) float64 {
	box := raster(s, 400)
	n := 0
	for _, v := range box.On {
		n += int(v)
	}
	return float64(n) / (400 * 400)
}

// No shape reaches out of the disc, so that none is cut off at its rim, and all come
// near it.
func TestShapesFillTheDisc(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, kind := range Kinds {
		for range 30 {
			s, reach := newShape(kind, r, 200), 0.0
			for y := -1.5; y <= 1.5; y += 0.01 {
				for x := -1.5; x <= 1.5; x += 0.01 {
					if s(x, y) {
						reach = max(reach, math.Hypot(x, y))
					}
				}
			}
			if reach > 1+1e-9 || reach < 0.95 {
				t.Errorf("a %s reaches %.3f far", kind, reach)
			}
		}
	}
}

// Even the smallest shape has pixels.
func TestSmallestShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, kind := range Kinds {
		for range 1000 {
			if box := raster(newShape(kind, r, minDiameter), minDiameter); len(box.On) == 0 || box.Empty() {
				t.Fatalf("a %s in %d pixels is nothing", kind, minDiameter)
			}
		}
	}
}

// Each digit can be told from the others, however it is written: of fresh ones, at
// the size of MNIST's, nearly all are nearest to the mean of their own kind.
func TestDigitsAreTold(t *testing.T) {
	const side, learn, ask = 28, 60, 30
	r := rand.New(rand.NewPCG(4, 4))
	write := func(digit int) *data.Mask { return raster(newDigit(digit, r, side), side).Resize(side, side) }
	var means [10][side * side]float64
	for digit := range means {
		for range learn {
			for i, v := range write(digit).On {
				means[digit][i] += float64(v) / learn
			}
		}
	}
	for digit := range means {
		right := 0
		for range ask {
			m, best, least := write(digit), -1, math.Inf(1)
			for other := range means {
				d := 0.0
				for i, v := range m.On {
					d += (float64(v) - means[other][i]) * (float64(v) - means[other][i])
				}
				if d < least {
					best, least = other, d
				}
			}
			if best == digit {
				right++
			}
		}
		if right < ask*8/10 {
			t.Errorf("%d of %d times a %d is nearest to other ones", ask-right, ask, digit)
		}
	}
}
