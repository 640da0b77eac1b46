package localize

import (
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/metric"
)

// Upsampler makes maps of the pictures' size of what windows score.
type Upsampler struct {
	grid configs.Grid
	axis axis
}

// NewUpsampler settles how the windows of a grid become a map.
//
// With localize.upsample gaussian every window adds its score to the pixels that
// it sees, weighed by a Gaussian about its middle: a transposed convolution at the
// stride with one kernel of the windows' size (paper A.5). The kernel is FCDD's,
// whose middle is doubled where its size is even, scaled so that the weights that
// reach a pixel far from the border add up to 1 on the average: FCDD's is not,
// which changes no ranking. Fewer windows reach a pixel at the border;
// localize.normalize_border divides every pixel by the sum of its weights.
//
// With bilinear a pixel lies between the middles of four windows; beyond the
// outermost it has their score. (PyTorch's interpolate would stretch the windows
// over the picture, which moves them by up to half a window.)
//
// Where the stride leaves pixels at the right and at the bottom that no window
// sees, they have the value of the last that one does. localize.smooth filters the
// map as SciPy's gaussian_filter does.
func NewUpsampler(g configs.Grid, l configs.Localize) *Upsampler {
	a := bilinear(g)
	if l.Upsample == "gaussian" {
		a = transposed(g, l.Deviation(g.Window), l.NormalizeBorder)
	}
	if l.Smooth > 0 {
		a = a.then(filter(g.Picture, l.Smooth))
	}
	return &Upsampler{g, a}
}

// Map makes a map [Picture,Picture] of the scores [Side,Side] of a picture's
// windows. It fails on one that is not finite, naming the window. Panics when
// there are not so many.
func (u *Upsampler) Map(scores []float32) ([]float32, error) {
	side := u.grid.Side()
	if len(scores) != side*side {
		panic(fmt.Sprintf("localize: %d scores for %d x %d windows", len(scores), side, side))
	}
	if i := metric.NotFinite(scores); i >= 0 {
		return nil, fmt.Errorf("the window of %d px whose corner is at x %d, y %d scores %v, and no map can be made of it; look at the weights", u.grid.Window, i%side*u.grid.Stride, i/side*u.grid.Stride, scores[i])
	}
	return apply(u.axis, u.axis, scores), nil
}

// transposed is a transposed convolution at the grid's stride.
func transposed(g configs.Grid, sigma float64, normalize bool) axis {
	weights := kernel(g.Window, sigma)
	total := 0.0
	for _, w := range weights {
		total += w
	}
	side := g.Side()
	return newAxis(side, g.Picture, func(place int, add func(int, float64)) {
		place = min(place, (side-1)*g.Stride+g.Window-1)
		first, last := 0, min(place/g.Stride, side-1)
		if place >= g.Window {
			first = (place-g.Window)/g.Stride + 1
		}
		scale := total / float64(g.Stride)
		if normalize {
			scale = 0
			for i := first; i <= last; i++ {
				scale += weights[place-i*g.Stride]
			}
		}
		if scale == 0 { // so narrow a kernel that none of its weights is left here
			between(side, middle(g, place), add)
			return
		}
		for i := first; i <= last; i++ {
			add(i, weights[place-i*g.Stride]/scale)
		}
	})
}

// kernel is FCDD's, along one direction: of an even size, the one that is a pixel
// smaller with its middle twice.
func kernel(size int, sigma float64) []float64 {
	k := make([]float64, size)
	half := (size - 1) / 2
	for i := range k {
		at := i
		if size%2 == 0 && i > half {
			at--
		}
		k[i] = bell(float64(at-half), sigma)
	}
	return k
}

func bilinear(g configs.Grid) axis {
	return newAxis(g.Side(), g.Picture, func(place int, add func(int, float64)) {
		between(g.Side(), middle(g, place), add)
	})
}

// middle is which window, and what part of the way to the next, has its middle at
// a pixel.
func middle(g configs.Grid, place int) float64 {
	return (float64(place) - float64(g.Window-1)/2) / float64(g.Stride)
}

// Resize brings a map [height,width] to [toHeight,toWidth], a mask's own size, by
// bilinear interpolation as PyTorch's interpolate(mode="bilinear",
// align_corners=False) does: pixels are squares, the borders of old and new map
// lie on each other, and nothing is averaged where the map gets smaller. Panics
// when the map is of another size.
func Resize(m []float32, width, height, toWidth, toHeight int) []float32 {
	if len(m) != width*height {
		panic(fmt.Sprintf("localize: %d scores are no map of %d x %d", len(m), width, height))
	}
	return apply(stretch(height, toHeight), stretch(width, toWidth), m)
}

func stretch(from, to int) axis {
	return newAxis(from, to, func(place int, add func(int, float64)) {
		between(from, (float64(place)+0.5)*float64(from)/float64(to)-0.5, add)
	})
}
