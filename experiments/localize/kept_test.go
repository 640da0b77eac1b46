package localize

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

var density = gde.Options{Covariance: gde.LedoitWolf, Normalize: true}

// kept stores Gaussians of drawn pictures in dir, and returns what test scores.
func kept(t *testing.T, p Plan, dir string, test [][]float32) *Distances {
	t.Helper()
	keep, err := p.Keep(dir, density)
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.Distances(source(drawn(20, 1)), source(test), Options{Options: density}, keep, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Gaussians from disk measure what they measured when they were fitted, to the bit,
// however rows were grouped then and are now, and take the bytes that were told.
func TestKeptGaussians(t *testing.T) {
	test := drawn(block+3, 2)
	for _, c := range []struct {
		perLocation   bool
		stored, split int // rows at a time
	}{{false, 4, 4}, {true, 4, 4}, {true, 3, 1}, {true, 1, 4}} {
		p := Plan{Grid: grid, PerLocation: c.perLocation, Dimension: features, Rows: c.stored}
		dir := filepath.Join(t.TempDir(), "run", "gaussians")
		want := kept(t, p, dir, test)
		p.Rows = c.split
		k, err := OpenKept(dir, p, density)
		if err != nil {
			t.Fatal(err)
		}
		last, total := 0, p.Groups()*len(test)
		for range 2 {
			last = 0
			got, err := k.Distances(source(test), func(done, of int) {
				if done != last+1 || of != total {
					t.Errorf("%+v: progress %d of %d after %d", c, done, of, last)
				}
				last = done
			})
			if err != nil {
				t.Fatalf("%+v: %v", c, err)
			}
			if !slices.Equal(got.Test, want.Test) || got.Side != 4 || got.Held != nil || last != total {
				t.Errorf("%+v: other distances than were measured in training", c)
			}
		}
		bytes := int64(0)
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, path := range files {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			bytes += info.Size()
		}
		if header := bytes - p.Stored(); header < 0 || header > 1000*int64(len(files)) {
			t.Errorf("%+v: %d bytes in %d files, and %d were told", c, bytes, len(files), p.Stored())
		}
		// All of them stay in memory, and nothing is read again.
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Distances(source(test), nil); (err == nil) != (p.Groups() == 1) {
			t.Errorf("%+v: without the files: %v", c, err)
		}
		for range 2 {
			if err := k.Close(); err != nil {
				t.Error(err)
			}
		}
		if n := liveTensors(t); n != 0 {
			t.Errorf("%d tensors are left over", n)
		}
	}
}

// A folder that is not whole, or of something else, is refused with the file and
// what helps; what an earlier command left in it is gone once one begins.
func TestKeptGaussiansThatCannotBeUsed(t *testing.T) {
	p := Plan{Grid: grid, PerLocation: true, Dimension: features, Rows: 2}
	dir := filepath.Join(t.TempDir(), "gaussians")
	row := func(i int) string { return p.unitPath(dir, i) }
	refused := func(about string, p Plan, o gde.Options, is error, says ...string) {
		t.Helper()
		k, err := OpenKept(dir, p, o)
		if err == nil {
			_, err = k.Distances(source(drawn(2, 2)), nil)
			defer k.Close()
		}
		if err == nil || is != nil && !errors.Is(err, is) {
			t.Errorf("%s: %v, want %v", about, err, is)
			return
		}
		for _, part := range append(says, "cutpaste train") {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v does not say %q", about, err, part)
			}
		}
	}
	rewrite := func(i int, change func(means, factors []float64)) {
		t.Helper()
		f, err := safetensors.Read(row(i))
		if err != nil {
			t.Fatal(err)
		}
		means, err := numbers(f, row(i), meanName)
		if err != nil {
			t.Fatal(err)
		}
		factors, err := numbers(f, row(i), factorName)
		if err != nil {
			t.Fatal(err)
		}
		change(means, factors)
		if err := safetensors.Write(row(i), f.Tensors, f.Meta); err != nil {
			t.Fatal(err)
		}
	}
	refused("no folder", p, density, fs.ErrNotExist, dir, "localize.store")
	kept(t, p, dir, nil)

	other := p
	other.Grid.Stride = 3
	refused("another stride", other, density, nil, row(0), "localize.stride", `"4"`, `"3"`)
	other = p
	other.Dimension = 7
	refused("other features", other, density, nil, row(0), "mean of 4 x 7")
	other = p
	other.PerLocation = false
	refused("one Gaussian", other, density, fs.ErrNotExist, "shared.safetensors")
	refused("not normalised", p, gde.Options{Covariance: gde.LedoitWolf}, nil, row(0), "density.normalize")
	refused("a ridge", p, gde.Options{Covariance: gde.Ridge, Ridge: 0.1, Normalize: true}, nil, row(0), "density.covariance")

	rewrite(1, func(_, factors []float64) { factors[5] = math.Inf(1) })
	refused("infinite", p, density, nil, row(1), "+Inf as number 5 of its tensor factor")
	kept(t, p, dir, nil)
	rewrite(3, func(means, _ []float64) { means[2] = math.NaN() })
	refused("not a number", p, density, nil, row(3), "NaN as number 2 of its tensor mean")
	if err := os.Truncate(row(2), 300); err != nil {
		t.Fatal(err)
	}
	refused("cut off", p, density, nil, row(2), "damaged")
	kept(t, p, dir, nil)
	if err := os.Rename(row(2), row(1)); err != nil {
		t.Fatal(err)
	}
	refused("another row's", p, density, nil, row(1), `row "2"`)

	// An interrupted command leaves the rows that it has stored, and no others.
	kept(t, p, dir, nil)
	keep, err := p.Keep(dir, density)
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	_, err = p.Distances(source(drawn(20, 1)), source(nil), Options{Options: density}, func(from, to int, g *torch.Gaussians) error {
		if from > 0 {
			return stop
		}
		return keep(from, to, g)
	}, nil)
	if !errors.Is(err, stop) {
		t.Errorf("%v, want keep's error", err)
	}
	if _, err := os.Stat(row(1)); err != nil {
		t.Error(err)
	}
	refused("interrupted", p, density, fs.ErrNotExist, row(2), "one of 4")
	if n := liveTensors(t); n != 0 {
		t.Errorf("%d tensors are left over", n)
	}
}

func TestGaussiansThatCannotBeStored(t *testing.T) {
	p := Plan{Grid: grid, Dimension: features, Rows: 4}
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Keep(filepath.Join(dir, "gaussians"), density); err == nil || !strings.Contains(err.Error(), "localize.store") {
		t.Errorf("%v", err)
	}
	keep, err := p.Keep(dir, density)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	_, err = p.Distances(source(drawn(20, 1)), source(nil), Options{Options: density}, keep, nil)
	if err == nil || !strings.Contains(err.Error(), "localize.store") {
		t.Errorf("%v", err)
	}
}
