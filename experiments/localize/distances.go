package localize

import (
	"errors"
	"fmt"
	"math"

	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Distances are what every window of the test pictures scores.
type Distances struct {
	Side int
	// Of is Mahalanobis distances [pictures,Side,Side], higher for more anomalous.
	Of []float32
	// Shrinkage is Ledoit and Wolf's, the mean of all Gaussians'; 0 for the other
	// covariances.
	Shrinkage float64
}

// At are the distances [Side,Side] of a picture.
func (d *Distances) At(picture int) []float32 {
	n := d.Side * d.Side
	return d.Of[picture*n:][:n]
}

// Distances fits Gaussians to the windows of the normal pictures train, and
// measures those of test in them, group of rows after group. progress, which may
// be nil, counts pictures, each once a group.
//
// It fails as gde.Fit does where there are too few pictures or a covariance is
// singular, naming the location, and on an embedding that is not finite, naming
// the picture and the window.
func (p Plan) Distances(train, test Source, o gde.Options, progress func(done, total int)) (*Distances, error) {
	samples := train.Len
	if !p.PerLocation {
		samples *= p.Grid.Windows()
	}
	if train.Len == 0 {
		return nil, fmt.Errorf("%w: there is none for the windows of a map; add pictures to train/good", gde.ErrTooFew)
	}
	if err := gde.Possible(samples, p.Dimension, o); err != nil {
		return nil, err
	}
	side := p.Grid.Side()
	out := &Distances{Side: side, Of: make([]float32, test.Len*side*side)}
	done, total := 0, p.Groups()*(train.Len+test.Len)
	step := func() {
		done++
		if progress != nil {
			progress(done, total)
		}
	}
	sum, gaussians := 0.0, 0
	for from := 0; from < side; from += p.Rows {
		g := group{plan: p, from: from, to: min(from+p.Rows, side)}
		err := torch.Do(func() error {
			defer g.free()
			fitted, err := g.fit(train, o, step)
			if err != nil {
				return err
			}
			for _, f := range fitted {
				sum += f.Shrinkage
			}
			gaussians += len(fitted)
			return g.measure(test, out, step)
		})
		var refused *torch.Error
		switch {
		case errors.As(err, &refused) && refused.OutOfMemory():
			return nil, fmt.Errorf("the Gaussians of windows take %s, which the host has not left (%w); lower localize.memory", gigabytes(p.Bytes), err)
		case err != nil:
			return nil, err
		}
	}
	out.Shrinkage = sum / float64(gaussians)
	return out, nil
}

// group is the rows from to to-1 of windows and their Gaussians.
type group struct {
	plan     Plan
	from, to int

	moments   *torch.Moments
	gaussians *torch.Gaussians
}

func (g *group) windows() int { return (g.to - g.from) * g.plan.Grid.Side() }

// places is how many Gaussians there are.
func (g *group) places() int {
	if g.plan.PerLocation {
		return g.windows()
	}
	return 1
}

func (g *group) free() {
	if g.moments != nil {
		g.moments.Free()
	}
	if g.gaussians != nil {
		g.gaussians.Free()
	}
}

// fit makes the Gaussians of the normal pictures' windows.
func (g *group) fit(train Source, o gde.Options, step func()) ([]torch.Fitted, error) {
	g.moments = torch.NewMoments(g.places(), g.plan.Dimension, o.Normalize)
	err := g.gather(train, step, func(_ int, features []float32, rows int) error {
		g.moments.Add(features, rows)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("normal training pictures: %w", err)
	}
	ridge := 0.0
	if o.Covariance == gde.Ridge {
		ridge = o.Ridge
	}
	gaussians, fitted := g.moments.Gaussians(o.Covariance == gde.LedoitWolf, ridge)
	g.gaussians, g.moments = gaussians, nil
	const epsilon = 0x1p-52
	for i, f := range fitted { // the rule of numpy's matrix_rank, as in gde
		if !(f.Condition*float64(g.plan.Dimension)*epsilon < 1) {
			return nil, g.singular(i, o)
		}
	}
	return fitted, nil
}

// singular is the error of a Gaussian that has no factor.
func (g *group) singular(place int, o gde.Options) error {
	where := "of all windows"
	if g.plan.PerLocation {
		where = "of " + g.window(place)
	}
	next := "set density.covariance to ledoit_wolf or ridge"
	switch o.Covariance {
	case gde.Ridge:
		next = "raise density.ridge, or set density.covariance to ledoit_wolf"
	case gde.LedoitWolf:
		next = "look whether the normal pictures differ there, or set density.covariance to ridge"
	}
	return fmt.Errorf("%w %s, whose embeddings hardly differ in some direction; %s", gde.ErrSingular, where, next)
}

// window names one by its place in the picture.
func (g *group) window(i int) string {
	side, grid := g.plan.Grid.Side(), g.plan.Grid
	return fmt.Sprintf("the window of %d px whose corner is at x %d, y %d", grid.Window, i%side*grid.Stride, (g.from+i/side)*grid.Stride)
}

// measure scores the windows of test.
func (g *group) measure(test Source, out *Distances, step func()) error {
	windows, all := g.windows(), out.Side*out.Side
	distances := make([]float64, windows*g.pictures())
	err := g.gather(test, step, func(first int, features []float32, rows int) error {
		n := rows * g.places()
		g.gaussians.Distances(distances[:n], features, rows)
		for i, v := range distances[:n] {
			out.Of[(first+i/windows)*all+g.from*out.Side+i%windows] = float32(v)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("test pictures: %w", err)
	}
	return nil
}

// pictures is how many are taken together.
func (g *group) pictures() int {
	if g.plan.PerLocation {
		return block
	}
	return 1
}

// gather hands the features of a few pictures at a time to take, from picture
// first on: rows of features of every place.
func (g *group) gather(s Source, step func(), take func(first int, features []float32, rows int) error) error {
	size := g.windows() * g.plan.Dimension
	buffer, gathered := make([]float32, 0, g.pictures()*size), 0
	return s.Embed(g.from, g.to, func(picture int, features []float32) error {
		if len(features) != size {
			panic(fmt.Sprintf("localize: %d numbers are no %d windows of %d", len(features), g.windows(), g.plan.Dimension))
		}
		if err := g.finite(picture, features); err != nil {
			return err
		}
		defer step()
		whole := features
		if g.pictures() > 1 {
			buffer = append(buffer, features...)
			whole = buffer
		}
		gathered++
		if gathered < g.pictures() && picture < s.Len-1 {
			return nil
		}
		first, rows := picture+1-gathered, gathered*g.windows()/g.places()
		buffer, gathered = buffer[:0], 0
		return take(first, whole, rows)
	})
}

// finite names the first number that is not.
func (g *group) finite(picture int, features []float32) error {
	for i, v := range features {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("picture %d has %v as feature %d of %s, and only finite numbers have a distance; look at the weights", picture, v, i%g.plan.Dimension, g.window(i/g.plan.Dimension))
		}
	}
	return nil
}
