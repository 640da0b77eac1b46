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

// float32s is a float32 update as it is written without thinking of speed. Ours
// is channels-last, PyTorch's NCHW; what arithmetic is done is the same.
var float32s = precision{name: "fp32", amp: "off"}

// bfloat16s is mixed precision on both sides, both in channels-last memory.
var bfloat16s = precision{name: "bf16", amp: "bf16", flags: []string{"--amp", "bf16", "--channels-last"}}

// precision is the arithmetic of both sides.
type precision struct {
	name  string
	amp   string   // ours
	flags []string // the reference's
}

// settings are ours: fp32 is never TF32 unless a row says so.
func (p precision) settings() []string { return []string{"amp=" + p.amp, "tf32=false"} }

// compareUpdates measures images per second in updates of size px pictures, with
// further flags for the reference. It adds the share of this machine's peak that
// ours reaches, and both sides' memory.
func compareUpdates(size int, p precision, flags ...string) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		ours, err := b.startOurs(ctx, workerVerb, b.settings(size, p.settings()...)...)
		if err != nil {
			return nil, err
		}
		defer ours.stop()
		reference, err := b.startReference(ctx, "reference.py", b.flags(size, append(p.flags, flags...)...)...)
		if err != nil {
			return nil, err
		}
		defer reference.stop()
		rates, err := b.takeTurns(ctx, [2]*process{ours, reference}, func(r float64) string { return figure(views*sources*r) + " images/s" })
		if err != nil {
			return nil, err
		}
		for side := range rates {
			for i := range rates[side] {
				rates[side][i] *= views * sources
			}
		}
		rows := []row{compared(rates[0], rates[1], "images/s")}
		if len(flags) > 0 {
			return rows, nil // said beside the plain row already
		}
		share, err := b.shareOfPeak(ctx, ours, reference, size, p.name, rows[0].Ours)
		if err != nil {
			return nil, err
		}
		memory, err := peakMemory(ctx, ours, reference)
		if err != nil {
			return nil, err
		}
		memory.Name = fmt.Sprintf("peak resident memory, %s %d px", p.name, size)
		return append(rows, share, memory), nil
	}
}

// peakMemory is the highest resident memory of both sides so far.
func peakMemory(ctx context.Context, ours, reference *process) (row, error) {
	var peaks [2]float64
	for i, p := range []*process{ours, reference} {
		a, err := p.turn(ctx, "1")
		if err != nil {
			return row{}, err
		}
		peaks[i] = a.Peak
	}
	r := comparedCosts(peaks[:1], peaks[1:], "MiB")
	r.Spread = nil // one look at each
	return r, nil
}

// compareOurs measures our own update with a setting and, as the reference,
// without it: what the setting costs or brings. with follows without and wins.
func compareOurs(size int, p precision, with string) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		var sides [2]*process
		for i, settings := range [][]string{append(p.settings(), with), p.settings()} {
			side, err := b.startOurs(ctx, workerVerb, b.settings(size, settings...)...)
			if err != nil {
				return nil, err
			}
			defer side.stop()
			sides[i] = side
		}
		rates, err := b.takeTurns(ctx, sides, func(r float64) string { return figure(views*sources*r) + " images/s" })
		if err != nil {
			return nil, err
		}
		for side := range rates {
			for i := range rates[side] {
				rates[side][i] *= views * sources
			}
		}
		return []row{compared(rates[0], rates[1], "images/s")}, nil
	}
}

// settings are those of our side of an update of the paper's batch.
func (b *bench) settings(size int, more ...string) []string {
	return append([]string{
		"device=" + b.device, "threads=" + strconv.Itoa(b.threads),
		"data.size=" + strconv.Itoa(size), "train.batch=" + strconv.Itoa(sources),
		"channels_last=on", "train.deterministic=false",
	}, more...)
}

// flags are the reference's for the same.
func (b *bench) flags(size int, more ...string) []string {
	return append([]string{
		"--device", b.device, "--threads", strconv.Itoa(b.threads),
		"--size", strconv.Itoa(size), "--batch", strconv.Itoa(views * sources),
	}, more...)
}
