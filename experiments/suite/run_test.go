package suite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/results"
)

func TestRunAndRunAgain(t *testing.T) {
	p := at(t, twoMethods)
	w := p.prepared()
	if _, err := os.Stat(w.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("preparing made %s", w.Dir)
	}
	if out := p.ran(w, ""); out.Jobs != 8 || out.Done != 8 || out.Skipped != 0 || len(out.Failed) != 0 || out.NotBegun != 0 {
		t.Fatalf("%+v", out)
	}
	w = p.prepared()
	if n := len(w.Todo()); n != 0 {
		t.Fatalf("%d jobs are left", n)
	}
	before := size(t, w)
	// Nothing is started: every job would fail.
	if out := p.ran(w, "one/a/0=fail one/b/0=fail two/a/0=fail"); out.Done != 8 || out.Skipped != 8 {
		t.Errorf("%+v", out)
	}
	if after := size(t, w); after != before {
		t.Errorf("results.csv grew from %d to %d bytes", before, after)
	}
	// A further seed is all that is run of the methods that take it.
	w = p.prepared("seeds=0,1,2", "methods=one")
	if n := len(w.Todo()); n != 2 {
		t.Errorf("%d jobs are left, want a seed of two categories", n)
	}
}

func size(t *testing.T, w *Work) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(w.Dir, results.File))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestFailedJobsStopNoOthers(t *testing.T) {
	p := at(t, twoMethods)
	out := p.ran(p.prepared(), "one/a/1=fail two/b/0=kill")
	if out.Done != 6 || len(out.Failed) != 2 || out.NotBegun != 0 {
		t.Fatalf("%+v", out)
	}
	slices.SortFunc(out.Failed, func(a, b Failure) int { return strings.Compare(a.Job, b.Job) })
	for i, want := range []Failure{
		{"one a seed 1", filepath.Join(p.dir, "runs", "suite", "one", "a", "seed-1", "log.txt"), "it is broken"},
		{"two b seed 0", filepath.Join(p.dir, "runs", "suite", "two", "b", "seed-0", "log.txt"), "signal: killed"},
	} {
		if out.Failed[i] != want {
			t.Errorf("%+v, want %+v", out.Failed[i], want)
		}
		if _, err := os.Stat(want.Log); err != nil {
			t.Error(err)
		}
	}
	w := p.prepared()
	if todo := w.Todo(); len(todo) != 2 || todo[0].String() != "one a seed 1" || todo[1].String() != "two b seed 0" {
		t.Fatalf("left are %v", todo)
	}
	if out := p.ran(w, ""); out.Done != 8 || out.Skipped != 6 || len(out.Failed) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestInterrupted(t *testing.T) {
	p := at(t, twoMethods)
	w := p.prepared()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		waitFor(w.Jobs[0].Log(), "\nready")
		waitFor(w.Jobs[1].Log(), "\nready")
		cancel()
	}()
	out, q, err := p.run(ctx, w, "one/a/0=wait one/a/1=wait")
	if !errors.Is(err, context.Canceled) || out.Done != 0 || len(out.Failed) != 0 || out.NotBegun != 8 {
		t.Fatalf("%+v, %v", out, err)
	}
	if text := strings.Join(q.notes, "\n"); strings.Count(text, "interrupted; the same command goes on") != 2 {
		t.Errorf("it said %q", text)
	}
	if n := len(p.prepared().Todo()); n != 8 {
		t.Errorf("%d jobs are left", n)
	}
}

// A suite that was killed after a job had finished, before it wrote its rows, or whose
// rows were lost, writes them without running the job.
func TestRowsAreCaughtUp(t *testing.T) {
	p := at(t, twoMethods)
	w := p.finished()
	path := filepath.Join(w.Dir, results.File)
	want, _, err := results.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for name, left := range map[string]string{
		"lost": "", "cut in a row": string(whole[:len(whole)-5]), "without the last row": strings.Join(lines[:len(lines)-2], ""), "without the last run's": strings.Join(lines[:8], ""),
	} {
		if err := os.WriteFile(path, []byte(left), 0o666); err != nil {
			t.Fatal(err)
		}
		w := p.prepared()
		if cut := strings.HasPrefix(name, "cut"); (len(w.Notes) > 0) != cut {
			t.Errorf("%s: notes %q", name, w.Notes)
		}
		if out := p.ran(w, "one/a/0=fail two/b/1=fail"); out.Skipped != 8 {
			t.Errorf("%s: %+v", name, out)
		}
		got, cut, err := results.Read(path)
		if err != nil || cut != "" || !sameRows(got, want) {
			t.Errorf("%s: %d rows, want %d; %q, %v", name, len(got), len(want), cut, err)
		}
	}
}

func sameRows(a, b []results.Row) bool {
	text := func(list []results.Row) (lines []string) {
		for _, r := range list {
			lines = append(lines, fmt.Sprintf("%+v", r))
		}
		slices.Sort(lines)
		return lines
	}
	return slices.Equal(text(a), text(b))
}

func TestEnsembles(t *testing.T) {
	p := at(t, twoMethods)
	w := p.finished()
	last := w.Jobs[len(w.Jobs)-1]
	if err := os.RemoveAll(last.Dir); err != nil {
		t.Fatal(err)
	}
	w = p.prepared()
	if out := p.ran(w, "two/b/1=fail"); len(out.Failed) != 1 {
		t.Fatalf("%+v", out)
	}
	q := new(quiet)
	if err := w.Ensembles(q); err != nil || len(q.notes) > 0 {
		t.Fatalf("%v, %q", err, q.notes)
	}
	of := map[string][]results.Row{}
	for _, r := range w.Rows {
		if r.Metric == results.ImageAUROC && strings.HasPrefix(r.Features, EnsembleName) {
			of[r.Method+" "+r.Category+" "+r.Features] = append(of[r.Method+" "+r.Category+" "+r.Features], r)
		}
	}
	// Of b a model is missing, and one has no ensemble.
	if len(of) != 2 || len(of["two a ensemble-1"]) != 1 || len(of["two a ensemble-2"]) != 1 {
		t.Fatalf("the rows are %v", of)
	}
	if r := of["two a ensemble-2"][0]; r.Run != "two/a/seed-0+seed-1" || r.Seconds != 2 || r.Seed != 0 {
		t.Errorf("%+v", r)
	}
	// An ensemble of one is the mean of its models.
	mean := 0.0
	for _, r := range w.Rows {
		if r.Method == "two" && r.Category == "a" && r.Metric == results.ImageAUROC && r.Features == "pool" {
			mean += r.Value / 2
		}
	}
	if got := of["two a ensemble-1"][0].Value; math.Abs(got-mean) > 1e-12 {
		t.Errorf("ensembles of one have %v, their models %v", got, mean)
	}
	n := len(w.Rows)
	if err := w.Ensembles(q); err != nil || len(w.Rows) != n {
		t.Errorf("measured again: %d rows, then %d; %v", n, len(w.Rows), err)
	}
}

func TestTwoSuitesAtOnce(t *testing.T) {
	p := at(t, twoMethods)
	w := p.prepared()
	ctx, cancel := context.WithCancel(context.Background())
	t.Setenv(fakeTrain, "one/a/0=wait")
	gone := make(chan error)
	go func() {
		_, err := w.Run(ctx, Options{Program: []string{os.Args[0]}, Jobs: 1}, new(quiet))
		gone <- err
	}()
	waitFor(w.Jobs[0].Log(), "\nready")
	_, _, err := p.run(ctx, p.prepared(), "")
	wants(t, err, "another suite is at work in "+w.Dir)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	p.finished() // the folder is free again
}

// Suites that have methods in common can have one folder; a method of the same name
// that is another is refused before anything is started.
func TestSuitesOneAfterAnother(t *testing.T) {
	p := at(t, twoMethods)
	p.finished()
	p.write("suite.yaml", strings.Replace(twoMethods, "one: {set: {augment.variant: cutpaste}}", "three: {set: {augment.variant: union}}", 1))
	w := p.prepared()
	if todo := w.Todo(); len(todo) != 4 || todo[0].Method.Name != "three" {
		t.Errorf("left are %v", todo)
	}
	w = p.finished()
	d, err := Describe(w.Dir)
	if err != nil || d.Methods[0].Name != "three" || len(d.Commands) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	p.write("suite.yaml", strings.Replace(twoMethods, "augment.variant: scar", "augment.variant: union", 1))
	_, err = p.prepare()
	wants(t, err, `whose method two is another (["augment.variant=scar"] there, ["augment.variant=union"] here); choose another name= or out=`)
}

func TestSlots(t *testing.T) {
	p := at(t, twoMethods)
	for want, args := range map[string][]string{
		"1 device=cuda:0 | device=cuda:1":                                 {"devices=cuda:0,cuda:1"},
		"2 device=cuda:0 | device=cuda:1 | device=cuda:0 | device=cuda:1": {"devices=cuda:0,cuda:1", "jobs_per_device=2"},
		"3 device=cuda:0 | device=cuda:1 | device=cuda:0":                 {"devices=cuda:0,cuda:1", "jobs_per_device=2"},
		"4 ": {},
	} {
		jobs := map[byte]int{'3': 3}[want[0]]
		var got []string
		for _, s := range (Options{Jobs: jobs}).slots(p.prepared(append(args, "threads=3", "data.workers=3")...)) {
			got = append(got, strings.Join(s, " "))
		}
		if text := strings.Join(got, " | "); text != want[2:] {
			t.Errorf("%v, %d jobs: %q, want %q", args, jobs, text, want[2:])
		}
	}
	slots := (Options{Jobs: 2}).slots(p.prepared())
	if len(slots) != 2 || !strings.HasPrefix(slots[0][0], "threads=") || !strings.HasPrefix(slots[1][1], "data.workers=") {
		t.Errorf("two jobs on a CPU have %v", slots)
	}
}
