package defects

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/wholeset"
)

// drawing is the version of the drawings. Raise it when the pixels of any picture change.
const drawing = 1

// manifestName is the file, beside the category folders, that says what they hold.
const manifestName = "defects.json"

// Options say what is drawn.
type Options struct {
	Categories []string // that are drawn onto, and become the set's; at least one
	Natural    string   // folder of natural pictures; "": training pictures of the root's other categories
	Seed       uint64
	Size       float64 // as Draw takes it

	Progress func(done, total int) // called after every picture of the root, never twice at once; nil: not called
}

// Made says what a set holds.
type Made struct {
	Categories []string // sorted
	Pictures   int      // with a defect
}

// manifest is manifestName's content but for the digest of the files.
type manifest struct {
	Drawing    int      `json:"drawing"`
	Seed       uint64   `json:"seed"`
	Size       float64  `json:"size"`
	Defects    []string `json:"defects"`
	Categories []string `json:"categories"`
	Pictures   string   `json:"pictures"` // digest of the categories' pictures
	Natural    string   `json:"natural"`  // digest of the natural pictures
}

// Write makes a set in dir out of categories of root, in MVTec AD's layout:
//
//	DIR/defects.json
//	DIR/CATEGORY/train/good/NAME                    the training pictures themselves
//	DIR/CATEGORY/test/good/NAME                     the normal test pictures themselves
//	DIR/CATEGORY/test/DEFECT/NAME.png               each of them with a defect, of all in All
//	DIR/CATEGORY/ground_truth/DEFECT/NAME_mask.png  where
//
// Pictures of root become hard links, or copies where that cannot be. A set is there
// whole or not at all, as [wholeset.Write] has it.
//
// It is an error if a category cannot be opened or has no normal test picture, if one
// of those is smaller than MinSide, or if there is nothing natural to fill with.
func Write(ctx context.Context, root, dir string, o Options) (Made, error) {
	if !(o.Size > 0 && o.Size <= 1) {
		return Made{}, fmt.Errorf("the size of defects is %g of a picture's side: choose more than 0 and at most 1", o.Size)
	}
	// Two ways of naming the same set are the same set.
	o.Categories = slices.Compact(slices.Sorted(slices.Values(o.Categories)))
	w, err := newWriter(root, o)
	if err != nil {
		return Made{}, err
	}
	set := wholeset.Set{
		Noun: "set of drawn defects", Manifest: manifestName,
		Workers: runtime.GOMAXPROCS(0), Progress: o.Progress,
	}
	made, pictures := Made{Categories: o.Categories}, sha256.New()
	for _, c := range w.categories {
		print, err := c.Fingerprint()
		if err != nil {
			return Made{}, err
		}
		fmt.Fprintln(pictures, c.Name, print)
		for _, split := range []string{"train/", "test/"} {
			set.Folders = append(set.Folders, c.Name+"/"+split+data.Good)
		}
		for _, d := range All {
			set.Folders = append(set.Folders, c.Name+"/test/"+d.Name(), c.Name+"/ground_truth/"+d.Name())
		}
		for _, it := range c.Train {
			set.Jobs = append(set.Jobs, func(dir string) error { return link(dir, c.Name, it) })
		}
		names := stems(c.Test)
		made.Pictures += len(c.Test) * len(All)
		for i := range c.Test {
			set.Jobs = append(set.Jobs, func(dir string) error { return w.draw(dir, c, i, names[i]) })
		}
	}
	m := manifest{
		Drawing: drawing, Seed: o.Seed, Size: o.Size, Categories: o.Categories,
		Pictures: hex.EncodeToString(pictures.Sum(nil)),
	}
	for _, d := range All {
		m.Defects = append(m.Defects, d.Name())
	}
	if m.Natural, err = w.natural.fingerprint(); err != nil {
		return Made{}, err
	}
	set.Description = m
	return made, wholeset.Write(ctx, dir, set)
}
