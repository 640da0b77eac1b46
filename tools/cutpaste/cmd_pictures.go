package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/gallery"
	"github.com/cutpaste/cutpaste/experiments/run"
)

func (a *app) picturesCommand() *cobra.Command {
	hardest, to := 4, ""
	cmd := &cobra.Command{
		Use:   "pictures RUN [RUN ...] [key=value ...]",
		Short: "Draw a run's maps over its test pictures, its hardest cases and its curves",
		Args:  arguments(1, -1),
		RunE: func(_ *cobra.Command, args []string) error {
			runs, overrides := splitOverrides(args)
			return a.pictures(runs, overrides, hardest, to)
		},
	}
	document(cmd, help{
		about: `
Draws what a run found, from what it stored: no network is loaded, and nothing
is trained or scored anew. For each test picture a panel: the picture, the
outline of its mask, its anomaly map, and the pixels that score above the
threshold of the best F1 (an oracle's, which looks at masks). All maps of a run
share one scale of colours, with a bar that names its numbers. A contact sheet
has the hardest cases: the normal pictures scored highest and the anomalous ones
scored lowest. ROC and PRO curves and histograms of the scores are SVG files.

Maps are those of windows for a patch model (data.crop), and Grad-CAM for a
model of whole pictures. Several runs of one category, such as one of each,
stand side by side; the first one's scores choose and order the pictures.

Without masks there are maps and scores, and no outlines and pixel curves. Keys
that affect scoring only may be changed, for all the runs named.`,
		files: `
  reads   RUN/config.yaml, RUN/maps.safetensors, RUN/embeddings.safetensors, and
          the test pictures and masks in data.root
  writes  RUN/pictures/, of the first RUN, or the folder that --to names:
    hardest.png         the contact sheet
    panels/DEFECT/*.png one test picture each
    maps/DEFECT/*.png   its map in 16-bit grey: a value v is a score of
                        Low + v*(High-Low)/65535, with Low and High, the same
                        for all, in the file's texts (a second run's: maps-2/)
    roc.svg, pro.svg    curves of pictures, and of pixels where there are masks
    scores.svg          histograms of the first run's scores`,
		examples: `
  cutpaste pictures runs/demo-patch/3way/bottle/seed-0
  cutpaste pictures runs/demo-patch/3way/bottle/seed-0 \
      runs/demo/3way/bottle/seed-0 --to figures/bottle --hardest 3
  cutpaste pictures runs/demo-patch/3way/bottle/seed-0 localize.smooth=4`,
		status: []exit{
			{exitDone, "drawn"},
			{exitFailed, "the run has no maps yet, or its pictures are not there any more"},
			{exitWrong, "no run folder, or runs of different test pictures"},
		},
	})
	cmd.Flags().IntVar(&hardest, "hardest", hardest, "how many pictures of each kind the contact sheet has")
	cmd.Flags().StringVar(&to, "to", to, "the `FOLDER` to write into (RUN/pictures unless given)")
	return cmd
}

func (a *app) pictures(runs, overrides []string, hardest int, to string) error {
	if len(runs) == 0 {
		return usagef("there is no RUN beside %s; give the folder that `cutpaste train` printed", strings.Join(overrides, " "))
	}
	if hardest < 1 {
		return usagef("--hardest %d: a contact sheet needs at least 1 picture of each kind", hardest)
	}
	if to == "" {
		to = filepath.Join(runs[0], "pictures")
	}
	var g gallery.Gallery
	for _, dir := range runs {
		album, err := run.OpenAlbum(dir, overrides)
		if err != nil {
			return err
		}
		if err := g.Add(album); err != nil {
			return &usageError{err.Error()}
		}
	}
	report, done := a.track("drawing", "pictures")
	files, err := g.Draw(to, hardest, report)
	done()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Hardest cases: %s\n", files.Hardest)
	fmt.Fprintf(&b, "Panels:        %s (%s)\n", files.Panels, plural(files.Pictures, "picture"))
	fmt.Fprintf(&b, "Maps:          %s\n", strings.Join(files.Maps, ", "))
	fmt.Fprintf(&b, "Plots:         %s\n", strings.Join(files.Plots, ", "))
	if files.Unwritten > 0 {
		fmt.Fprintf(&b, "Note: %s no file, as not all of their scores are finite; their panels are drawn.\n", plural(files.Unwritten, "map")+" "+has(files.Unwritten))
	}
	return a.result(files, b.String())
}
