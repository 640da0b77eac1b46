package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/synth"
)

func (a *app) dataSynthCommand() *cobra.Command {
	o := synth.Default()
	cmd := &cobra.Command{
		Use:   "synth FOLDER [flags]",
		Short: "Draw a small set of pictures with known defects, to try things on",
		Args:  arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkSynth(o); err != nil {
				return err
			}
			return a.synth(cmd.Context(), args[0], o)
		},
	}
	document(cmd, help{
		about: fmt.Sprintf(`
Draw categories of pictures in MVTec AD's layout, with masks that mark exactly
the pixels that a defect changed. They are drawn, not photographed: figures on
them say that the machinery works, not how good a method is in a factory.

%s
The same options draw the same bytes. A set that is there already, complete and
unchanged, is left as it is; anything else in FOLDER is an error and stays.`, drawnCategories()),
		files: `
  writes  FOLDER/CATEGORY/train, test and ground_truth, all PNG
          FOLDER/synth.json, what was drawn`,
		examples: `
  cutpaste data synth drawn
  cutpaste data synth drawn --seed 7 --size 256 --train 200
  cutpaste data synth drawn --category gear,weave`,
		status: []exit{
			{exitDone, "drawn, or there already"},
			{exitFailed, "FOLDER holds something else, or cannot be written"},
			{exitWrong, "the command is wrong; nothing was drawn"},
			{exitInterrupted, "interrupted; nothing is left behind"},
		},
	})
	f := cmd.Flags()
	f.SortFlags = false
	f.Uint64Var(&o.Seed, "seed", o.Seed, "every random choice is a function of this `number`")
	f.IntVar(&o.Size, "size", o.Size, "side of the square pictures in `pixels`, 32 to 1024")
	f.IntVar(&o.Train, "train", o.Train, "`number` of normal pictures to train on, in each category")
	f.IntVar(&o.TestGood, "good", o.TestGood, "`number` of normal pictures to test with, in each category")
	f.IntVar(&o.TestPerDefect, "defects", o.TestPerDefect, "`number` of anomalous pictures of each defect")
	f.StringSliceVar(&o.Categories, "category", nil, "`names` of the categories to draw, with commas between; all if left out")
	complete := func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return synth.Categories(), cobra.ShellCompDirectiveNoFileComp
	}
	if err := cmd.RegisterFlagCompletionFunc("category", complete); err != nil {
		panic(err) // the flag stands three lines above
	}
	return cmd
}

// drawnCategories lists the categories with their defects.
func drawnCategories() string {
	var b strings.Builder
	for _, name := range synth.Categories() {
		fmt.Fprintf(&b, "  %-9s %s\n", name, strings.Join(synth.Defects(name), ", "))
	}
	return b.String()
}

// checkSynth finds flags out of range before anything is drawn. The ranges are
// those of package synth, which would refuse them too.
func checkSynth(o synth.Options) error {
	for _, n := range []struct {
		flag               string
		value, least, most int
	}{
		{"size", o.Size, 32, 1024},
		{"train", o.Train, 1, 100_000},
		{"good", o.TestGood, 1, 100_000},
		{"defects", o.TestPerDefect, 1, 100_000},
	} {
		if n.value < n.least || n.value > n.most {
			return usagef("--%s must be %d to %d, not %d", n.flag, n.least, n.most, n.value)
		}
	}
	for _, name := range o.Categories {
		if slices.Contains(synth.Categories(), name) {
			continue
		}
		if near := configs.Similar(name, synth.Categories()); near != "" {
			return usagef("there is no drawn category %q; did you mean %s?", name, near)
		}
		return usagef("there is no drawn category %q; there are %s", name, strings.Join(synth.Categories(), ", "))
	}
	return nil
}

func (a *app) synth(ctx context.Context, folder string, o synth.Options) error {
	report, done := a.track("drawing", "pictures")
	defer done()
	pictures := 0
	o.Progress = func(n, total int) {
		pictures = total
		report(n, total)
	}
	if err := synth.Write(ctx, folder, o); err != nil {
		return err
	}
	names := o.Categories
	if names == nil {
		names = synth.Categories()
	}
	return a.result(map[string]any{"root": folder, "categories": names, "pictures": pictures, "seed": o.Seed},
		fmt.Sprintf("%s of %s, %d pixels wide, are in %s.\nTrain on one with: cutpaste train configs/demo.yaml data.root=%s data.category=%s\n",
			plural(pictures, "picture"), strings.Join(names, ", "), o.Size, filepath.Clean(folder), filepath.Clean(folder), names[0]))
}
