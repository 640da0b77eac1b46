package defects

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/cutpaste/cutpaste/data"
)

// naturals are natural pictures by the category that they show, in the order of their
// names; a folder's are of no category.
type naturals []*data.Category

// findNaturals lists the pictures of o.Natural, or without one the training pictures
// of the root's categories, which must be enough for each of o.Categories.
func findNaturals(root string, o Options) (naturals, error) {
	if o.Natural != "" {
		items, err := data.Folder(o.Natural)
		if err != nil {
			return nil, err
		}
		if len(items) == 0 {
			return nil, fmt.Errorf("the folder of natural pictures, %s, holds no PNG, JPEG, BMP or TIFF itself: name one that does", o.Natural)
		}
		return naturals{{Train: items}}, nil
	}
	names, err := data.Categories(root)
	if err != nil {
		return nil, err
	}
	if len(names) == 1 {
		return nil, fmt.Errorf("%s is the only category in %s, so that no other one has natural pictures to fill its defects with: name a folder of such pictures", names[0], root)
	}
	var all naturals
	for _, name := range names {
		if len(o.Categories) == 1 && name == o.Categories[0] {
			continue // nobody is filled with it
		}
		c, err := data.Open(root, name)
		if err != nil {
			return nil, fmt.Errorf("its pictures are to fill defects of other categories: %w", err)
		}
		c.Test = nil
		all = append(all, c)
	}
	return all, nil
}

// without lists the pictures that show something else than a category: its own would
// make a CutPaste.
func (n naturals) without(category string) []data.Item {
	var items []data.Item
	for _, c := range n {
		if c.Name != category {
			items = append(items, c.Train...)
		}
	}
	return items
}

// fingerprint is a digest of all of the pictures and their order.
func (n naturals) fingerprint() (string, error) {
	sum := sha256.New()
	for _, c := range n {
		print, err := c.Fingerprint()
		if err != nil {
			return "", err
		}
		fmt.Fprintln(sum, c.Name, print)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
