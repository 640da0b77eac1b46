package augment

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// noise is a picture of random bytes.
func noise(size int, seed uint64) []uint8 {
	r := rand.New(rand.NewPCG(seed, 0))
	pix := make([]uint8, size*size*3)
	for i := range pix {
		pix[i] = uint8(r.Uint32())
	}
	return pix
}

// mean is the schema's default data.mean.
var mean = configs.Default().Data.Mean

// variants are those that the schema lets through, so that none of them is unknown
// here.
var variants = func() []string {
	for _, k := range configs.Keys() {
		if k.Name == "augment.variant" {
			return strings.Split(strings.TrimPrefix(k.Range, "one of "), ", ")
		}
	}
	panic("there is no augment.variant")
}()

// fills are the ways in which Cutout fills.
var fills = []string{"grey", "mean", "random"}

// defaults are the schema's default augmentation.
func defaults() configs.Augment { return configs.Default().Augment }

// paintPlainly is a plan carried out as the package's documentation puts it, a
// pixel at a time: the whole picture is moved and jittered, then a square of input
// pixels is taken out of it.
func paintPlainly(src []uint8, size, input int, p Plan) []uint8 {
	whole := make([]uint8, len(src))
	for y := range size {
		for x := range size {
			sx, sy := mirrored(x+int(p.DX), size), mirrored(y+int(p.DY), size)
			copy(whole[3*(y*size+x):3*(y*size+x)+3], src[3*(sy*size+sx):])
		}
	}
	applyGo(whole, p.Jitter)
	dst := part(whole, size, p.CropX, p.CropY, int32(input), int32(input))
	cut := part(dst, input, p.CutX, p.CutY, p.CutW, p.CutH)
	applyGo(cut, p.Patch)
	if p.Fill != 0 {
		for i := range cut {
			cut[i] = uint8(p.Fill >> (16 - 8*(i%3)))
		}
	}
	for y := range p.H {
		for x := range p.W {
			u, v := (p.Map[0]*x+p.Map[1]*y+p.Map[2])>>16, (p.Map[3]*x+p.Map[4]*y+p.Map[5])>>16
			if u >= 0 && u < p.CutW && v >= 0 && v < p.CutH {
				copy(dst[3*(int(p.Y+y)*input+int(p.X+x)):][:3], cut[3*(v*p.CutW+u):])
			}
		}
	}
	return dst
}

// part is a w x h rectangle of a square picture, as a copy.
func part(pix []uint8, size int, x, y, w, h int32) []uint8 {
	out := make([]uint8, 0, 3*w*h)
	for v := range h {
		for u := range w {
			at := 3 * (int(y+v)*size + int(x+u))
			out = append(out, pix[at:at+3]...)
		}
	}
	return out
}

// mirrored walks a coordinate back from the borders.
func mirrored(i, size int) int {
	for i < 0 || i >= size {
		if i < 0 {
			i = -i
		} else {
			i = 2*(size-1) - i
		}
	}
	return i
}

// covered is how many pixels a paste writes.
func covered(m Paste) int {
	n := 0
	for y := range m.H {
		for x := range m.W {
			u, v := (m.Map[0]*x+m.Map[1]*y+m.Map[2])>>16, (m.Map[3]*x+m.Map[4]*y+m.Map[5])>>16
			if u >= 0 && u < m.CutW && v >= 0 && v < m.CutH {
				n++
			}
		}
	}
	return n
}

// distance is the Kolmogorov-Smirnov distance of a sample to a distribution
// function. For n draws from it, it exceeds 1.95/sqrt(n) once in a thousand
// times.
func distance(sample []float64, cdf func(float64) float64) float64 {
	slices.Sort(sample)
	d, n := 0.0, float64(len(sample))
	for i, x := range sample {
		f := cdf(x)
		d = max(d, math.Abs(f-float64(i)/n), math.Abs(f-float64(i+1)/n))
	}
	return d
}

// ramp is the distribution function of a uniform draw from [lo,hi].
func ramp(lo, hi float64) func(float64) float64 {
	return func(x float64) float64 { return min(max((x-lo)/(hi-lo), 0), 1) }
}

// drawn collects one kind's plans over n steps.
func drawn(t *testing.T, a configs.Augment, size, n int, kind Kind) []Plan {
	t.Helper()
	p := NewPlanner(a, mean, size, size, 11)
	var all, plans []Plan
	for step := range n {
		plans = p.Plans(plans[:0], step, step%7)
		for _, v := range plans {
			if v.Kind == kind {
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("no plan of kind %v in %d steps", kind, n)
	}
	return all
}
