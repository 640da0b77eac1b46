package localize

import (
	"errors"
	"fmt"

	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Options says how Gaussians of windows are fitted, and which distances are
// measured besides those of test pictures.
type Options struct {
	gde.Options
	Folds int    // of the normal pictures for held-out distances; 0 or 1 for none
	Seed  uint64 // of the deal into folds, as gde.Deal has it
}

// Distances are what every window of the pictures scores: Mahalanobis distances
// [pictures,Side,Side], higher for more anomalous.
type Distances struct {
	Side int
	Test []float32 // of the test pictures
	// Held is of the normal pictures, each measured in Gaussians that were fitted
	// without the pictures of its fold; nil without folds.
	Held []float32
	// Shrinkage is Ledoit and Wolf's, the mean of all Gaussians' that Test is
	// measured in; 0 for the other covariances and for Gaussians from disk.
	Shrinkage float64
}

// At are the distances [Side,Side] of a test picture.
func (d *Distances) At(picture int) []float32 { return d.of(d.Test, picture) }

// HeldAt are those of a normal picture.
func (d *Distances) HeldAt(picture int) []float32 { return d.of(d.Held, picture) }

func (d *Distances) of(all []float32, picture int) []float32 {
	n := d.Side * d.Side
	return all[picture*n:][:n]
}

// Distances fits Gaussians to the windows of the normal pictures train, and
// measures those of test in them, group of rows after group. With folds, every
// normal picture is measured too, in Gaussians of the pictures of the other folds
// ([gde.Folds] settles how many of few pictures); that changes nothing of the rest.
//
// keep, which may be nil, is given each group's Gaussians, of the rows from to to-1
// of windows, before they are freed; [Plan.Keep] makes one. progress, which may be
// nil, counts pictures: each once a group, and again where it is held out.
//
// It fails as gde.Fit and gde.Folds do where there are too few pictures, before any
// is embedded, or a covariance is singular, naming the location; on an embedding
// that is not finite, naming the picture and the window; and with keep's error.
func (p Plan) Distances(train, test Source, o Options, keep func(from, to int, g *torch.Gaussians) error, progress func(done, total int)) (*Distances, error) {
	folds, err := p.Possible(train.Len, o)
	if err != nil {
		return nil, err
	}
	if folds > p.Folds { // of very few pictures more are made
		p.Folds = folds
		if p, err = p.divided(); err != nil {
			return nil, err
		}
	}
	side := p.Grid.Side()
	out := &Distances{Side: side, Test: make([]float32, test.Len*side*side)}
	passes := train.Len + test.Len
	var fold []int
	if folds > 0 {
		fold = gde.Deal(train.Len, folds, o.Seed)
		out.Held = make([]float32, train.Len*side*side)
		passes += train.Len
	}
	step := counter(p.Groups()*passes, progress)
	sum, gaussians := 0.0, 0
	err = p.groups(func(g *group) error {
		g.options, g.step = o.Options, step
		var s sums
		defer s.free()
		if err := s.fill(g, train, fold, folds); err != nil {
			return fmt.Errorf("normal training pictures: %w", err)
		}
		fitted, err := g.score(s.all, test, out.Test, keep)
		if err != nil {
			return err
		}
		for _, f := range fitted {
			sum += f.Shrinkage
		}
		gaussians += len(fitted)
		return g.holdOut(&s, train, fold, out.Held)
	})
	if err != nil {
		return nil, err
	}
	out.Shrinkage = sum / float64(gaussians)
	return out, nil
}

// Possible fails as [Plan.Distances] would where so many normal pictures cannot be
// enough, without any. It settles the number of folds, 0 for none.
func (p Plan) Possible(n int, o Options) (folds int, err error) {
	rows := 1 // of a Gaussian that a picture has
	if !p.PerLocation {
		rows = p.Grid.Windows()
	}
	if n == 0 {
		return 0, fmt.Errorf("%w: there is none for the windows of a map; add pictures to train/good", gde.ErrTooFew)
	}
	if err := gde.Possible(n*rows, p.Dimension, o.Options); err != nil || o.Folds < 2 {
		return 0, err
	}
	return gde.Folds(n, rows, p.Dimension, o.Options, o.Folds)
}

// counter is a step of progress, which may be nil.
func counter(total int, progress func(done, total int)) func() {
	done := 0
	return func() {
		done++
		if progress != nil {
			progress(done, total)
		}
	}
}

// groups does f for every group of rows, inside torch.Do.
func (p Plan) groups(f func(g *group) error) error {
	side := p.Grid.Side()
	for from := 0; from < side; from += p.Rows {
		g := &group{plan: p, from: from, to: min(from+p.Rows, side), step: func() {}}
		err := torch.Do(func() error {
			// Of a last group with fewer rows every block has another size.
			defer torch.CPU.ReleaseMemory()
			return f(g)
		})
		var refused *torch.Error
		if errors.As(err, &refused) && refused.OutOfMemory() {
			return fmt.Errorf("the Gaussians of windows take %s, which the host has not left (%w); lower localize.memory", Gigabytes(p.Bytes), err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// score measures the windows of test in the Gaussians that the sums become, after
// keep has seen them.
func (g *group) score(m *torch.Moments, test Source, into []float32, keep func(from, to int, g *torch.Gaussians) error) ([]torch.Fitted, error) {
	gaussians, fitted, err := g.fit(m)
	defer gaussians.Free()
	if err != nil {
		return nil, err
	}
	if keep != nil {
		if err := keep(g.from, g.to, gaussians); err != nil {
			return nil, err
		}
	}
	if err := g.measure(gaussians, test, test.all(), into); err != nil {
		return nil, fmt.Errorf("test pictures: %w", err)
	}
	return fitted, nil
}

// fit turns sums into Gaussians, which are to be freed whether it fails or not.
func (g *group) fit(m *torch.Moments) (*torch.Gaussians, []torch.Fitted, error) {
	ridge := 0.0
	if g.options.Covariance == gde.Ridge {
		ridge = g.options.Ridge
	}
	gaussians, fitted := m.Gaussians(g.options.Covariance == gde.LedoitWolf, ridge)
	const epsilon = 0x1p-52
	for i, f := range fitted { // the rule of numpy's matrix_rank, as in gde
		if !(f.Condition*float64(g.plan.Dimension)*epsilon < 1) {
			return gaussians, nil, g.singular(i)
		}
	}
	return gaussians, fitted, nil
}

// singular is the error of a Gaussian that has no factor.
func (g *group) singular(place int) error {
	where := "of all windows"
	if g.plan.PerLocation {
		where = "of " + g.window(place)
	}
	next := "set density.covariance to ledoit_wolf or ridge"
	switch g.options.Covariance {
	case gde.Ridge:
		next = "raise density.ridge, or set density.covariance to ledoit_wolf"
	case gde.LedoitWolf:
		next = "look whether the normal pictures differ there, or set density.covariance to ridge"
	}
	return fmt.Errorf("%w %s, whose embeddings hardly differ in some direction; %s", gde.ErrSingular, where, next)
}

// measure scores the windows of some pictures of a source: each one's rows into
// its map [Side,Side].
func (g *group) measure(gaussians *torch.Gaussians, s Source, pictures []int, into []float32) error {
	windows, side := g.windows(), g.plan.Grid.Side()
	distances := make([]float64, windows*g.together())
	b := g.batch(len(pictures), func(pictures []int, features []float32, rows int) {
		gaussians.Distances(distances[:rows*g.places()], features, rows)
		for i, picture := range pictures {
			row := into[(picture*side+g.from)*side:][:windows]
			for w, v := range distances[i*windows:][:windows] {
				row[w] = float32(v)
			}
		}
	})
	if err := g.gather(s, pictures, b.add); err != nil {
		return err
	}
	end(b)
	return nil
}
