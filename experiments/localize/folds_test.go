package localize

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/gde"
)

// byHand are held-out distances the slow way: for every fold, gde's Gaussian of
// the other folds' rows.
func byHand(t *testing.T, train [][]float32, perLocation bool, o Options, folds int) []float64 {
	t.Helper()
	fold := gde.Deal(len(train), folds, o.Seed)
	out := make([]float64, len(train)*grid.Windows())
	for f := range folds {
		var in, held [][]float32
		var numbers []int
		for i, p := range train {
			if fold[i] == f {
				held, numbers = append(held, p), append(numbers, i)
			} else {
				in = append(in, p)
			}
		}
		measure := func(windows func(int) bool, put func(i int, d float64)) {
			rows := at(in, windows)
			g, err := gde.Fit(rows, len(rows)/features, features, o.Options)
			if err != nil {
				t.Fatal(err)
			}
			rows = at(held, windows)
			d, err := gde.Mahalanobis(g, rows, len(rows)/features)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range d {
				put(i, v)
			}
		}
		all := grid.Windows()
		if !perLocation {
			measure(everything, func(i int, d float64) { out[numbers[i/all]*all+i%all] = d })
			continue
		}
		for w := range all {
			measure(func(window int) bool { return window == w }, func(i int, d float64) { out[numbers[i]*all+w] = d })
		}
	}
	return out
}

// Held-out distances are those of Gaussians fitted by hand to the other folds'
// pictures; folds change no digit of what test pictures score, and groups of rows
// none of either.
func TestHeldOutDistances(t *testing.T) {
	train, test := drawn(3*block+2, 1), drawn(5, 2)
	for _, perLocation := range []bool{false, true} {
		for _, density := range []gde.Options{{Covariance: gde.LedoitWolf, Normalize: true}, {Covariance: gde.Empirical}} {
			o := Options{Options: density, Folds: 3, Seed: 7}
			want := byHand(t, train, perLocation, o, 3)
			p := Plan{Grid: grid, PerLocation: perLocation, Dimension: features, Rows: 4, Folds: 3}
			without, err := p.Distances(source(train), source(test), Options{Options: density}, nil, nil)
			if err != nil || without.Held != nil {
				t.Fatalf("without folds: %v, %v", without.Held, err)
			}
			for _, p.Rows = range []int{4, 3, 1} {
				if !perLocation && p.Rows < 4 {
					continue
				}
				name := fmt.Sprintf("%+v, per location %v, %d rows", density, perLocation, p.Rows)
				last, total := 0, p.Groups()*(2*len(train)+len(test))
				got, err := p.Distances(source(train), source(test), o, nil, func(done, of int) {
					if done != last+1 || of != total {
						t.Errorf("%s: progress %d of %d after %d", name, done, of, last)
					}
					last = done
				})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if last != total {
					t.Errorf("%s: progress ended at %d of %d", name, last, total)
				}
				if !slices.Equal(got.Test, without.Test) || math.Abs(got.Shrinkage-without.Shrinkage) > 1e-15 {
					t.Errorf("%s: the test pictures score otherwise", name)
				}
				for i, v := range got.Held {
					if math.Abs(float64(v)-want[i]) > 1e-6*want[i] {
						t.Fatalf("%s: held-out distance %d is %v, want %v", name, i, v, want[i])
					}
				}
				if len(got.Held) != len(want) || !slices.Equal(got.HeldAt(4), got.Held[4*16:5*16]) {
					t.Errorf("%s: %d distances", name, len(got.Held))
				}
				if p.Rows == 4 {
					without.Held = got.Held
				} else if !slices.Equal(got.Held, without.Held) {
					t.Errorf("%s: other held-out distances than of all rows at a time", name)
				}
			}
		}
	}
	if n := liveTensors(t); n != 0 {
		t.Errorf("%d tensors are left over", n)
	}
}

// Of four pictures, two folds would leave two, so there are four; the rows are
// divided again for them.
func TestMoreFoldsOfFewPictures(t *testing.T) {
	train := drawn(4, 3)
	p := Plan{Grid: grid, PerLocation: true, Dimension: features, Rows: 4, Folds: 2}
	p.Allowed = p.need(4)
	o := Options{Options: gde.Options{Covariance: gde.LedoitWolf}, Folds: 2, Seed: 1}
	groups := 0
	got, err := p.Distances(source(train), source(nil), o, nil, func(_, total int) { groups = total / 8 })
	if err != nil {
		t.Fatal(err)
	}
	if groups < 2 {
		t.Errorf("%d groups of rows for the sums of four folds in the memory of two", groups)
	}
	for i, v := range byHand(t, train, true, o, 4) {
		if math.Abs(float64(got.Held[i])-v) > 1e-6*v {
			t.Fatalf("distance %d is %v, want %v", i, got.Held[i], v)
		}
	}
	p.Allowed = 1000
	if _, err := p.Distances(source(train), source(nil), o, nil, nil); err == nil || !strings.Contains(err.Error(), "localize.memory") {
		t.Errorf("%v", err)
	}
}

// Where the folds leave too few, nothing is embedded.
func TestTooFewForFolds(t *testing.T) {
	unread := func(n int) Source {
		return Source{Len: n, Embed: func([]int, int, int, func(int, []float32) error) error {
			t.Error("pictures were embedded")
			return nil
		}}
	}
	for _, c := range []struct {
		pictures    int
		perLocation bool
		covariance  string
		is          error
	}{
		{3, true, gde.LedoitWolf, gde.ErrTooFew},
		{1, false, gde.LedoitWolf, gde.ErrTooFew},
		{8, true, gde.Empirical, gde.ErrSingular}, // 8 are enough for 6 features, and 5 folds leave 6
	} {
		p := Plan{Grid: grid, PerLocation: c.perLocation, Dimension: features, Rows: 4, Folds: 5}
		o := Options{Options: gde.Options{Covariance: c.covariance}, Folds: 5}
		if _, err := p.Distances(unread(c.pictures), unread(1), o, nil, nil); !errors.Is(err, c.is) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A covariance that is singular without one fold alone says which.
func TestSingularWithoutAFold(t *testing.T) {
	train := drawn(20, 3)
	fold := gde.Deal(20, 4, 1)
	for i := range train { // at window 6, only pictures of fold 2 differ
		if fold[i] != 2 {
			copy(train[i][6*features:][:features], train[slices.Index(fold, 0)][6*features:])
		}
	}
	p := Plan{Grid: grid, PerLocation: true, Dimension: features, Rows: 2, Folds: 4}
	o := Options{Options: gde.Options{Covariance: gde.LedoitWolf}, Folds: 4, Seed: 1}
	_, err := p.Distances(source(train), source(nil), o, nil, nil)
	for _, part := range []string{"fold 3 of 4", "x 8, y 4", "density.covariance"} {
		if !errors.Is(err, gde.ErrSingular) || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
	if n := liveTensors(t); n != 0 {
		t.Errorf("%d tensors are left over", n)
	}
}
