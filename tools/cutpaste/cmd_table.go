package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/table"
)

func (a *app) tableCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "table FOLDER",
		Short: "Put the runs below a folder into one table of AUROCs",
		Args:  arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			results, err := table.Read(args[0])
			if err != nil {
				return err
			}
			t := table.New(results)
			markdown, csv, err := t.Write(args[0])
			if err != nil {
				return err
			}
			return a.result(map[string]any{"runs": len(results), "markdown": markdown, "csv": csv},
				fmt.Sprintf("%s\nTable:  %s and %s\nRuns:   %s (scores.csv and the curves of each lie there)\n", t.Markdown(), markdown, csv, args[0]))
		},
	}
	document(cmd, help{
		about: `
Collects the results of all finished runs below a folder: one row a variant and
category, the mean over seeds and its standard error as in the paper's tables,
the untrained network's score beside each, and an average over categories.
Only seeds are averaged: runs that differ in any key that scores depend on have
rows of their own. Scores are read from the runs' result.json, never typed in.

Untrained is the same network before its first update. Where a run started from
a file of weights, it is those weights alone: features before fine-tuning beside
those after it. Such tables have a column for the file and the beginning of its
SHA-256, and those with features of several depths (embed.levels) one for the
depth. Runs with train.steps=0 are controls themselves and have no difference.`,
		files: `
  reads   FOLDER/**/result.json, those of levels/ among them
  writes  FOLDER/table.md, FOLDER/table.csv`,
		examples: `
  cutpaste table runs/demo`,
		status: []exit{
			{exitDone, "written"},
			{exitFailed, "no finished run, or a damaged one"},
		},
	})
	return cmd
}
