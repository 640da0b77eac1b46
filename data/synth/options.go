package synth

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Options say which pictures to draw. A zero field means Default's value.
type Options struct {
	Seed          uint64
	Size          int      // side of the square pictures in pixels, 32 to 1024
	Train         int      // pictures in train/good of each category
	TestGood      int      // pictures in test/good of each category
	TestPerDefect int      // pictures in each test/DEFECT
	Categories    []string // nil: all

	Workers  int                   // pictures drawn at once; 0: one a core. Changes no picture
	Progress func(done, total int) // called after every picture, never twice at once; nil: not called
}

// Default returns the options of a demo: small enough to train on in minutes on two cores.
func Default() Options {
	return Options{Size: 128, Train: 48, TestGood: 16, TestPerDefect: 8, Categories: Categories()}
}

const (
	minSize, maxSize = 32, 1024
	maxPictures      = 100_000 // in one folder
)

// Categories returns the names of the drawn categories, textures first.
func Categories() []string {
	names := make([]string, len(catalogue))
	for i, c := range catalogue {
		names[i] = c.name
	}
	return names
}

// Defects returns the names of a category's defects, sorted; nil if there is no such category.
func Defects(name string) []string {
	if c := find(name); c != nil {
		return slices.Clone(c.defects)
	}
	return nil
}

func find(name string) *category {
	for i := range catalogue {
		if catalogue[i].name == name {
			return &catalogue[i]
		}
	}
	return nil
}

// resolve fills in the defaults and checks every field. The categories come back in the catalogue's order, so
// that two ways of naming the same set are the same set.
func (o Options) resolve() (Options, error) {
	d := Default()
	for _, n := range []struct {
		value           *int
		standard        int
		least, most     int
		name, otherwise string
	}{
		{&o.Size, d.Size, minSize, maxSize, "size", "pixels"},
		{&o.Train, d.Train, 1, maxPictures, "number of training pictures", "pictures"},
		{&o.TestGood, d.TestGood, 1, maxPictures, "number of good test pictures", "pictures"},
		{&o.TestPerDefect, d.TestPerDefect, 1, maxPictures, "number of test pictures per defect", "pictures"},
		{&o.Workers, runtime.GOMAXPROCS(0), 1, 1024, "number of workers", "workers"},
	} {
		if *n.value == 0 {
			*n.value = n.standard
		}
		if *n.value < n.least || *n.value > n.most {
			return o, fmt.Errorf("the %s of a drawn set is %d: choose %d to %d %s", n.name, *n.value, n.least, n.most, n.otherwise)
		}
	}
	if o.Categories == nil {
		o.Categories = d.Categories
	}
	if len(o.Categories) == 0 {
		return o, fmt.Errorf("no category to draw: name one or more of %s", strings.Join(Categories(), ", "))
	}
	for _, name := range o.Categories {
		if find(name) == nil {
			return o, fmt.Errorf("there is no drawn category %q: choose from %s", name, strings.Join(Categories(), ", "))
		}
	}
	var ordered []string
	for _, c := range catalogue {
		if slices.Contains(o.Categories, c.name) {
			ordered = append(ordered, c.name)
		}
	}
	o.Categories = ordered
	return o, nil
}
