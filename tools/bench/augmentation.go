package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// compareAugmentation measures augmented pictures per second of one core's time
// with the two programs that are made for it: tools/bench/augment and
// augment_reference.py.
func compareAugmentation(views string) func(context.Context, *bench) (row, error) {
	return func(ctx context.Context, b *bench) (row, error) {
		python, err := b.pythonPath()
		if err != nil {
			return row{}, err
		}
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return row{}, err
		}
		defer os.RemoveAll(dir)
		program := filepath.Join(dir, "augment")
		build := exec.CommandContext(ctx, "go", "build", "-o", program, "./tools/bench/augment")
		if out, err := build.CombinedOutput(); err != nil {
			return row{}, fmt.Errorf("tools/bench/augment cannot be built: %s", strings.TrimSpace(string(out)))
		}
		sides := [][]string{{program}, {python, filepath.Join("tools", "bench", "augment_reference.py")}}
		seconds := strconv.FormatFloat(b.turnSeconds(), 'g', -1, 64)
		var rates [2][]float64
		for i := range b.turns() {
			for side, command := range sides {
				args := append(command[1:len(command):len(command)], "--size", "256", "--views", views, "--seconds", seconds, "--json")
				rate, err := augmentRate(ctx, command[0], args)
				if err != nil {
					return row{}, err
				}
				rates[side] = append(rates[side], rate)
			}
			say("  turn %d of %d: ours %s, reference %s images/s", i+1, b.turns(), figure(rates[0][i]), figure(rates[1][i]))
		}
		return compared(rates[0], rates[1], "images/s"), nil
	}
}

func augmentRate(ctx context.Context, program string, args []string) (float64, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w; its message is above", cmd, err)
	}
	var result struct {
		Rate float64 `json:"images_per_second"`
	}
	if err := json.Unmarshal(out, &result); err != nil {
		return 0, fmt.Errorf("%s printed no JSON: %w", cmd, err)
	}
	return result.Rate, nil
}
