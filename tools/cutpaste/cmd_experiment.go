package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/suite"
)

// experimentFlags are those of `cutpaste experiment`.
type experimentFlags struct {
	jobs         int
	dryRun, plan bool
}

func (a *app) experimentCommand() *cobra.Command {
	var f experimentFlags
	cmd := &cobra.Command{
		Use:   "experiment SUITE [key=value ...]",
		Short: "Run a suite of methods, categories and seeds, such as a table of the paper",
		Args:  arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.experiment(cmd.Context(), cmd.CommandPath(), args, f)
		},
	}
	document(cmd, help{
		about: `x`,
	})
	cmd.Flags().IntVar(&f.jobs, "jobs", 1, "how many `JOBS` run at a time, on each device where there are several")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "print the jobs and what has become of them, and start none")
	cmd.Flags().BoolVar(&f.plan, "plan", false, "measure a few updates of each method here, and print hours, memory and disk")
	return cmd
}

func (a *app) experiment(ctx context.Context, verb string, args []string, f experimentFlags) error {
	if isOverride(args[0]) {
		return usagef("the suite must stand before %s; write for example %s configs/experiments/short.yaml %s", args[0], verb, strings.Join(args, " "))
	}
	s, err := suite.Read(args[0])
	if err != nil {
		return err
	}
	if err := s.Override(args[1:]); err != nil {
		return err
	}
	w, err := s.Prepare(a.environ)
	if err != nil {
		return err
	}
	if f.dryRun {
		return a.dryRun(w)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, note := range w.Notes {
		a.progress.Note(note)
	}
	o := suite.Options{Program: []string{self, "train"}, Command: slices.Concat([]string{"cutpaste", "experiment"}, args), Jobs: f.jobs}
	out, err := w.Run(ctx, o, reporter{a.progress})
	if err != nil {
		return err
	}
	if err := a.result(out, fmt.Sprintf("%+v\n", out)); err != nil {
		return err
	}
	if len(out.Failed) > 0 {
		return &exitError{code: exitSome}
	}
	return nil
}

// dryRun prints the jobs.
func (a *app) dryRun(w *suite.Work) error {
	var b strings.Builder
	for _, j := range w.Jobs {
		state := "to do"
		if j.Done {
			state = "done"
		}
		fmt.Fprintf(&b, "%-6s %s\n", state, j)
	}
	return a.result(map[string]int{"jobs": len(w.Jobs), "done": len(w.Jobs) - len(w.Todo())}, b.String())
}
