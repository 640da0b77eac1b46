package synth

import (
	"math"
	"testing"
)

// plain is a camera that adds nothing.
func plain() *camera {
	return &camera{exposure: 1, tint: rgb{1, 1, 1}, shadeTo: 1, glareSize: 1}
}

func TestCameraRoundsAndClips(t *testing.T) {
	surface := func(x, y float64) rgb {
		if x < .5 {
			return rgb{.2, .5, 1.4}
		}
		return rgb{-.3, 1, .1}
	}
	const size = 32
	pix := plain().take(surface, size, stream(0, "", "", "noise", 0))
	for _, c := range []struct {
		col  int
		want [3]uint8
	}{{0, [3]uint8{51, 128, 255}}, {31, [3]uint8{0, 255, 26}}} { // 255 times .2, .5 and .1, rounded
		o := 3 * (5*size + c.col)
		if got := [3]uint8(pix[o : o+3]); got != c.want {
			t.Errorf("column %d is %v, want %v", c.col, got, c.want)
		}
	}
}

// An edge through the middle of a pixel must come out half way: the surface is averaged, not looked up once.
func TestCameraAverages(t *testing.T) {
	const size = 32
	surface := func(x, y float64) rgb {
		if x < 10.5/size {
			return rgb{1, 1, 1}
		}
		return rgb{}
	}
	pix := plain().take(surface, size, stream(0, "", "", "noise", 0))
	if a, b, c := pix[3*9], pix[3*10], pix[3*11]; a != 255 || b != 128 || c != 0 {
		t.Errorf("the pixels around the edge are %d %d %d, want 255 128 0", a, b, c)
	}
}

func TestCameraNoiseHasTheStatedStrength(t *testing.T) {
	c := plain()
	c.noise = 3
	const size = 128
	pix := c.take(func(x, y float64) rgb { return rgb{.5, .5, .5} }, size, stream(0, "", "", "noise", 0))
	sum, squares := 0.0, 0.0
	for _, v := range pix {
		d := float64(v) - 127.5
		sum += d
		squares += d * d
	}
	n := float64(len(pix))
	// Rounding adds 1/12 to the variance of 9. The channels of a pixel share most of their noise, so the mean over
	// n values is about as sure as one over n/3: five standard errors are .12.
	if mean := sum / n; math.Abs(mean) > .12 {
		t.Errorf("the noise shifts the picture by %.3f levels", mean)
	}
	if sd := math.Sqrt(squares / n); math.Abs(sd-3.01) > .08 {
		t.Errorf("the noise has a standard deviation of %.3f levels, want 3.01", sd)
	}
}

func TestSoften(t *testing.T) {
	const size = 9
	point := func() []float64 {
		pix := make([]float64, 3*size*size)
		pix[3*(4*size+4)+1] = 1 // green, in the middle
		return pix
	}
	sharp := point()
	soften(sharp, size, 1)
	if sharp[3*(4*size+4)+1] != 1 {
		t.Error("a radius of one pixel changed the picture")
	}
	// With radius 2 the weights are 1 and (1 - 1/4)^2 = .5625 to each side, over their sum of 2.125.
	soft := point()
	soften(soft, size, 2)
	centre, side := 1/2.125, .5625/2.125
	for y := range size {
		for x := range size {
			want := 1.0
			for _, d := range []int{x - 4, y - 4} {
				switch d {
				case 0:
					want *= centre
				case 1, -1:
					want *= side
				default:
					want = 0
				}
			}
			got := soft[3*(y*size+x) : 3*(y*size+x)+3]
			if got[0] != 0 || math.Abs(got[1]-want) > 1e-15 || got[2] != 0 {
				t.Fatalf("(%d, %d) is %v, want green %v", x, y, got, want)
			}
		}
	}
	// A uniform picture stays as it is, up to its border.
	flat := make([]float64, 3*size*size)
	for i := range flat {
		flat[i] = .25
	}
	soften(flat, size, 3.5)
	for i, v := range flat {
		if math.Abs(v-.25) > 1e-15 {
			t.Fatalf("value %d of a uniform picture became %v", i, v)
		}
	}
}
