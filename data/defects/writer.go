package defects

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/wholeset"
)

// writer makes the pictures of a set.
type writer struct {
	o          Options
	categories []*data.Category // of which Test holds the normal pictures alone
	natural    naturals
}

func newWriter(root string, o Options) (*writer, error) {
	w := &writer{o: o}
	for _, name := range o.Categories {
		c, err := data.Open(root, name)
		if err != nil {
			return nil, err
		}
		c.Test = slices.DeleteFunc(c.Test, func(it data.Item) bool { return it.Anomalous })
		if len(c.Test) == 0 {
			return nil, fmt.Errorf("category %q has no normal test picture to draw a defect onto: put some into %s", name, filepath.Join(c.Dir(), "test", data.Good))
		}
		w.categories = append(w.categories, c)
	}
	var err error
	w.natural, err = findNaturals(root, o)
	return w, err
}

// link puts a picture of the root into the set.
func link(dir, category string, it data.Item) error {
	return wholeset.Link(it.Path, filepath.Join(dir, category, filepath.FromSlash(it.Rel)))
}

// draw puts the normal test picture number i into the set, and with every defect
// under a name.
func (w *writer) draw(dir string, c *data.Category, i int, name string) error {
	it := c.Test[i]
	if err := link(dir, c.Name, it); err != nil {
		return err
	}
	img, err := data.Decode(it.Path, 0)
	if err != nil {
		return err
	}
	if img.W < MinSide || img.H < MinSide {
		return fmt.Errorf("%s has %d x %d pixels, and defects are drawn onto %d x %d or more: remove it", it.Path, img.W, img.H, MinSide, MinSide)
	}
	seed := w.o.Seed + hash(c.Name) // so that the categories have defects of their own
	for _, d := range All {
		var natural *data.Image
		if d.Fill == Natural {
			of := w.natural.without(c.Name)
			if natural, err = data.Decode(of[stream(seed, "picture for "+d.Name(), i).IntN(len(of))].Path, 0); err != nil {
				return err
			}
		}
		out, mask := Draw(img, d, natural, w.o.Size, seed, i)
		file := filepath.Join(dir, c.Name, "test", d.Name(), name+".png")
		if err := wholeset.WritePicture(file, out.Pix, out.W, out.H); err != nil {
			return err
		}
		grey := make([]uint8, len(mask.On))
		for k, on := range mask.On {
			grey[k] = 255 * on
		}
		file = filepath.Join(dir, c.Name, "ground_truth", d.Name(), name+"_mask.png")
		if err := wholeset.WriteMask(file, grey, mask.W, mask.H); err != nil {
			return err
		}
	}
	return nil
}

// stems are the names of pictures without their extensions, but with them where 000.png
// and 000.jpg would become one.
func stems(items []data.Item) []string {
	count := map[string]int{}
	names := make([]string, len(items))
	for i, it := range items {
		names[i] = strings.TrimSuffix(filepath.Base(it.Path), filepath.Ext(it.Path))
		count[names[i]]++
	}
	for i, it := range items {
		if count[names[i]] > 1 {
			names[i] = filepath.Base(it.Path)
		}
	}
	return names
}
