package main

import (
	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/run"
)

func (a *app) evaluateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evaluate RUN [key=value ...]",
		Short: "Score a run again from its stored embeddings",
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
again, in well under a second: no picture and no network is loaded. Keys that
affect scoring only (density.*) may be changed; then the scores go to a folder
of their own and those of the run stay as they are.`,
		files: `
  reads   RUN/config.yaml, RUN/embeddings.safetensors
  writes  RUN/scores.csv and RUN/result.json, or, where a density key differs,
          RUN/evaluations/HASH/ with config.yaml, scores.csv and result.json`,
		examples: `
  cutpaste evaluate runs/demo/3way/bottle/seed-0
  cutpaste evaluate runs/demo/3way/bottle/seed-0 density.covariance=ridge \
      density.ridge=1e-3`,
		status: []exit{
			{exitDone, "scored"},
			{exitFailed, "the run has no embeddings yet, or the covariance is singular"},
			{exitWrong, "no run folder, or a key that would change the training"},
		},
	})
	return cmd
}
