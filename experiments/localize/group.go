package localize

import (
	"fmt"
	"runtime/debug"

	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/experiments/metric"
)

// group is the rows from to to-1 of windows, whose Gaussians are in memory
// together. All its work is done inside torch.Do.
type group struct {
	plan     Plan
	from, to int

	options gde.Options
	step    func() // after every picture
}

func (g *group) windows() int { return (g.to - g.from) * g.plan.Grid.Side() }

// places is how many Gaussians there are.
func (g *group) places() int {
	if g.plan.PerLocation {
		return g.windows()
	}
	return 1
}

// together is how many pictures are taken together.
func (g *group) together() int {
	if g.plan.PerLocation {
		return block
	}
	return 1
}

// window names one by its place in the picture.
func (g *group) window(i int) string {
	side, grid := g.plan.Grid.Side(), g.plan.Grid
	return fmt.Sprintf("the window of %d px whose corner is at x %d, y %d", grid.Window, i%side*grid.Stride, (g.from+i/side)*grid.Stride)
}

// gather hands the features of these pictures of a source to add, one picture's
// after the other's.
func (g *group) gather(s Source, pictures []int, add func(picture int, features []float32)) error {
	size := g.windows() * g.plan.Dimension
	return s.Embed(pictures, g.from, g.to, func(picture int, features []float32) error {
		if len(features) != size {
			panic(fmt.Sprintf("localize: %d numbers are no %d windows of %d", len(features), g.windows(), g.plan.Dimension))
		}
		if err := g.finite(s, picture, features); err != nil {
			return err
		}
		add(picture, features)
		g.step()
		return nil
	})
}

// finite names the first number that is not.
func (g *group) finite(s Source, picture int, features []float32) error {
	i := metric.NotFinite(features)
	if i < 0 {
		return nil
	}
	return fmt.Errorf("%s has %v as feature %d of %s, and only finite numbers have a distance; look at the weights", s.name(picture), features[i], i%g.plan.Dimension, g.window(i/g.plan.Dimension))
}

// batch is pictures that are taken together, once there are enough.
type batch struct {
	group    *group
	take     func(pictures []int, features []float32, rows int) // rows of every place
	pictures []int
	features []float32
}

// batch makes one for up to n pictures in all.
func (g *group) batch(n int, take func(pictures []int, features []float32, rows int)) *batch {
	b := &batch{group: g, take: take}
	if n = min(n, g.together()); n > 1 {
		b.features = make([]float32, 0, n*g.windows()*g.plan.Dimension)
	}
	return b
}

func (b *batch) add(picture int, features []float32) {
	b.pictures = append(b.pictures, picture)
	if b.group.together() == 1 {
		b.hand(features)
		return
	}
	b.features = append(b.features, features...)
	if len(b.pictures) == b.group.together() {
		b.flush()
	}
}

// flush has the last ones taken.
func (b *batch) flush() {
	if len(b.pictures) > 0 {
		b.hand(b.features)
	}
}

// end has the last ones taken, and leaves nothing of the batches to the garbage
// collector, which would let the next ones grow beside them.
func end(batches ...*batch) {
	for _, b := range batches {
		b.flush()
		b.features = nil
	}
	debug.FreeOSMemory()
}

func (b *batch) hand(features []float32) {
	b.take(b.pictures, features, len(b.pictures)*b.group.windows()/b.group.places())
	b.pictures, b.features = b.pictures[:0], b.features[:0]
}
