package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/board"
	"github.com/cutpaste/cutpaste/experiments/report"
	"github.com/cutpaste/cutpaste/experiments/suite"
	"github.com/cutpaste/cutpaste/experiments/table"
)

func (a *app) tableCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "table FOLDER",
		Short: "Put a suite's runs, or those below a folder, into one table of AUROCs",
		Args:  arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := os.Stat(filepath.Join(args[0], suite.File)); err == nil {
				return a.suiteTable(args[0])
			}
			return a.runsTable(args[0])
		},
	}
	document(cmd, help{
		about: `
Of a suite's folder (see "cutpaste experiment"): categories in the paper's
order down, methods across, with averages of textures, objects and all; means
over seeds and standard errors as in the paper's tables; the published figure
beside each with the difference and a verdict: within, above or below the
interval of both, or not comparable and why. Intervals over test pictures are by
bootstrap. Methods are compared by wins, ties and losses and by DeLong's test,
and of ensembles it says what each further model brought. Nothing is trained or
scored: all comes from results.csv and the runs' scores.csv.

Of any other folder: the results of all finished runs below it, one row a
variant and category, with the untrained network's score beside each. Only seeds
are averaged: runs that differ in any key that scores depend on have rows of
their own. Untrained is the same network before its first update. Where a run
started from a file of weights, it is those weights alone: features before
fine-tuning beside those after it. Such tables have a column for the file and
the beginning of its SHA-256, and those with features of several depths
(embed.levels) one for the depth. Runs with train.steps=0 are controls
themselves and have no difference.`,
		files: `
  reads   of a suite, FOLDER/suite.json, FOLDER/results.csv and the runs'
          scores.csv; else FOLDER/**/result.json, those of levels/ among them
  writes  FOLDER/table.md, FOLDER/table.csv, and of a suite table.tex
          (booktabs), table.html (a fragment of a page) and report.html: a page
          of one file with curves, histograms and a card for each cell`,
		examples: `
  cutpaste table runs/table1
  cutpaste table runs/demo`,
		status: []exit{
			{exitDone, "written"},
			{exitFailed, "no finished run, or a damaged one"},
			{exitWrong, "the suite names published figures that there are none of"},
		},
	})
	return cmd
}

// tables are the files of a suite's tables.
type tables struct {
	board.Files
	Report string `json:"report"`
}

// text says where they are.
func (t tables) text() string {
	return fmt.Sprintf("Tables: %s, %s, %s, %s\nReport: %s\n", t.Markdown, t.CSV, t.LaTeX, t.HTML, t.Report)
}

// writeTables writes a suite's tables. text is the table for people.
func (a *app) writeTables(dir string) (t tables, text string, err error) {
	b, err := board.Read(dir)
	if err != nil {
		return t, "", err
	}
	if t.Files, err = b.Write(dir); err != nil {
		return t, "", err
	}
	t.Report, err = report.Write(dir, b)
	return t, b.Markdown(), err
}

func (a *app) suiteTable(dir string) error {
	t, text, err := a.writeTables(dir)
	if err != nil {
		return err
	}
	return a.result(t, text+"\n"+t.text())
}

func (a *app) runsTable(dir string) error {
	results, err := table.Read(dir)
	if err != nil {
		return err
	}
	t := table.New(results)
	markdown, csv, err := t.Write(dir)
	if err != nil {
		return err
	}
	return a.result(map[string]any{"runs": len(results), "markdown": markdown, "csv": csv},
		fmt.Sprintf("%s\nTable:  %s and %s\nRuns:   %s (scores.csv and the curves of each lie there)\n", t.Markdown(), markdown, csv, dir))
}
