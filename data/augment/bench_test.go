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
					planner, painter := NewPlanner(a, size, 0), NewPainter(size)
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
	run("translate", func() { translate(other, pix, 256, -13, 17) })
	run("copy", func() { copy(other, pix) })
	run("contrast", func() { blendPixels(pix, []blend{{by: One, mean: 100}}) })
	run("saturation", func() { blendPixels(pix, []blend{{by: One, grey: 1}}) })
	run("saturation+sum", func() { blendAndSum(pix, []blend{{by: One, grey: 1}}) })
	run("sum", func() { blendAndSum(pix, nil) })
	run("hue", func() { turnHue(pix, 3) })
}

func BenchmarkPlans(b *testing.B) {
	planner := NewPlanner(configs.Default().Augment, 256, 0)
	var plans []Plan
	b.ReportAllocs()
	step := 0
	for b.Loop() {
		plans = planner.Plans(plans[:0], step, 0)
		step++
	}
}
