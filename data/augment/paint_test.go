package augment

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// A picture, or a crop of one, is painted as the documentation says, pixel by pixel.
func TestPaintEqualsPlainPainting(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for trial := range 1500 {
		a := defaults()
		a.Variant = variants[r.IntN(len(variants))]
		a.Cutout.Fill = fills[r.IntN(3)]
		a.Views = []string{"shared", "independent"}[r.IntN(2)]
		a.Scar.Bounds = []string{"rotated", "unrotated"}[r.IntN(2)]
		a.Translate = r.Float64() / 2
		a.Jitter = configs.Jitter{Brightness: r.Float64(), Contrast: r.Float64(), Saturation: r.Float64(), Hue: float64(r.IntN(2)) * r.Float64() / 2}
		a.PatchJitter.Contrast = r.Float64()
		a.Rotate = float64(r.IntN(2)) * 180 * r.Float64()
		size := 2 + r.IntN(45)
		input := size
		if trial%2 == 1 {
			input = 1 + r.IntN(size)
		}
		planner, painter := NewPlanner(a, mean, size, input, uint64(trial)), NewPainter(size, input)
		src := noise(size, uint64(trial))
		plans := planner.Plans(nil, trial, 0)
		var dst [][]uint8
		for range plans {
			dst = append(dst, noise(input, 1))
		}
		painter.Paint(dst, src, plans)
		for i, p := range plans {
			if !bytes.Equal(dst[i], paintPlainly(src, size, input, p)) {
				t.Fatalf("%d px of %d, trial %d, view %d: painted something else than %+v", input, size, trial, i, p)
			}
		}
	}
}

// Outside of what is pasted a shared view is the normal one, byte for byte, and
// painting leaves the source alone.
func TestPixelsOutsideThePasteAreTheNormalViews(t *testing.T) {
	const size = 48
	planner, painter := NewPlanner(defaults(), mean, size, size, 0), NewPainter(size, size)
	src := noise(size, 1)
	before := bytes.Clone(src)
	dst := [][]uint8{noise(size, 2), noise(size, 3), noise(size, 4)}
	changed := 0
	for step := range 2000 {
		plans := planner.Plans(nil, step, 9)
		painter.Paint(dst, src, plans)
		for v, p := range plans[1:] {
			for i := range size * size {
				x, y := int32(i%size)-p.X, int32(i/size)-p.Y
				if bytes.Equal(dst[v+1][3*i:3*i+3], dst[0][3*i:3*i+3]) {
					continue
				}
				changed++
				if x < 0 || x >= p.W || y < 0 || y >= p.H {
					t.Fatalf("step %d, view %d: pixel (%d,%d) differs outside of %+v", step, v+1, i%size, i/size, p.Paste)
				}
			}
		}
	}
	if changed == 0 {
		t.Error("nothing was pasted")
	}
	if !bytes.Equal(src, before) {
		t.Error("the source was written to")
	}
}

// The same plans give the same bytes, from a fresh painter or a used one,
// whichever of equal bases comes first.
func TestPaintIsPure(t *testing.T) {
	const size = 32
	planner := NewPlanner(defaults(), mean, size, size, 0)
	src := noise(size, 1)
	used := NewPainter(size, size)
	for step := range 200 {
		plans := planner.Plans(nil, step, 0)
		a := [][]uint8{noise(size, 2), noise(size, 3), noise(size, 4)}
		b := [][]uint8{noise(size, 5), noise(size, 6), noise(size, 7)}
		used.Paint(a, src, plans)
		NewPainter(size, size).Paint([][]uint8{b[2], b[0], b[1]}, src, []Plan{plans[2], plans[0], plans[1]})
		for i := range a {
			if !bytes.Equal(a[i], b[i]) {
				t.Fatalf("step %d, view %d: other bytes", step, i)
			}
		}
	}
}

func TestPaintingAllocatesNothing(t *testing.T) {
	for _, input := range []int{64, 32} {
		planner, painter := NewPlanner(defaults(), mean, 64, input, 0), NewPainter(64, input)
		src, dst := noise(64, 1), [][]uint8{noise(input, 2), noise(input, 3), noise(input, 4)}
		plans := make([]Plan, 0, 3)
		step := 0
		if n := testing.AllocsPerRun(100, func() {
			plans = planner.Plans(plans[:0], step, 0)
			painter.Paint(dst, src, plans)
			step++
		}); n != 0 {
			t.Errorf("%d px: %v allocations a picture", input, n)
		}
	}
}

func TestPaintRefusesWhatDoesNotFit(t *testing.T) {
	painter := NewPainter(16, 16)
	good := NewPlanner(defaults(), mean, 16, 16, 0).Plans(nil, 0, 0)
	src := noise(16, 1)
	for name, wrong := range map[string]func(p *Plan){
		"paste beyond the right": func(p *Plan) { p.X = 17 - p.W },
		"cut above":              func(p *Plan) { p.CutY = -1 },
		"far translation":        func(p *Plan) { p.DX = 16 },
		"crop of a whole":        func(p *Plan) { p.CropY = 1 },
		"operation twice":        func(p *Plan) { p.Jitter = Jitter{{Contrast, One}, {Hue, 3}, {Contrast, One}} },
		"negative factor":        func(p *Plan) { p.Jitter[0] = Adjust{Contrast, -1} },
		"unknown operation":      func(p *Plan) { p.Patch[0] = Adjust{Hue + 1, 0} },
	} {
		plan := good[1]
		wrong(&plan)
		if !panics(func() { painter.Paint([][]uint8{noise(16, 2)}, src, []Plan{plan}) }) {
			t.Errorf("%s: painted", name)
		}
	}
	if !panics(func() { painter.Paint([][]uint8{noise(16, 2)}, src[1:], good[:1]) }) {
		t.Error("short source: painted")
	}
	if !panics(func() { painter.Paint(nil, src, good) }) {
		t.Error("plans without pictures: painted")
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

// FuzzPaint looks for a configuration, size and seed whose plan does not fit or
// is painted otherwise than documented.
func FuzzPaint(f *testing.F) {
	f.Add(uint64(0), uint8(32), 0.02, 0.15, 0.3, 3.3, 2.0, 16.0, 10.0, 25.0, 45.0, 0.0)
	f.Add(uint64(1), uint8(1), 0.9, 0.99, 0.01, 90.0, 1.0, 4096.0, 1.0, 4096.0, 180.0, 180.0)
	f.Add(uint64(1+252*50), uint8(70), 0.1, 0.2, 0.3, 3.3, 2.0, 16.0, 10.0, 25.0, 45.0, 0.0)
	f.Add(uint64(2), uint8(7), 0.5, 0.5, 1.0, 1.0, 16.0, 16.0, 25.0, 25.0, 90.0, 90.0)
	f.Fuzz(func(t *testing.T, seed uint64, size uint8, areaMin, areaMax, aspectMin, aspectMax, widthMin, widthMax, lengthMin, lengthMax, angle, rotate float64) {
		n := int(size%72) + 1
		a := defaults()
		a.Variant = variants[seed%7]
		a.Aspect.Sampling = []string{"log", "intervals", "uniform"}[seed/7%3]
		a.Scar.Sizes = []string{"real", "integer"}[seed/21%2]
		a.Scar.Bounds = []string{"rotated", "unrotated"}[seed/42%2]
		a.Cutout.Fill = fills[seed/84%3]
		ordered := func(lo, hi, a, b float64) configs.Span {
			return configs.Span{Min: max(min(a, b, hi), lo), Max: min(max(a, b, lo), hi)}
		}
		for _, v := range []float64{areaMin, areaMax, aspectMin, aspectMax, widthMin, widthMax, lengthMin, lengthMax, angle, rotate} {
			if v != v {
				t.Skip("configs lets no NaN through")
			}
		}
		// The limits are the schema's.
		a.Area = ordered(1e-9, 1-1e-9, areaMin, areaMax)
		aspect := ordered(1e-9, 100-1e-9, aspectMin, aspectMax)
		a.Aspect.Min, a.Aspect.Max = aspect.Min, aspect.Max
		a.Scar.Width = ordered(1, 4096, widthMin, widthMax)
		a.Scar.Length = ordered(1, 4096, lengthMin, lengthMax)
		a.Scar.Angle = ordered(0, 180, angle, angle).Min
		a.Rotate = ordered(0, 180, rotate, rotate).Min
		input := n - int(seed/252%uint64(n)) // the small seeds are of whole pictures
		plans := NewPlanner(a, mean, n, input, seed).Plans(nil, 0, 0)
		src := noise(n, seed)
		dst := make([][]uint8, len(plans))
		for i := range dst {
			dst[i] = noise(input, 0)
		}
		NewPainter(n, input).Paint(dst, src, plans)
		for i, p := range plans {
			if !bytes.Equal(dst[i], paintPlainly(src, n, input, p)) {
				t.Fatalf("view %d is not %s", i, fmt.Sprintf("%+v", p))
			}
		}
	})
}
