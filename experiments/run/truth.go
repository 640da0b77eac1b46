package run

import (
	"fmt"
	"slices"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/configs/say"
	"github.com/cutpaste/cutpaste/data"
)

// truth is the masks of a category's test pictures, at the size at which maps are
// compared with them.
type truth struct {
	why       error // there is no telling
	items     []data.Item
	size      int // 0 is every picture's own
	maxPixels int
	read      []*data.Mask // those that were read
}

// findTruth looks for the masks of these test pictures where the configuration has
// them.
func findTruth(c *configs.Config, test []Picture) *truth {
	category, err := data.Open(c.Data.Root, c.Data.Category)
	if err == nil && !slices.Equal(picturesOf(category.Test), test) {
		err = fmt.Errorf("the test pictures in %s are not those that the run was scored on", category.Dir())
	}
	if err != nil {
		return &truth{why: err}
	}
	t := &truth{items: category.Test, maxPixels: c.Data.MaxPixels, read: make([]*data.Mask, len(category.Test))}
	if c.Localize.Resolution == "map" {
		t.size = c.Data.Size
	}
	return t
}

// none says whether no picture has a mask.
func (t *truth) none() bool {
	for _, it := range t.items {
		if it.Mask != "" {
			return false
		}
	}
	return true
}

// of is the mask of test picture i; one without a mark of a normal picture. ok is
// false where an anomalous picture has none.
func (t *truth) of(i int) (m *data.Mask, ok bool, err error) {
	it := t.items[i]
	if it.Mask == "" && it.Anomalous {
		return nil, false, nil
	}
	if t.read[i] == nil {
		if t.read[i], err = t.load(it); err != nil {
			return nil, false, err
		}
	}
	return t.read[i], true, nil
}

func (t *truth) load(it data.Item) (*data.Mask, error) {
	if it.Mask != "" {
		m, err := data.ReadMask(it.Mask, t.maxPixels)
		if err != nil {
			return nil, fmt.Errorf("the mask of %s: %w", it.Rel, err)
		}
		if t.size > 0 {
			m = m.Resize(t.size, t.size)
		}
		return m, nil
	}
	w, h := t.size, t.size
	if t.size == 0 {
		var err error
		if w, h, err = data.Dimensions(it.Path, t.maxPixels); err != nil {
			return nil, err
		}
	}
	return &data.Mask{W: w, H: h, On: make([]uint8, w*h)}, nil
}

// notes are sentences on masks that mark nothing, whose pixels count as normal.
func (t *truth) notes() []string {
	var empty []string
	for i, it := range t.items {
		if it.Mask != "" && t.read[i] != nil && t.read[i].Empty() {
			empty = append(empty, it.Rel)
		}
	}
	if len(empty) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d of the masks mark no pixel at the size at which maps are compared (localize.resolution=%s): all pixels of their pictures count as normal (%s)", len(empty), t.resolution(), say.Names(empty))}
}

func (t *truth) resolution() string {
	if t.size > 0 {
		return "map"
	}
	return "mask"
}
