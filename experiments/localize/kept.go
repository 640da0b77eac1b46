package localize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Gaussians on disk are a folder of safetensors files: one of the single Gaussian,
// or one for each row of windows, so that they are loaded in other groups of rows
// than they were fitted in where there is less memory. A file has the means [P,D]
// and the factors' lower triangles [P,D(D+1)/2] in float64, to the bit, and says
// what they are Gaussians of. A folder that lacks a file is not read, and writing
// begins with an empty one.
const (
	meanName   = "mean"
	factorName = "factor"
	again      = "give the run's `cutpaste train` command again"
)

// units is how many files Gaussians take, and how many of them each has: those of
// a square's rows, or one.
func (p Plan) units() int {
	if p.PerLocation {
		return p.Grid.Side()
	}
	return 1
}

func (p Plan) unitPath(dir string, unit int) string {
	if p.PerLocation {
		return filepath.Join(dir, fmt.Sprintf("row-%03d.safetensors", unit))
	}
	return filepath.Join(dir, "shared.safetensors")
}

// described is what a file says of its Gaussians, by the keys that settle it.
func (p Plan) described(unit int, o gde.Options) [][2]string {
	gaussian := "shared"
	if p.PerLocation {
		gaussian = "per-location"
	}
	ridge := 0.0
	if o.Covariance == gde.Ridge {
		ridge = o.Ridge
	}
	return [][2]string{
		{"data.size", strconv.Itoa(p.Grid.Picture)},
		{"localize.window", strconv.Itoa(p.Grid.Window)},
		{"localize.stride", strconv.Itoa(p.Grid.Stride)},
		{"localize.gaussian", gaussian},
		{"density.covariance", o.Covariance},
		{"density.ridge", strconv.FormatFloat(ridge, 'g', -1, 64)},
		{"density.normalize", strconv.FormatBool(o.Normalize)},
		{"row", strconv.Itoa(unit)},
	}
}

// Keep empties the folder dir, or makes it, and returns what [Plan.Distances] gives
// its Gaussians to, so that they are stored there. The set is whole once the last
// group has been stored; [OpenKept] refuses it before, and after any error.
func (p Plan) Keep(dir string, o gde.Options) (func(from, to int, g *torch.Gaussians) error, error) {
	err := os.RemoveAll(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	if err != nil {
		return nil, fmt.Errorf("the run's Gaussians cannot be kept: %w; put that right, or set localize.store to 0", err)
	}
	return func(from, to int, g *torch.Gaussians) error {
		if !p.PerLocation {
			from, to = 0, 1
		}
		for unit := from; unit < to; unit++ {
			if err := p.keep(dir, unit, (unit-from)*p.units(), g, o); err != nil {
				return fmt.Errorf("the run's Gaussians cannot be kept: %w; put that right, or lower localize.store so that they are not kept", err)
			}
		}
		return nil
	}, nil
}

// keep stores the Gaussians of one file, those from place first on.
func (p Plan) keep(dir string, unit, first int, g *torch.Gaussians, o gde.Options) error {
	d, triangle, n := p.Dimension, torch.Triangle(p.Dimension), p.units()
	means, factors := make([]float64, n*d), make([]float64, n*triangle)
	for i := range n {
		g.Place(first+i, means[i*d:][:d], factors[i*triangle:][:triangle])
	}
	meta := make(map[string]string)
	for _, m := range p.described(unit, o) {
		meta[m[0]] = m[1]
	}
	return safetensors.Write(p.unitPath(dir, unit), []safetensors.Tensor{
		safetensors.F64(meanName, []int{n, d}, means),
		safetensors.F64(factorName, []int{n, triangle}, factors),
	}, meta)
}

// Kept are a trained run's Gaussians on disk. There is one group of rows in memory
// at a time; where there is only one it stays there.
type Kept struct {
	plan    Plan
	dir     string
	options gde.Options
	loaded  *torch.Gaussians // all of them, or nil
}

// OpenKept opens the Gaussians that p's Keep stored in dir with these options. p
// may divide the rows into other groups, and needs no folds.
//
// It fails with an error that is fs.ErrNotExist where there are none or not all of
// them, and on files of another grid, number of features or covariance, naming the
// file; the numbers are looked at as they are loaded.
func OpenKept(dir string, p Plan, o gde.Options) (*Kept, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the run has kept no Gaussians (%w: %s): they take %s; set localize.store to as much, and %s", fs.ErrNotExist, dir, Gigabytes(p.Stored()), again)
	}
	k := &Kept{plan: p, dir: dir, options: o}
	for unit := range p.units() {
		if err := k.check(unit); err != nil {
			return nil, fmt.Errorf("the run's Gaussians cannot be used: %w; %s", err, again)
		}
	}
	return k, nil
}

// check looks at what a file says of itself.
func (k *Kept) check(unit int) error {
	path := k.plan.unitPath(k.dir, unit)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s, one of %d", fs.ErrNotExist, path, k.plan.units())
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	tensors, meta, err := safetensors.ReadHeader(f, info.Size())
	if err != nil {
		return fmt.Errorf("%s is damaged: %w", path, err)
	}
	for _, want := range k.plan.described(unit, k.options) {
		if has := meta[want[0]]; has != want[1] {
			return fmt.Errorf("%s has Gaussians with %s %q, and %q is needed", path, want[0], has, want[1])
		}
	}
	n, d := k.plan.units(), k.plan.Dimension
	for _, want := range []struct {
		name    string
		numbers int
	}{{meanName, d}, {factorName, torch.Triangle(d)}} {
		fits := false
		for _, t := range tensors {
			fits = fits || t.Name == want.name && t.DType == "F64" && len(t.Shape) == 2 && t.Shape[0] == n && t.Shape[1] == want.numbers
		}
		if !fits {
			return fmt.Errorf("%s has no tensor %s of %d x %d float64", path, want.name, n, want.numbers)
		}
	}
	return nil
}

// Distances measures the windows of pictures, as [Plan.Distances] does of its test
// pictures. progress, which may be nil, counts pictures, each once a group of rows.
//
// It fails on Gaussians that cannot be read or are not finite, naming the file, and
// on an embedding that is not finite, naming the picture and the window.
func (k *Kept) Distances(pictures Source, progress func(done, total int)) (*Distances, error) {
	side := k.plan.Grid.Side()
	out := &Distances{Side: side, Test: make([]float32, pictures.Len*side*side)}
	step := counter(k.plan.Groups()*pictures.Len, progress)
	err := k.plan.groups(func(g *group) error {
		g.step = step
		if k.loaded != nil {
			return g.measure(k.loaded, pictures, pictures.all(), out.Test)
		}
		gaussians := torch.NewGaussians(g.places(), k.plan.Dimension, k.options.Normalize)
		free := gaussians.Free
		defer func() { free() }()
		if err := k.load(g, gaussians); err != nil {
			return fmt.Errorf("the run's Gaussians cannot be used: %w; %s", err, again)
		}
		if k.plan.Groups() == 1 {
			k.loaded, free = gaussians, func() {}
		}
		return g.measure(gaussians, pictures, pictures.all(), out.Test)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// load reads the Gaussians of a group.
func (k *Kept) load(g *group, into *torch.Gaussians) error {
	from, to := g.from, g.to
	if !k.plan.PerLocation {
		from, to = 0, 1
	}
	d, triangle := k.plan.Dimension, torch.Triangle(k.plan.Dimension)
	for unit := from; unit < to; unit++ {
		if err := k.check(unit); err != nil { // it may be another file by now
			return err
		}
		path := k.plan.unitPath(k.dir, unit)
		f, err := safetensors.Read(path)
		if err != nil {
			return err
		}
		means, err := numbers(f, path, meanName)
		if err != nil {
			return err
		}
		factors, err := numbers(f, path, factorName)
		if err != nil {
			return err
		}
		for i := range k.plan.units() {
			into.SetPlace((unit-from)*k.plan.units()+i, means[i*d:][:d], factors[i*triangle:][:triangle])
		}
	}
	return nil
}

// numbers are a tensor's, all finite.
func numbers(f *safetensors.File, path, name string) ([]float64, error) {
	t, err := f.Get(name)
	if err != nil {
		return nil, err
	}
	values, err := t.Float64s()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, v := range values {
		if v-v != 0 {
			return nil, fmt.Errorf("%s has %v as number %d of its tensor %s", path, v, i, name)
		}
	}
	return values, nil
}

// Close frees what is in memory.
func (k *Kept) Close() error {
	return torch.Do(func() error {
		if k.loaded != nil {
			k.loaded.Free()
			k.loaded = nil
		}
		return nil
	})
}
