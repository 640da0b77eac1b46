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
again, in well under a second: no picture, no network and no file of weights is
loaded. Every level of embed.levels is scored. Keys that affect scoring only
(density.*, and embed.levels to choose among the stored levels) may be changed;
then the scores go to a folder of their own and those of the run stay as they
are.`,
		files: `
  reads   RUN/config.yaml, RUN/embeddings.safetensors
  writes  RUN/scores.csv and RUN/result.json, and in RUN/levels/LEVEL/ those of
          further levels; or, where a key differs, RUN/evaluations/HASH/ with
          the same and config.yaml`,
		examples: `
  cutpaste evaluate runs/demo/3way/bottle/seed-0
  cutpaste evaluate runs/demo/3way/bottle/seed-0 density.covariance=ridge \
      density.ridge=1e-3
  cutpaste evaluate runs/b4/3way/bottle/seed-0 embed.levels=level7`,
		status: []exit{
			{exitDone, "scored"},
			{exitFailed, "the run has no embeddings yet, or the covariance is singular"},
			{exitWrong, "no run folder, or a key that would change the training"},
		},
	})
	return cmd
}
