package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/defects"
)

func (a *app) dataDefectsCommand() *cobra.Command {
	o := defects.Options{Size: defects.Size}
	cmd := &cobra.Command{
		Use:   "defects ROOT OUT [flags]",
		Short: "Draw the paper's synthetic defects onto normal test pictures",
		Args:  arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !(o.Size > 0 && o.Size <= 1) {
				return usagef("--size must be more than 0 and at most 1, not %g", o.Size)
			}
			return a.defects(cmd.Context(), args[0], args[1], o)
		},
	}
	document(cmd, help{
		about: fmt.Sprintf(`
Make a test set of synthetic defects, as the paper's table 6 has them: every
normal test picture of a category, once with each of

%s
Digits are like MNIST's, the other shapes like those of dSprites; a shape is
filled with a random color, or with what a natural picture shows (the paper's
daggered columns). All shapes are drawn here, no data set is needed. How large
they are, where and how many the paper does not say: one a picture, anywhere
inside, and half to all of --size in diameter, which is ours.

A category keeps its name, its training pictures and its normal test pictures,
as hard links where the disk allows it, so a model of the one scores the other.
Natural content comes from the normal training pictures of ROOT's other
categories, or from --natural. The same pictures and flags make the same bytes.
A set that is there already, complete and unchanged, is left as it is; anything
else in OUT is an error and stays.`, wrap(defectNames(), pageWidth, "  ", "  ")),
		files: `
  reads   ROOT/CATEGORY/train/good and test/good
  writes  OUT/CATEGORY/train, test and ground_truth
          OUT/defects.json, what was drawn`,
		examples: `
  cutpaste data defects mvtec table6
  cutpaste data defects mvtec table6 --categories bottle,pill --seed 1
  cutpaste data defects mine drawn --natural photographs --size 0.1`,
		status: []exit{
			{exitDone, "drawn, or there already"},
			{exitFailed, "a picture cannot be used, or OUT holds something else"},
			{exitWrong, "the command is wrong, or there is no such category"},
			{exitInterrupted, "interrupted; nothing is left behind"},
		},
	})
	f := cmd.Flags()
	f.SortFlags = false
	f.StringSliceVar(&o.Categories, "categories", nil, "`names` of the categories to draw onto, with commas between; all if left out")
	f.StringVar(&o.Natural, "natural", "", "`folder` of pictures that fill defects; ROOT's other categories if left out")
	f.Uint64Var(&o.Seed, "seed", 0, "every random choice is a function of this `number`")
	f.Float64Var(&o.Size, "size", o.Size, "largest diameter of a defect, a `share` of the picture's shorter side")
	return cmd
}

func defectNames() string {
	names := make([]string, len(defects.All))
	for i, d := range defects.All {
		names[i] = d.Name()
	}
	return strings.Join(names, ", ")
}

func (a *app) defects(ctx context.Context, root, out string, o defects.Options) error {
	all, err := data.Categories(root)
	if err != nil {
		return err
	}
	if len(o.Categories) == 0 {
		o.Categories = all
	}
	if len(all) == 0 { // Open says why, and what to do
		_, err := data.Open(root, "")
		return err
	}
	if len(all) == 1 && o.Natural == "" {
		return usagef("%s is the only category in %s, and natural content is taken from other categories; name a folder of pictures with --natural", all[0], root)
	}
	report, done := a.track("drawing", "pictures")
	defer done()
	o.Progress = report
	made, err := defects.Write(ctx, root, out, o)
	if err != nil {
		return err
	}
	return a.result(map[string]any{"root": out, "categories": made.Categories, "pictures": made.Pictures, "seed": o.Seed},
		fmt.Sprintf("%s with a defect, %d of each normal test picture of %s, are in %s.\n",
			plural(made.Pictures, "picture"), len(defects.All), strings.Join(made.Categories, ", "), filepath.Clean(out)))
}
