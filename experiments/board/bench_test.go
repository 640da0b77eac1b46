package board

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/published"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/experiments/run/runtest"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

// bigSuite has 8 methods.
const bigSuite = `
base: base.yaml
categories: mvtec
seeds: [0, 1, 2, 3, 4]
published: {in: cutpaste, table: Table 1}
methods:
  lr-0.1: {set: {optim.lr: 0.1}}
  lr-0.01: {set: {optim.lr: 0.01}}
  lr-0.003: {set: {optim.lr: 0.003}}
  cutpaste: {set: {augment.variant: cutpaste}, published: CutPaste}
  scar: {set: {augment.variant: scar}, published: CutPaste (scar)}
  union: {set: {augment.variant: union}}
  3way: {set: {augment.variant: 3way}, ensemble: 5, published: {run: CutPaste (3-way), ensemble: Ensemble of 5 CutPaste (3-way)}}
controls:
  random: {set: {train.steps: 0}}
beside: [{method: DOCC}, {method: U-Student}, {method: P-SVDD}]
`

type quiet struct{}

func (q quiet) Task(string, int, string) run.Task { return q }
func (quiet) Set(int, string)                     {}
func (quiet) Done()                               {}
func (quiet) Note(string)                         {}

// BenchmarkFinishedSuite is a suite of 600 finished jobs (15 categories with MVTec AD's
// numbers of pictures, 8 methods, 5 seeds) that is started again, which finds nothing to
// do, and whose tables are written anew:
//
//	go test ./experiments/board -run none -bench FinishedSuite
func BenchmarkFinishedSuite(b *testing.B) {
	dir := b.TempDir()
	file := filepath.Join(dir, "big.yaml")
	for path, text := range map[string]string{file: bigSuite, filepath.Join(dir, "base.yaml"): "{}\n"} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	root := filepath.Join(dir, "data")
	for _, c := range published.MVTec {
		if err := runtest.Category(root, c.Name, c.TrainGood, c.TestGood, c.TestAnomalous); err != nil {
			b.Fatal(err)
		}
	}
	prepare := func() *suite.Work {
		s, err := suite.Read(file)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Override([]string{"data.root=" + root, "out=" + dir}); err != nil {
			b.Fatal(err)
		}
		w, err := s.Prepare(nil)
		if err != nil {
			b.Fatal(err)
		}
		return w
	}
	categories, prints := map[string]*data.Category{}, map[string]string{}
	for _, j := range prepare().Jobs {
		name := j.Config.Data.Category
		if categories[name] == nil {
			c, err := data.Open(root, name)
			if err != nil {
				b.Fatal(err)
			}
			categories[name] = c
			if prints[name], err = c.Fingerprint(); err != nil {
				b.Fatal(err)
			}
		}
		if err := runtest.Finish(j.Config, categories[name], prints[name]); err != nil {
			b.Fatal(err)
		}
	}
	again := func() {
		w := prepare()
		out, err := w.Run(context.Background(), suite.Options{Command: []string{"cutpaste"}}, quiet{})
		if err != nil || out.Jobs != 600 || out.Skipped != 600 {
			b.Fatalf("%+v, %v", out, err)
		}
		if err := w.Ensembles(quiet{}); err != nil {
			b.Fatal(err)
		}
		t, err := Read(w.Dir)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := t.Write(w.Dir); err != nil {
			b.Fatal(err)
		}
	}
	again() // it makes the rows
	before := used(b)
	for b.Loop() {
		again()
	}
	b.ReportMetric((used(b)-before).Seconds()/float64(b.N), "cpu-s/op")
}

// used is the processor time of this process.
func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
