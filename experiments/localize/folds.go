package localize

import (
	"fmt"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// sums are those of a group's windows over all normal pictures, and over every
// fold's.
//
// Gaussians without a fold are made of the other folds' sums, merged: taking a
// fold's from all would lose the digits that both have in common. All pictures
// have sums of their own, so that folds change no digit of what is not held out;
// they are the first to become Gaussians and to be freed, and there are no more
// than one for each fold and one besides at any time. All are taken about one point,
// so that merging only adds.
type sums struct {
	all   *torch.Moments
	folds []*torch.Moments
}

// fill adds up the windows of all normal pictures, whose folds these are.
func (s *sums) fill(g *group, train Source, fold []int, folds int) error {
	size := make([]int, folds)
	for _, f := range fold {
		size[f]++
	}
	s.all = g.moments()
	all := g.batch(train.Len, func(_ []int, features []float32, rows int) { s.all.Add(features, rows) })
	batches := []*batch{all} // the first to be flushed: it places the others' point
	for f := range folds {
		m := g.moments()
		s.folds = append(s.folds, m)
		batches = append(batches, g.batch(size[f], func(_ []int, features []float32, rows int) {
			m.About(s.all)
			m.Add(features, rows)
		}))
	}
	err := g.gather(train, train.all(), func(picture int, features []float32) {
		all.add(picture, features)
		if folds > 0 {
			batches[1+fold[picture]].add(picture, features)
		}
	})
	if err != nil {
		return err
	}
	end(batches...)
	return nil
}

// moments has no rows yet.
func (g *group) moments() *torch.Moments {
	return torch.NewMoments(g.places(), g.plan.Dimension, g.options.Normalize)
}

func (s *sums) free() {
	if s.all != nil {
		s.all.Free()
	}
	for _, m := range s.folds {
		m.Free()
	}
}

// holdOut measures every fold's pictures in the Gaussians of the others.
func (g *group) holdOut(s *sums, train Source, fold []int, into []float32) error {
	for f := range s.folds {
		var held []int
		for picture, its := range fold {
			if its == f {
				held = append(held, picture)
			}
		}
		if err := g.holdOutFold(s, f, train, held, into); err != nil {
			return fmt.Errorf("with fold %d of %d of the normal training pictures held out: %w", f+1, len(s.folds), err)
		}
	}
	return nil
}

func (g *group) holdOutFold(s *sums, f int, train Source, held []int, into []float32) error {
	m := g.moments()
	defer m.Free()
	for i, other := range s.folds {
		if i != f {
			m.Merge(other)
		}
	}
	gaussians, _, err := g.fit(m)
	defer gaussians.Free()
	if err != nil {
		return err
	}
	return g.measure(gaussians, train, held, into)
}
