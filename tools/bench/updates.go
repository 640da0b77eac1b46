package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// sources is the paper's batch of source pictures; each has three views.
const (
	sources = 32
	views   = 3
)

// compareUpdates measures images per second in updates of size px pictures,
// ours in this precision (off: float32), PyTorch's in float32.
func compareUpdates(size int, amp string) func(context.Context, *bench) (row, error) {
	return func(ctx context.Context, b *bench) (row, error) {
		px, threads := strconv.Itoa(size), strconv.Itoa(b.threads)
		ours, err := b.startOurs(ctx, "-size", px, "-sources", strconv.Itoa(sources), "-threads", threads, "-amp", amp)
		if err != nil {
			return row{}, err
		}
		defer ours.stop()
		reference, err := b.startReference(ctx, "reference.py", "--size", px, "--batch", strconv.Itoa(views*sources), "--threads", threads)
		if err != nil {
			return row{}, err
		}
		defer reference.stop()
		if ours.torch != reference.torch {
			return row{}, fmt.Errorf("the reference's torch is %s and ours %s; give both the same (--python, LIBTORCH)", reference.torch, ours.torch)
		}
		sides := []*process{ours, reference}

		// The first update allocates and builds kernels; the second says how many
		// make a turn of some seconds.
		updates := 1
		for range 2 {
			for _, p := range sides {
				a, err := p.turn(ctx, "1")
				if err != nil {
					return row{}, err
				}
				updates = max(1, int(math.Round(b.turnSeconds()/a.Seconds)))
			}
		}
		var rates [2][]float64
		for i := range b.turns() {
			for side, p := range sides {
				a, err := p.turn(ctx, strconv.Itoa(updates))
				if err != nil {
					return row{}, err
				}
				rates[side] = append(rates[side], float64(updates*views*sources)/a.Seconds)
			}
			say("  turn %d of %d: ours %s, reference %s images/s", i+1, b.turns(), figure(rates[0][i]), figure(rates[1][i]))
		}
		return compared(rates[0], rates[1], "images/s"), nil
	}
}

// turns is how often each side is measured.
func (b *bench) turns() int {
	if b.quick {
		return 3
	}
	return 9
}

// turnSeconds is how long a turn should last; one update may take longer.
func (b *bench) turnSeconds() float64 {
	if b.quick {
		return 1
	}
	return 3
}
