package data

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/cutpaste/cutpaste/configs/say"
)

// readMasks gives each test picture its mask: ground_truth/DEFECT/NAME_mask.png
// for test/DEFECT/NAME.png, where NAME.png is also taken and any picture
// format will do. Both ways of not matching are notes: a picture without a
// mask still counts in image metrics, and a mask without a picture is of no
// use.
func (c *Category) readMasks() error {
	truth := filepath.Join(c.Dir(), "ground_truth")
	l, err := list(truth)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder %s of category %q cannot be read: %w", truth, c.Name, err)
	}
	if err != nil {
		if slices.ContainsFunc(c.Test, func(it Item) bool { return it.Anomalous }) {
			c.note("there is no ground_truth folder: pixel metrics cannot be computed")
		}
		return nil
	}

	masks := map[string]map[string]string{} // defect -> name without extension -> file
	for _, defect := range l.folders {
		m, err := list(filepath.Join(truth, defect))
		if err != nil {
			return fmt.Errorf("the folder %s of category %q cannot be read: %w", filepath.Join(truth, defect), c.Name, err)
		}
		masks[defect] = map[string]string{}
		for _, file := range m.pictures {
			masks[defect][stem(file)] = file
		}
	}

	used := map[string]bool{} // DEFECT/FILE below ground_truth
	without := map[string][]string{}
	pictures := map[string]int{}
	for i := range c.Test {
		it := &c.Test[i]
		pictures[it.Defect]++
		name := stem(filepath.Base(it.Path))
		file, ok := masks[it.Defect][name+"_mask"]
		if !ok {
			file, ok = masks[it.Defect][name]
		}
		switch {
		case ok:
			it.Mask = filepath.Join(truth, it.Defect, file)
			used[it.Defect+"/"+file] = true
		case it.Anomalous:
			without[it.Defect] = append(without[it.Defect], filepath.Base(it.Path))
		}
	}
	for _, defect := range slices.Sorted(maps.Keys(without)) {
		c.note("test/%s: %d of %s without a mask (%s): counted in image metrics, not in pixel metrics",
			defect, len(without[defect]), count(pictures[defect], "picture"), say.Names(without[defect]))
	}
	for _, defect := range l.folders {
		var alone []string
		for _, file := range masks[defect] {
			if !used[defect+"/"+file] {
				alone = append(alone, file)
			}
		}
		slices.Sort(alone)
		if len(alone) > 0 {
			c.note("ground_truth/%s: %s without a picture, left out (%s)", defect, count(len(alone), "mask"), say.Names(alone))
		}
	}
	return nil
}

// stem is a file's name without its extension.
func stem(name string) string { return name[:len(name)-len(filepath.Ext(name))] }
