package synth

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/cutpaste/cutpaste/data/wholeset"
)

// Write draws the set that o describes into dir, which it makes if need be:
//
//	DIR/synth.json
//	DIR/CATEGORY/train/good/000.png
//	DIR/CATEGORY/test/good/000.png
//	DIR/CATEGORY/test/DEFECT/000.png
//	DIR/CATEGORY/ground_truth/DEFECT/000_mask.png
//
// Pictures are RGB, masks are greyscale, 0 or 255. Everything is drawn in a hidden folder beside dir, which takes
// dir's name when it is complete: a set is there whole or not at all. If dir already holds the same set, with
// every file as it was written, nothing is done. If it holds anything else, that is an error and nothing is
// touched. If ctx ends first, Write removes what it began and returns ctx's error, wrapped.
func Write(ctx context.Context, dir string, o Options) error {
	o, err := o.resolve()
	if err != nil {
		return err
	}
	jobs, set := o.jobs(), wholeset.Set{
		Noun: "drawn set", Manifest: manifestName, Description: o.manifest(),
		Workers: o.Workers, Progress: o.Progress,
	}
	for _, j := range jobs {
		if j.index == 0 { // the others' folders are the first one's
			set.Folders = append(set.Folders, j.folders()...)
		}
		set.Jobs = append(set.Jobs, func(dir string) error { return j.draw(dir, o.Seed, o.Size) })
	}
	return wholeset.Write(ctx, dir, set)
}

// job is one picture to draw.
type job struct {
	category *category
	split    string // train/good, test/good or test/DEFECT
	defect   string // "" for a good one
	index    int
}

func (o *Options) jobs() []job {
	var jobs []job
	for _, name := range o.Categories {
		c := find(name)
		add := func(split, defect string, n int) {
			for i := range n {
				jobs = append(jobs, job{c, split, defect, i})
			}
		}
		add("train/good", "", o.Train)
		add("test/good", "", o.TestGood)
		for _, defect := range c.defects {
			add("test/"+defect, defect, o.TestPerDefect)
		}
	}
	return jobs
}

// folders are those that a job's pictures go to.
func (j job) folders() []string {
	folders := []string{j.category.name + "/" + j.split}
	if j.defect != "" {
		folders = append(folders, j.category.name+"/ground_truth/"+j.defect)
	}
	return folders
}

func (j job) draw(dir string, seed uint64, size int) error {
	root := filepath.Join(dir, j.category.name)
	file := filepath.Join(root, filepath.FromSlash(j.split), fmt.Sprintf("%03d.png", j.index))
	if j.defect == "" {
		return wholeset.WritePicture(file, j.category.sound(seed, j.split, j.index, size), size, size)
	}
	pix, mask := j.category.damaged(seed, j.defect, j.index, size)
	if err := wholeset.WritePicture(file, pix, size, size); err != nil {
		return err
	}
	file = filepath.Join(root, "ground_truth", j.defect, fmt.Sprintf("%03d_mask.png", j.index))
	return wholeset.WriteMask(file, mask, size, size)
}
