package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

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
		ValidArgsFunction: completeConfig,
	}
	document(cmd, help{
		about: `
A suite is a YAML file: a configuration (base), methods, which are named sets of
changes to it, categories and seeds. Every method, category and seed is a job: a
"cutpaste train" of its own process and run folder. configs/experiments/ has the
paper's tables.

What is finished is skipped, what was cut off goes on from its checkpoint, and
what is missing is run. The command can be stopped at any time, even by kill -9,
and given again. A job that fails stops no other: its log is named, and the exit
status is 3. Categories that data.root lacks are left out, and said to be.

Keys of the configuration can be overridden for all methods, but for those in
which the methods differ. So can the suite's own: name=A (its folder under out),
categories=A,B, methods=A,B (its controls stay), seeds=0,1 and
devices=cuda:0,cuda:1, to which jobs are dealt, jobs_per_device at a time on
each.

Every suite has controls: the network with random weights and, where they are
here, with ImageNet's, both untrained. Methods with an ensemble have the scores
of their seeds combined, without training: each model's standardised by its own
scores of held-out normal training pictures (combine: plain takes the mean as it
is).

Every number goes into results.csv, a row each, and tables are made of these:
"cutpaste table OUT/NAME" makes them again. A table holds its figures beside the
published ones, and says where they cannot be compared.

--plan measures a few updates of each method here, and prints how long the rest
would take, with memory and disk. --dry-run prints the jobs alone.`,
		files: `
  reads   SUITE, its base configuration, data.root
  writes  OUT/NAME/, with OUT=runs unless out= says otherwise, and NAME the
          suite's:
    METHOD/CATEGORY/seed-N/  the runs (see train), with log.txt
    results.csv              a row a number
    suite.json               the suite, resolved
    table.md, .csv, .tex, .html, report.html
                             see "cutpaste table"`,
		examples: `
  cutpaste experiment configs/experiments/table1.yaml data.root=mvtec --plan
  cutpaste experiment configs/experiments/table1.yaml data.root=mvtec \
      devices=cuda:0,cuda:1 jobs_per_device=3
  cutpaste experiment configs/experiments/short.yaml data.root=build/synth \
      seeds=0,1 --jobs 2
  cutpaste experiment configs/experiments/table1.yaml data.root=mvtec \
      methods=3way categories=bottle,screw name=two`,
		status: []exit{
			{exitDone, "all jobs are finished, and the tables written"},
			{exitFailed, "the suite's folder cannot be used, or another process is at it"},
			{exitWrong, "wrong suite, configuration or command; nothing was started"},
			{exitSome, "some jobs failed; the others are finished"},
			{exitInterrupted, "interrupted; the same command goes on"},
		},
	})
	cmd.Flags().IntVar(&f.jobs, "jobs", 0, "how many `JOBS` run at a time in all; 0 is jobs_per_device on each device")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "print the jobs and which are finished, and start none")
	cmd.Flags().BoolVar(&f.plan, "plan", false, "measure a few updates of each method here, and print hours, memory and disk")
	return cmd
}

// planLimit is how long the short run of one method may take.
const planLimit = 2 * time.Minute

func (a *app) experiment(ctx context.Context, verb string, args []string, f experimentFlags) error {
	if isOverride(args[0]) {
		return usagef("the suite must stand before %s; write for example %s configs/experiments/short.yaml %s", args[0], verb, strings.Join(args, " "))
	}
	if f.jobs < 0 {
		return usagef("--jobs %d: write how many jobs run at a time, or 0", f.jobs)
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
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o := suite.Options{Program: []string{self, "train"}, Command: slices.Concat([]string{"cutpaste", "experiment"}, args), Jobs: f.jobs}
	for _, name := range w.Categories {
		if why := w.Missing[name]; why != "" {
			a.progress.Note(fmt.Sprintf("%s is left out: %s", name, why))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.Left)) {
		a.progress.Note(fmt.Sprintf("%s is left out: %s", name, w.Left[name]))
	}
	for _, note := range w.Notes {
		a.progress.Note(note)
	}
	switch {
	case f.dryRun:
		return a.dryRun(w)
	case f.plan:
		return a.plan(ctx, w, o)
	}
	out, err := w.Run(ctx, o, reporter{a.progress})
	if err != nil && (out == nil || !errors.Is(err, context.Canceled)) {
		return err
	}
	return a.outcome(w, out, err)
}

// experimentResult is what `cutpaste experiment --json` prints.
type experimentResult struct {
	*suite.Outcome
	Folder string `json:"folder"`
	tables
}

// outcome prints what became of the jobs, and the tables of what is there.
func (a *app) outcome(w *suite.Work, out *suite.Outcome, interrupted error) error {
	if interrupted == nil {
		if err := w.Ensembles(reporter{a.progress}); err != nil {
			return err
		}
	}
	t, text, err := a.writeTables(w.Dir)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(text)
	fmt.Fprintf(&b, "\n%s, %d finished", plural(out.Jobs, "job"), out.Done)
	if out.Skipped > 0 {
		fmt.Fprintf(&b, " (%d before)", out.Skipped)
	}
	fmt.Fprintf(&b, ", %d failed", len(out.Failed))
	if out.NotBegun > 0 {
		fmt.Fprintf(&b, ", %d still to do", out.NotBegun)
	}
	b.WriteString(".\n")
	for _, f := range out.Failed {
		fmt.Fprintf(&b, "Failed: %s: %s\n        %s\n", f.Job, f.Error, f.Log)
	}
	b.WriteString(t.text())
	if err := a.result(experimentResult{out, w.Dir, t}, b.String()); err != nil {
		return err
	}
	switch {
	case interrupted != nil:
		return interrupted
	case len(out.Failed) > 0:
		return &exitError{code: exitSome}
	}
	return nil
}

// dryRun prints the jobs.
func (a *app) dryRun(w *suite.Work) error {
	type job struct {
		Job  string `json:"job"`
		Done bool   `json:"done"`
		Run  string `json:"run"`
	}
	var b strings.Builder
	list := []job{}
	for _, j := range w.Jobs {
		state := "to do"
		if j.Done {
			state = "done"
		}
		fmt.Fprintf(&b, "%-6s %s\n", state, j.Dir)
		list = append(list, job{j.String(), j.Done, j.Dir})
	}
	fmt.Fprintf(&b, "%s, %d finished; nothing was started.\n", plural(len(w.Jobs), "job"), len(w.Jobs)-len(w.Todo()))
	return a.result(map[string]any{"jobs": list, "done": len(w.Jobs) - len(w.Todo()), "missing": w.Missing, "left_out": w.Left}, b.String())
}

// plan prints what the suite would take.
func (a *app) plan(ctx context.Context, w *suite.Work, o suite.Options) error {
	list, err := w.Plan(ctx, o, planLimit, reporter{a.progress})
	if err != nil {
		return err
	}
	var b strings.Builder
	jobs, hours, disk, memory := 0, 0.0, int64(0), int64(0)
	fmt.Fprintf(&b, "%-16s %5s %9s %12s %9s %10s %9s\n", "method", "jobs", "updates", "s an update", "hours", "memory MB", "disk GB")
	for _, e := range list {
		fmt.Fprintf(&b, "%-16s %5d %9d %12.3f %9.2f %10.0f %9.2f\n", e.Method, e.Jobs, e.Updates, e.PerUpdate, e.Hours, float64(e.Memory)/1e6, float64(e.Disk)/1e9)
		jobs, hours, disk, memory = jobs+e.Jobs, hours+e.Hours, disk+e.Disk, max(memory, e.Memory)
	}
	fmt.Fprintf(&b, "%-16s %5d %9s %12s %9.2f %10.0f %9.2f\n", "all", jobs, "", "", hours, float64(memory)/1e6, float64(disk)/1e9)
	b.WriteString("\nMeasured here by a short run of each method, on one category; hours are of one\njob after another, memory is one job's. Nothing was started.\n")
	for _, e := range list {
		if e.Unmeasured != "" {
			fmt.Fprintf(&b, "Note: %s: %s.\n", e.Method, e.Unmeasured)
		}
	}
	return a.result(map[string]any{"methods": list, "jobs": jobs, "hours": hours, "peak_memory_bytes": memory, "disk_bytes": disk}, b.String())
}
