package main

import (
	"context"
	"fmt"
	"strconv"
)

// sources is the paper's batch of source pictures; each has three views.
const (
	sources = 32
	views   = 3
)

// images is the task of an update's batch.
var images = task{per: views * sources, unit: "images/s"}

// precision is the arithmetic of both sides.
type precision struct {
	name  string
	amp   string   // ours
	flags []string // the reference's
}

var (
	// float32s is arithmetic in float32 on both sides, never TF32. Ours lies in
	// channels-last memory, the reference's as PyTorch makes it.
	float32s = precision{name: "fp32", amp: "off"}
	// bfloat16s and float16s are mixed precision, channels-last on both sides.
	bfloat16s = precision{name: "bf16", amp: "bf16", flags: []string{"--amp", "bf16", "--channels-last"}}
	float16s  = precision{name: "fp16", amp: "fp16", flags: []string{"--amp", "fp16", "--channels-last"}}
)

// compareUpdates measures images per second in updates of size px pictures. It
// adds the share of this machine's peak that ours reaches, and both sides'
// memory.
func compareUpdates(size int, p precision) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		sides, err := b.updateSides(ctx, size, p, p.flags)
		if err != nil {
			return nil, err
		}
		defer sides[0].stop()
		defer sides[1].stop()
		rates, err := b.takeTurns(ctx, sides, images)
		if err != nil {
			return nil, err
		}
		rows := []row{compared(rates[0], rates[1], images.unit)}
		memory, err := peakMemory(ctx, sides) // before the product of matrices adds to it
		if err != nil {
			return nil, err
		}
		memory.Name = fmt.Sprintf("peak resident memory, %s %d px", p.name, size)
		rows = append(rows, memory)
		if p.name != "fp16" {
			share, err := b.shareOfPeak(ctx, sides[1], size, p, rows[0].Ours)
			if err != nil {
				return nil, err
			}
			rows = append(rows, share)
		}
		return rows, nil
	}
}

// compareUpdatesTo is [compareUpdates] for a reference with these flags and
// nothing else.
func compareUpdatesTo(size int, p precision, flags ...string) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		sides, err := b.updateSides(ctx, size, p, flags)
		return b.compareSides(ctx, sides, err)
	}
}

// compareOurs measures our own update with a setting and, as the reference,
// without it: what the setting costs or brings.
func compareOurs(size int, p precision, with, without string) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		var sides [2]*process
		var err error
		for i, setting := range []string{with, without} {
			if sides[i], err = b.startUpdates(ctx, size, p, setting); err != nil {
				break
			}
		}
		return b.compareSides(ctx, sides, err)
	}
}

// compareSides is the row of both sides' images per second. It stops them.
func (b *bench) compareSides(ctx context.Context, sides [2]*process, err error) ([]row, error) {
	for _, side := range sides {
		if side != nil {
			defer side.stop()
		}
	}
	if err != nil {
		return nil, err
	}
	rates, err := b.takeTurns(ctx, sides, images)
	if err != nil {
		return nil, err
	}
	return []row{compared(rates[0], rates[1], images.unit)}, nil
}

// updateSides starts ours and the reference; where that fails, none is left.
func (b *bench) updateSides(ctx context.Context, size int, p precision, flags []string) (sides [2]*process, err error) {
	if sides[0], err = b.startUpdates(ctx, size, p); err != nil {
		return sides, err
	}
	sides[1], err = b.startReference(ctx, "reference.py", append([]string{
		"--device", b.device, "--threads", strconv.Itoa(b.threads),
		"--size", strconv.Itoa(size), "--batch", strconv.Itoa(views * sources),
	}, flags...)...)
	if err != nil {
		sides[0].stop()
	}
	return sides, err
}

// startUpdates starts our updates of the paper's batch; later settings win. On a
// device they are the whole update, with the pictures' plans drawn and carried
// out; on the CPU the batch stands in memory, as the reference's does everywhere.
func (b *bench) startUpdates(ctx context.Context, size int, p precision, settings ...string) (*process, error) {
	return b.startOurs(ctx, append([]string{
		"-loaded=" + strconv.FormatBool(b.device != "cpu"),
		"device=" + b.device, "threads=" + strconv.Itoa(b.threads),
		"data.size=" + strconv.Itoa(size), "train.batch=" + strconv.Itoa(sources),
		"amp=" + p.amp, "channels_last=on", "tf32=false", "train.deterministic=false", "augment.on=device",
	}, settings...)...)
}

// peakMemory is the highest resident memory of both sides so far.
func peakMemory(ctx context.Context, sides [2]*process) (row, error) {
	var peaks [2]float64
	for i, p := range sides {
		a, err := p.turn(ctx, "1")
		if err != nil {
			return row{}, err
		}
		peaks[i] = a.Peak
	}
	return comparedOnce(peaks[0], peaks[1], "MiB"), nil
}
