package localize

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets/torch"
)

var grid = configs.Grid{Picture: 20, Window: 8, Stride: 4} // 4 x 4 windows

const features = 6

// drawn is pictures with correlated features that differ from place to place.
func drawn(pictures int, seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	all := make([][]float32, pictures)
	for i := range all {
		for place := range grid.Windows() {
			common := r.NormFloat64()
			for j := range features {
				all[i] = append(all[i], float32(r.NormFloat64()*float64(1+place%3)+common*float64(j)+float64(place*j)))
			}
		}
	}
	return all
}

func source(pictures [][]float32) Source {
	row := grid.Side() * features
	return Source{Len: len(pictures), Embed: func(numbers []int, from, to int, visit func(int, []float32) error) error {
		buffer := make([]float32, (to-from)*row) // used again, as the trainer's is
		for _, i := range numbers {
			copy(buffer, pictures[i][from*row:to*row])
			if err := visit(i, buffer); err != nil {
				return err
			}
		}
		return nil
	}}
}

// at gathers the rows of the windows that keep takes, of every picture.
func at(pictures [][]float32, keep func(window int) bool) (rows []float32) {
	for _, p := range pictures {
		for w := range grid.Windows() {
			if keep(w) {
				rows = append(rows, p[w*features:][:features]...)
			}
		}
	}
	return rows
}

func everything(int) bool { return true }

// Streamed and in groups of rows, every Gaussian is what gde makes of its rows,
// whichever covariance it has.
func TestDistancesAreThoseOfGDE(t *testing.T) {
	train, test := drawn(2*block+5, 1), drawn(block+3, 2)
	for _, o := range []gde.Options{
		{Covariance: gde.LedoitWolf, Normalize: true}, {Covariance: gde.LedoitWolf},
		{Covariance: gde.Ridge, Ridge: 0.01, Normalize: true}, {Covariance: gde.Empirical},
	} {
		for _, perLocation := range []bool{false, true} {
			want, shrinkage := make([]float64, len(test)*grid.Windows()), 0.0
			fit := func(keep func(int) bool) *gde.Gaussian {
				rows := at(train, keep)
				g, err := gde.Fit(rows, len(rows)/features, features, o)
				if err != nil {
					t.Fatal(err)
				}
				return g
			}
			measure := func(g *gde.Gaussian, keep func(int) bool) []float64 {
				rows := at(test, keep)
				d, err := gde.Mahalanobis(g, rows, len(rows)/features)
				if err != nil {
					t.Fatal(err)
				}
				return d
			}
			if perLocation {
				for w := range grid.Windows() {
					here := func(window int) bool { return window == w }
					g := fit(here)
					shrinkage += g.Shrinkage / float64(grid.Windows())
					for i, v := range measure(g, here) {
						want[i*grid.Windows()+w] = v
					}
				}
			} else {
				g := fit(everything)
				shrinkage = g.Shrinkage
				copy(want, measure(g, everything))
			}
			for _, rows := range []int{4, 3, 1} {
				p := Plan{Grid: grid, PerLocation: perLocation, Dimension: features, Rows: rows}
				if !perLocation && rows < 4 {
					continue // there is one Gaussian, of all rows
				}
				name := fmt.Sprintf("%+v, per location %v, %d rows", o, perLocation, rows)
				last := 0
				got, err := p.Distances(source(train), source(test), Options{Options: o}, nil, func(done, total int) {
					if done != last+1 || total != p.Groups()*(len(train)+len(test)) {
						t.Errorf("%s: progress %d of %d after %d", name, done, total, last)
					}
					last = done
				})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if last != p.Groups()*(len(train)+len(test)) {
					t.Errorf("%s: progress ended at %d", name, last)
				}
				if math.Abs(got.Shrinkage-shrinkage) > 1e-10 {
					t.Errorf("%s: shrinkage %v, want %v", name, got.Shrinkage, shrinkage)
				}
				for i, v := range got.Test {
					if math.Abs(float64(v)-want[i]) > 1e-6*want[i] {
						t.Fatalf("%s: distance %d is %v, want %v", name, i, v, want[i])
					}
				}
				if picture := got.At(2); !slices.Equal(picture, got.Test[2*16:3*16]) {
					t.Errorf("%s: picture 2 has %v", name, picture)
				}
			}
		}
	}
	if n := liveTensors(t); n != 0 {
		t.Errorf("%d tensors are left over", n)
	}
}

func liveTensors(t *testing.T) (n int) {
	t.Helper()
	if err := torch.Do(func() error { n = torch.Live(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDistancesFailWithAName(t *testing.T) {
	fine := drawn(20, 3)
	spoiled := drawn(20, 3)
	spoiled[7][5*features+2] = float32(math.NaN())
	same := drawn(20, 3)
	for i := range same { // at window 6 alone
		copy(same[i][6*features:][:features], same[0][6*features:])
	}
	lw := gde.Options{Covariance: gde.LedoitWolf}
	broken := errors.New("broken")
	for _, c := range []struct {
		about       string
		train, test Source
		o           gde.Options
		is          error
		says        []string
	}{
		{"no picture", source(nil), source(fine), lw, gde.ErrTooFew, []string{"train/good"}},
		{"two pictures", source(fine[:2]), source(fine), lw, gde.ErrTooFew, []string{"at least 3"}},
		{"fewer pictures than features", source(fine[:6]), source(fine), gde.Options{Covariance: gde.Empirical}, gde.ErrSingular, []string{"ledoit_wolf"}},
		{"the same everywhere", source(same), source(fine), lw, gde.ErrSingular, []string{"x 8, y 4", "density.covariance"}},
		{"a tiny ridge", source(same), source(fine), gde.Options{Covariance: gde.Ridge, Ridge: 1e-30}, gde.ErrSingular, []string{"x 8, y 4", "raise density.ridge"}},
		{"NaN in training", source(spoiled), source(fine), lw, nil, []string{"training", "picture 7", "NaN as feature 2", "x 4, y 4"}},
		{"NaN in the test", source(fine), source(spoiled), lw, nil, []string{"test pictures", "picture 7", "x 4, y 4"}},
		{"pictures that do not come", Source{Len: 9, Embed: func([]int, int, int, func(int, []float32) error) error { return broken }}, source(fine), lw, broken, nil},
	} {
		p := Plan{Grid: grid, PerLocation: true, Dimension: features, Rows: 2}
		got, err := p.Distances(c.train, c.test, Options{Options: c.o}, nil, nil)
		if err == nil || got != nil || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v, want %v", c.about, err, c.is)
			continue
		}
		for _, part := range c.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v does not say %q", c.about, err, part)
			}
		}
	}
	if n := liveTensors(t); n != 0 {
		t.Errorf("%d tensors are left over", n)
	}
}

// Without test pictures there are Gaussians and no distance.
func TestNoTestPictures(t *testing.T) {
	p := Plan{Grid: grid, Dimension: features, Rows: 4}
	got, err := p.Distances(source(drawn(3, 4)), source(nil), Options{Options: gde.Options{Covariance: gde.LedoitWolf}}, nil, nil)
	if err != nil || len(got.Test) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
