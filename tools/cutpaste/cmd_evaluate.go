package main

import (
	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/run"
)

func (a *app) evaluateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evaluate RUN [key=value ...]",
		Short: "Score a run again from what it stored",
		Args:  arguments(1, -1),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := run.Evaluate(args[0], args[1:])
			if err != nil {
				return err
			}
			return a.result(r, summary(r))
		},
	}
	document(cmd, help{
		about: `
Fits the density to a run's stored embeddings and scores its test pictures
again, in about a second: no network and no file of weights is loaded, and of
the test pictures only masks. Every level of embed.levels is scored. For a patch
model (data.crop) the maps are made again of the stored distances of windows.
Pixel metrics are measured again where data.root has masks; if the pictures have
moved, give data.root=FOLDER. Where they are nowhere, pixel metrics that were
measured before are kept.

Keys that affect scoring only may be changed (density.*, localize.*, and
embed.levels to choose among the stored levels); then the scores go to a folder
of their own and those of the run stay as they are. Keys that stored maps were
made with (gradcam.*; for a patch model density.covariance, density.ridge,
density.normalize, density.folds, localize.window, localize.stride and
localize.gaussian) need the run's train command again, which then trains nothing
anew.`,
		files: `
  reads   RUN/config.yaml, RUN/embeddings.safetensors, RUN/maps.safetensors, and
          masks in data.root
  writes  RUN/scores.csv and RUN/result.json, and in RUN/levels/LEVEL/ those of
          further levels; or, where a key differs, RUN/evaluations/HASH/ with
          the same and config.yaml`,
		examples: `
  cutpaste evaluate runs/demo/3way/bottle/seed-0
  cutpaste evaluate runs/demo/3way/bottle/seed-0 density.covariance=ridge \
      density.ridge=1e-3
  cutpaste evaluate runs/b4/3way/bottle/seed-0 embed.levels=level7
  cutpaste evaluate runs/demo-patch/3way/bottle/seed-0 localize.smooth=4 \
      localize.resolution=mask`,
		status: []exit{
			{exitDone, "scored"},
			{exitFailed, "the run has stored nothing yet, or the covariance is singular"},
			{exitWrong, "no run folder, or a key that would change the training"},
		},
	})
	return cmd
}
