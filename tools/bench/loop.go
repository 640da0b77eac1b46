package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// loop is a whole training of one category, from the start of the program to
// the scores.
type loop struct {
	size    int
	sources int // pictures in an update, each in three views
	steps   int
}

// longTurn is what a turn of both sides may take if there is to be another.
const longTurn = 5 * time.Minute

// trained is what a whole training says about itself.
type trained struct {
	done    job // must be the same on both sides
	seconds float64
	rate    float64 // images per second in training, without the first updates
	wait    float64 // share of that time without anything to train on
	auroc   *float64
}

// job is what a whole training did.
type job struct {
	Steps         int `json:"steps"`
	TrainNormal   int `json:"train_normal"`
	TestNormal    int `json:"test_normal"`
	TestAnomalous int `json:"test_anomalous"`
}

// compareLoops measures whole trainings in turn. Beside the time there are rows
// for training alone: its rate, and how long it waited for data. There are two
// turns, or one where that has taken minutes already; it has no spread then.
func compareLoops(l loop) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		if b.quick {
			l.steps = max(l.steps/10, 6)
		}
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		program, err := b.build(ctx, dir, "tools/cutpaste")
		if err != nil {
			return nil, err
		}
		root, category, err := b.pictures(ctx, program)
		if err != nil {
			return nil, err
		}
		where := []string{root, category}
		var seconds, rates, waits [2][]float64
		began := time.Now()
		for i := range 2 {
			if i > 0 && (b.quick || time.Since(began) > longTurn) {
				break
			}
			ours, err := b.trainOurs(ctx, program, filepath.Join(dir, strconv.Itoa(i)), where, l)
			if err != nil {
				return nil, err
			}
			reference, err := b.trainReference(ctx, filepath.Join(dir, "model.pt"), where, l)
			if err != nil {
				return nil, err
			}
			if ours.done != reference.done {
				return nil, fmt.Errorf("the sides did not do the same: ours %+v, the reference %+v", ours.done, reference.done)
			}
			for side, t := range []trained{ours, reference} {
				seconds[side] = append(seconds[side], t.seconds)
				rates[side] = append(rates[side], t.rate)
				waits[side] = append(waits[side], 100*t.wait)
			}
			say("  turn %d: ours %s s, reference %s s", i+1, figure(ours.seconds), figure(reference.seconds))
			if i == 0 {
				b.note(fmt.Sprintf("%s of %s: image AUROC %s with ours, %s with the reference (other random numbers)", l.name(), category, percent(ours.auroc), percent(reference.auroc)))
			}
		}
		whole := comparedCosts(seconds[0], seconds[1], "s")
		whole.Name = "end to end " + l.name()
		training := compared(rates[0], rates[1], images.unit)
		training.Name = "update in the loop of " + l.name()
		waiting := row{Name: "waiting for data in the loop of " + l.name(), Ours: quantile(waits[0], 0.5), Unit: "% of the time"}
		theirs := quantile(waits[1], 0.5)
		waiting.Reference = &theirs
		return []row{whole, training, waiting}, nil
	}
}

func (l loop) name() string {
	return fmt.Sprintf("%d updates of %d x %d pictures at %d px", l.steps, l.sources, views, l.size)
}

func percent(v *float64) string {
	if v == nil {
		return "undefined"
	}
	return fmt.Sprintf("%.1f", *v)
}

// warmUpdates are not counted in a loop's rate, on either side.
const warmUpdates = 10

// trainOurs is our program, with a new folder for its run and nothing cached.
func (b *bench) trainOurs(ctx context.Context, program, out string, where []string, l loop) (t trained, err error) {
	every := warmUpdates
	if l.steps <= warmUpdates {
		every = l.steps
	}
	cmd := command(ctx, program, "train", "--json", filepath.Join("configs", "paper.yaml"),
		"data.root="+where[0], "data.category="+where[1], "out="+out, "data.cache=off",
		"data.size="+strconv.Itoa(l.size), "train.steps="+strconv.Itoa(l.steps), "train.batch="+strconv.Itoa(l.sources),
		"device="+b.device, "threads="+strconv.Itoa(b.threads), "data.workers="+strconv.Itoa(b.threads),
		"train.deterministic=false", "train.log_every="+strconv.Itoa(every))
	var result struct {
		job
		Run   string   `json:"run"`
		AUROC *float64 `json:"image_auroc"`
	}
	began := time.Now()
	if err := parse(ctx, cmd, &result); err != nil {
		return t, err
	}
	t.seconds = time.Since(began).Seconds()
	t.done = result.job
	if result.AUROC != nil {
		p := 100 * *result.AUROC
		t.auroc = &p
	}
	f, err := os.Open(filepath.Join(result.Run, "metrics.csv"))
	if err != nil {
		return t, err
	}
	defer f.Close()
	curves, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return t, err
	}
	t.rate, t.wait, err = pace(curves)
	return t, err
}

// pace is the mean rate and share of waiting of a run's metrics.csv, after the
// first interval where there are more. Intervals are of the same length.
func pace(curves [][]string) (rate, wait float64, err error) {
	if len(curves) < 2 {
		return 0, 0, fmt.Errorf("metrics.csv has no row of figures")
	}
	column := map[string]int{}
	for i, name := range curves[0] {
		column[name] = i
	}
	rows := curves[1:]
	if len(rows) > 1 {
		rows = rows[1:]
	}
	var time, waited float64 // of a picture, summed over the intervals
	for _, r := range rows {
		perSecond, err := strconv.ParseFloat(r[column["images_per_second"]], 64)
		if err != nil {
			return 0, 0, err
		}
		share, err := strconv.ParseFloat(r[column["data_wait"]], 64)
		if err != nil {
			return 0, 0, err
		}
		time += 1 / perSecond
		waited += share / perSecond
	}
	return float64(len(rows)) / time, waited / time, nil
}

// trainReference is the same training written plainly in PyTorch.
func (b *bench) trainReference(ctx context.Context, out string, where []string, l loop) (t trained, err error) {
	cmd, err := b.reference(ctx, "reference_loop.py", "--root", where[0], "--category", where[1], "--out", out,
		"--size", strconv.Itoa(l.size), "--steps", strconv.Itoa(l.steps), "--sources", strconv.Itoa(l.sources),
		"--device", b.device, "--threads", strconv.Itoa(b.threads), "--workers", strconv.Itoa(b.threads))
	if err != nil {
		return t, err
	}
	var result struct {
		job
		Rate  float64  `json:"images_per_second"`
		Wait  float64  `json:"data_wait"`
		AUROC *float64 `json:"auroc"`
	}
	began := time.Now()
	if err := parse(ctx, cmd, &result); err != nil {
		return t, err
	}
	t.seconds = time.Since(began).Seconds()
	t.done, t.rate, t.wait, t.auroc = result.job, result.Rate, result.Wait, result.AUROC
	return t, nil
}
