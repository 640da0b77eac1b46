package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/experiments/localize"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// gaussiansVerb makes this program our side of fitting Gaussians of windows.
const gaussiansVerb = "gaussians"

// What the Gaussians are of: about as many normal pictures as a category of MVTec AD
// has, embeddings of ResNet-18, and windows of 32 px at stride 4 of a picture of 256,
// which are 57 a side.
const (
	normalPictures = 250
	normalFeatures = 512
	windowsASide   = 57
	gaussianRidge  = 0.01
)

// gaussianMemory is localize.memory in GB: less than a third of what all Gaussians of
// the windows take.
const gaussianMemory = 2.0

// planGaussians is the plan for the windows of a square, so many a side.
func planGaussians(side int) (localize.Plan, error) {
	g := configs.Grid{Picture: 32 + 4*(side-1), Window: 32, Stride: 4}
	return localize.NewPlan(g, true, normalFeatures, 0, gaussianMemory)
}

// compareGaussians measures the fitting of a Gaussian per window of random features:
// the memory over all windows, and held against the plan's prediction; the rate over
// fewer, as every window is the same work. The reference keeps all features.
func compareGaussians(ctx context.Context, b *bench) ([]row, error) {
	whole, part := windowsASide, 21
	if b.quick {
		whole, part = 12, 6
	}
	plan, err := planGaussians(whole)
	if err != nil {
		return nil, err
	}
	say("  %s", plan)
	var memory [2]float64
	err = b.bothGaussians(ctx, whole, func(sides [2]*process) error {
		for i, p := range sides {
			a, err := p.turn(ctx, "1")
			if err != nil {
				return err
			}
			memory[i] = a.Peak - p.hello.Resident
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var rates [2][]float64
	err = b.bothGaussians(ctx, part, func(sides [2]*process) (err error) {
		rates, err = b.takeTurns(ctx, sides, task{per: float64(part * part), unit: "Gaussians/s"})
		return err
	})
	if err != nil {
		return nil, err
	}
	name := func(side int) string {
		return fmt.Sprintf("%d x %d Gaussians of %d features, %d pictures", side, side, normalFeatures, normalPictures)
	}
	speed := compared(rates[0], rates[1], "Gaussians/s")
	speed.Name = "fit " + name(part)
	peak := comparedOnce(memory[0], memory[1], "MiB")
	peak.Name = "peak memory, " + name(whole)
	predicted := comparedOnce(memory[0], float64(plan.Bytes)/(1<<20), "MiB")
	predicted.Name = "peak memory against the predicted, " + name(whole)
	return []row{speed, peak, predicted}, nil
}

// bothGaussians starts both sides for the windows of a square, and stops them after f.
func (b *bench) bothGaussians(ctx context.Context, side int, f func([2]*process) error) error {
	ours, err := startSelf(ctx, gaussiansVerb, strconv.Itoa(side), strconv.Itoa(b.threads))
	if err != nil {
		return err
	}
	defer ours.stop()
	reference, err := b.startReference(ctx, "gaussians_reference.py", "--places", strconv.Itoa(side*side), "--pictures", strconv.Itoa(normalPictures),
		"--features", strconv.Itoa(normalFeatures), "--ridge", fmt.Sprint(gaussianRidge), "--threads", strconv.Itoa(b.threads))
	if err != nil {
		return err
	}
	defer reference.stop()
	return f([2]*process{ours, reference})
}

// fitGaussians is our side. args are how many windows there are a side, and threads.
func fitGaussians(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("gaussians takes how many windows there are a side, and threads")
	}
	var numbers [2]int
	for i, text := range args {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("gaussians takes numbers from 1, not %q", text)
		}
		numbers[i] = n
	}
	plan, err := planGaussians(numbers[0])
	if err != nil {
		return err
	}
	if err := torch.Do(func() error { torch.SetThreads(numbers[1]); return nil }); err != nil {
		return err
	}
	features := randomFeatures(plan)
	now, _, err := resident()
	if err != nil {
		return err
	}
	hello := answer{Torch: torch.Version(), Resident: now, Work: fmt.Sprintf("%d Gaussians of %d features, %d pictures, %d threads",
		plan.Grid.Windows(), normalFeatures, normalPictures, numbers[1])}
	options := localize.Options{Options: gde.Options{Covariance: gde.Ridge, Ridge: gaussianRidge}}
	none := localize.Source{Embed: features.Embed}
	return serve(in, out, hello, nil, func(n int) (answer, error) {
		for range n {
			if _, err := plan.Distances(features, none, options, nil, nil); err != nil {
				return answer{}, err
			}
		}
		return answer{}, nil
	})
}

// randomFeatures is a source that costs a copy: stretches of one table of noise,
// whose length is a prime, so that no two windows have the same.
func randomFeatures(plan localize.Plan) localize.Source {
	const length, step = 4_194_301, 1_299_709
	r := rand.New(rand.NewPCG(0, 0))
	table := make([]float32, length)
	for i := range table {
		table[i] = float32(r.NormFloat64())
	}
	row := plan.Grid.Side() * plan.Dimension
	return localize.Source{Len: normalPictures, Embed: func(pictures []int, from, to int, visit func(int, []float32) error) error {
		features := make([]float32, (to-from)*row)
		for _, i := range pictures {
			at := (i*step + from*row) % length
			for rest := features; len(rest) > 0; at = 0 {
				rest = rest[copy(rest, table[at:]):]
			}
			if err := visit(i, features); err != nil {
				return err
			}
		}
		return nil
	}}
}
