package augment

import (
	"fmt"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// BenchmarkPaint is planning and painting of one source picture in three views;
// outputs/s counts the pictures made.
func BenchmarkPaint(b *testing.B) {
	for _, size := range []int{64, 256} {
		for _, views := range []string{"shared", "independent"} {
			for _, hue := range []float64{0, 0.1} {
				b.Run(fmt.Sprintf("%dpx/%s/hue=%g", size, views, hue), func(b *testing.B) {
					a := configs.Default().Augment
					a.Views, a.Jitter.Hue = views, hue
					planner, painter := NewPlanner(a, mean, size, size, 0), NewPainter(size, size)
					src := noise(size, 1)
					dst := [][]uint8{noise(size, 2), noise(size, 3), noise(size, 4)}
					var plans []Plan
					b.ReportAllocs()
					step := 0
					for b.Loop() {
						plans = planner.Plans(plans[:0], step, 0)
						painter.Paint(dst, src, plans)
						step++
					}
					b.ReportMetric(3*float64(b.N)/b.Elapsed().Seconds(), "outputs/s")
				})
			}
		}
	}
}

// BenchmarkKernels gives the cost of a pass over a 256 px picture.
func BenchmarkKernels(b *testing.B) {
	pix := noise(256, 1)
	other := noise(256, 2)
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(pix)))
			for b.Loop() {
				f()
			}
		})
	}
	run("translate", func() { translate(other, pix, 256, box{-13, 17, 256, 256}) })
	run("copy", func() { copy(other, pix) })
	run("contrast", func() { blendPixels(pix, []blend{{by: One, mean: 100}}) })
	run("saturation", func() { blendPixels(pix, []blend{{by: One, grey: 1}}) })
	run("saturation+sum", func() { blendAndSum(pix, []blend{{by: One, grey: 1}}) })
	run("sum", func() { blendAndSum(pix, nil) })
	run("hue", func() { turnHue(pix, 3) })
}

// BenchmarkCrop is [BenchmarkPaint] of crops of 256 px pictures, shared views, with
// and without contrast, which takes the mean of the whole picture.
func BenchmarkCrop(b *testing.B) {
	for _, input := range []int{256, 64, 32} {
		for _, contrast := range []float64{0, 0.4} {
			b.Run(fmt.Sprintf("%dpx/contrast=%g", input, contrast), func(b *testing.B) {
				a := configs.Default().Augment
				a.Jitter.Contrast = contrast
				planner, painter := NewPlanner(a, mean, 256, input, 0), NewPainter(256, input)
				src := noise(256, 1)
				dst := [][]uint8{noise(input, 2), noise(input, 3), noise(input, 4)}
				var plans []Plan
				step := 0
				for b.Loop() {
					plans = planner.Plans(plans[:0], step, 0)
					painter.Paint(dst, src, plans)
					step++
				}
				b.ReportMetric(3*float64(b.N)/b.Elapsed().Seconds(), "outputs/s")
			})
		}
	}
}

func BenchmarkPlans(b *testing.B) {
	planner := NewPlanner(configs.Default().Augment, mean, 256, 256, 0)
	var plans []Plan
	b.ReportAllocs()
	step := 0
	for b.Loop() {
		plans = planner.Plans(plans[:0], step, 0)
		step++
	}
}
