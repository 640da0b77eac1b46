package suite

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/experiments/run/runtest"
)

// fakeTrain is the environment variable that makes this program a job's: it says what
// becomes of jobs, such as "one/a/1=fail two/a/0=kill"; the others finish.
const fakeTrain = "SUITE_TEST_TRAIN"

func TestMain(m *testing.M) {
	if plan, ok := os.LookupEnv(fakeTrain); ok {
		os.Exit(train(plan, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// train is `cutpaste train` for tests: it leaves a run folder without training.
func train(plan string, args []string) int {
	c, err := configs.Load(args[0], args[1:], nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cutpaste:", err)
		return 2
	}
	action := ""
	for _, p := range strings.Fields(plan) {
		if job, a, _ := strings.Cut(p, "="); job == fmt.Sprintf("%s/%s/%d", c.Method(), c.Data.Category, c.Seed) {
			action = a
		}
	}
	switch action {
	case "fail":
		fmt.Fprintln(os.Stderr, "cutpaste: it is broken")
		return 1
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "wait":
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt)
		fmt.Println("ready")
		<-interrupted
		return 130
	}
	if err := finish(c); err != nil {
		fmt.Fprintln(os.Stderr, "cutpaste:", err)
		return 1
	}
	return 0
}

func finish(c *configs.Config) error {
	category, err := data.Open(c.Data.Root, c.Data.Category)
	if err != nil {
		return err
	}
	print, err := category.Fingerprint()
	if err != nil {
		return err
	}
	return runtest.Finish(c, category, print)
}

// quiet keeps notes.
type quiet struct{ notes []string }

func (q *quiet) Task(string, int, string) run.Task { return q }
func (q *quiet) Set(int, string)                   {}
func (q *quiet) Done()                             {}
func (q *quiet) Note(s string)                     { q.notes = append(q.notes, s) }

// twoMethods is a suite of 2 methods on 2 categories with 2 seeds and no controls.
const twoMethods = `
base: base.yaml
categories: all
seeds: [0, 1]
methods:
  one: {set: {augment.variant: cutpaste}}
  two: {set: {augment.variant: scar}, ensemble: 2}
controls: {}
`

// place is a folder with a suite, its base and two small categories.
type place struct {
	t    *testing.T
	dir  string
	file string
}

func at(t *testing.T, text string) place {
	t.Helper()
	p := place{t, t.TempDir(), ""}
	p.file = filepath.Join(p.dir, "suite.yaml")
	p.write("suite.yaml", text)
	p.write("base.yaml", "data: {size: 32}\ntrain: {steps: 4, batch: 2}\n")
	for _, name := range []string{"a", "b"} {
		if err := runtest.Category(filepath.Join(p.dir, "data"), name, 3, 2, 3); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p place) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o666); err != nil {
		p.t.Fatal(err)
	}
}

// read reads the suite with these arguments.
func (p place) read(args ...string) (*Suite, error) {
	s, err := Read(p.file)
	if err != nil {
		return nil, err
	}
	return s, s.Override(append([]string{"data.root=" + filepath.Join(p.dir, "data"), "out=" + filepath.Join(p.dir, "runs")}, args...))
}

func (p place) prepare(args ...string) (*Work, error) {
	p.t.Helper()
	s, err := p.read(args...)
	if err != nil {
		p.t.Fatal(err)
	}
	return s.Prepare(nil)
}

func (p place) prepared(args ...string) *Work {
	p.t.Helper()
	w, err := p.prepare(args...)
	if err != nil {
		p.t.Fatal(err)
	}
	return w
}

// run runs the suite, with jobs that do what plan says.
func (p place) run(ctx context.Context, w *Work, plan string) (*Outcome, *quiet, error) {
	p.t.Helper()
	p.t.Setenv(fakeTrain, plan)
	q := new(quiet)
	out, err := w.Run(ctx, Options{Program: []string{os.Args[0]}, Command: []string{"test"}, Jobs: 2}, q)
	return out, q, err
}

func (p place) ran(w *Work, plan string) *Outcome {
	p.t.Helper()
	out, _, err := p.run(context.Background(), w, plan)
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// finished is the suite after all its jobs, which are finished without a process of
// their own.
func (p place) finished(args ...string) *Work {
	p.t.Helper()
	for _, j := range p.prepared(args...).Todo() {
		if err := finish(j.Config); err != nil {
			p.t.Fatal(err)
		}
	}
	w := p.prepared(args...)
	if out := p.ran(w, ""); out.Skipped != out.Jobs {
		p.t.Fatalf("%+v", out)
	}
	return w
}

// wants fails where err is not one that says want.
func wants(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want one with %q", err, want)
	}
}

// waitFor waits until the file has the text.
func waitFor(path, text string) {
	for {
		if b, _ := os.ReadFile(path); strings.Contains(string(b), text) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
