package augment_test

import (
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
)

// One grey source picture in the three views of 3way. Every pixel of a grey
// picture is the same wherever it is cut and pasted, but for the patch's own
// jitter.
func Example() {
	const size = 64
	src := make([]uint8, size*size*3)
	for i := range src {
		src[i] = 128
	}

	planner := augment.NewPlanner(configs.Default().Augment, configs.Default().Data.Mean, size, size, 0)
	painter := augment.NewPainter(size, size)

	const step, picture = 0, 0
	plans := planner.Plans(nil, step, picture)
	dst := make([][]uint8, len(plans))
	for i := range dst {
		dst[i] = make([]uint8, len(src))
	}
	painter.Paint(dst, src, plans)

	for i, p := range plans {
		changed := 0
		for k := 0; k < len(src); k += 3 {
			if dst[i][k] != dst[0][k] {
				changed++
			}
		}
		fmt.Printf("class %d, %v: cut %dx%d, %d pixels changed\n", p.Label, p.Kind, p.CutW, p.CutH, changed)
	}
	// Output:
	// class 0, normal: cut 0x0, 0 pixels changed
	// class 1, CutPaste: cut 16x25, 400 pixels changed
	// class 2, Scar: cut 8x18, 144 pixels changed
}
