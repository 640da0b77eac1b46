package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
)

// augmentSize is the side of the pictures that are augmented, in pixels.
const augmentSize = 256

// compareAugmentation measures augmented pictures per second of one core's time
// with the two programs that are made for it: tools/bench/augment and
// augment_reference.py.
func compareAugmentation(views string) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		program, err := b.build(ctx, dir, "tools/bench/augment")
		if err != nil {
			return nil, err
		}
		var rates [2][]float64
		for i := range b.turns(0) {
			ours, err := b.augmentRate(ctx, program, nil, views)
			if err != nil {
				return nil, err
			}
			reference, err := b.torchvisionRate(ctx, views)
			if err != nil {
				return nil, err
			}
			rates[0], rates[1] = append(rates[0], ours), append(rates[1], reference)
			say("  turn %d of %d: ours %s, reference %s images/s", i+1, b.turns(0), figure(ours), figure(reference))
		}
		return []row{compared(rates[0], rates[1], "images/s")}, nil
	}
}

// torchvisionRate is augmented pictures per second of one core's time as people
// write it.
func (b *bench) torchvisionRate(ctx context.Context, views string) (float64, error) {
	python, err := b.pythonPath()
	if err != nil {
		return 0, err
	}
	return b.augmentRate(ctx, python, []string{filepath.Join("tools", "bench", "augment_reference.py")}, views)
}

func (b *bench) augmentRate(ctx context.Context, program string, args []string, views string) (float64, error) {
	cmd := command(ctx, program, append(args, "--size", strconv.Itoa(augmentSize), "--views", views,
		"--seconds", strconv.FormatFloat(b.turnSeconds(), 'g', -1, 64), "--json")...)
	var result struct {
		Rate float64 `json:"images_per_second"`
	}
	err := parse(ctx, cmd, &result)
	return result.Rate, err
}
