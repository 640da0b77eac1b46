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
	why       error      // there is no telling
	before    *Localized // what was measured when there was
	notes     []string   // sentences on what was found
	items     []data.Item
	size      int // 0 is every picture's own
	maxPixels int
	read      []*data.Mask // those that were read, where all have one size, which is that of maps
	empty     []bool       // those that were read and mark nothing

	fingerprint string // of all files when the run was made, if it is known
}

// newTruth is that of a category as it lies there.
func newTruth(category *data.Category, c *configs.Config) *truth {
	t := &truth{items: category.Test, maxPixels: c.Data.MaxPixels, read: make([]*data.Mask, len(category.Test)), empty: make([]bool, len(category.Test))}
	if c.Localize.Resolution == "map" {
		t.size = c.Data.Size
	}
	return t
}

// findTruth looks for the masks of these test pictures where the configuration has
// them. With a fingerprint, that of all files when the run was made, it says where they
// have changed since.
func findTruth(c *configs.Config, test []Picture, fingerprint string) *truth {
	category, err := data.Open(c.Data.Root, c.Data.Category)
	if err == nil && !slices.Equal(picturesOf(category.Test), test) {
		err = fmt.Errorf("the test pictures in %s are not those that the run was scored on", category.Dir())
	}
	var now string
	if err == nil && fingerprint != "" {
		now, err = category.Fingerprint()
	}
	if err != nil {
		return &truth{why: err}
	}
	t := newTruth(category, c)
	t.fingerprint = fingerprint
	if now != fingerprint {
		t.notes = append(t.notes, "pictures or masks of the category have changed since the run was made; its scores and maps are of those before, pixel metrics of the masks as they are now")
	}
	return t
}

// none says whether no picture has a mask.
func (t *truth) none() bool {
	return !slices.ContainsFunc(t.items, func(it data.Item) bool { return it.Mask != "" })
}

// of is the mask of test picture i, whose On is nil for a normal picture. ok is false
// where an anomalous picture has none.
func (t *truth) of(i int) (m *data.Mask, ok bool, err error) {
	it := t.items[i]
	switch {
	case it.Mask == "" && it.Anomalous:
		return nil, false, nil
	case t.read[i] != nil:
		return t.read[i], true, nil
	}
	m, err = t.load(it)
	if err != nil {
		return nil, false, err
	}
	t.empty[i] = m.On != nil && m.Empty()
	if t.size > 0 {
		t.read[i] = m
	}
	return m, true, nil
}

func (t *truth) load(it data.Item) (*data.Mask, error) {
	switch {
	case it.Mask != "":
		m, err := data.ReadMask(it.Mask, t.maxPixels)
		if err != nil {
			return nil, fmt.Errorf("the mask of %s: %w", it.Rel, err)
		}
		if t.size > 0 {
			m = m.Resize(t.size, t.size)
		}
		return m, nil
	case t.size > 0:
		return &data.Mask{W: t.size, H: t.size}, nil
	}
	w, h, err := data.Dimensions(it.Path, t.maxPixels)
	return &data.Mask{W: w, H: h}, err
}

// emptied are sentences on masks that mark nothing, whose pixels count as normal.
func (t *truth) emptied() []string {
	var empty []string
	for i, it := range t.items {
		if t.empty[i] {
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
