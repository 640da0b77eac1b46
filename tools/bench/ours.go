package main

import (
	"context"
	"fmt"
	"strconv"
)

// measureHost is the share of an update's time that is not spent in libtorch:
// Go's code of ours and of gotorch, the crossings to C, the garbage collector.
func measureHost(ctx context.Context, b *bench) ([]row, error) {
	p, err := b.startUpdates(ctx, 256, float32s)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	updates := 5
	if b.quick {
		updates = 1
	}
	var a answer
	for _, line := range []string{"1", "host " + strconv.Itoa(updates)} {
		if a, err = p.turn(ctx, line); err != nil {
			return nil, err
		}
	}
	return []row{{Ours: 100 * a.Host, Unit: "% of the update (limit 2)"}}, nil
}

// measureMemory holds the resident memory after 2,000 updates of a small batch
// against that after 50. A leak of a tensor an update would show here whatever
// made it: the number of updates counts, not their size.
func measureMemory(ctx context.Context, b *bench) ([]row, error) {
	p, err := b.startUpdates(ctx, 64, float32s, "train.batch=2")
	if err != nil {
		return nil, err
	}
	defer p.stop()
	const step = 50
	last := 2000
	if b.quick {
		last = 300
	}
	var first, now float64
	for at := step; at <= last; at += step {
		a, err := p.turn(ctx, strconv.Itoa(step))
		if err != nil {
			return nil, err
		}
		if now = a.Resident; first == 0 {
			first = now
		}
		if at%(10*step) == 0 {
			say("  update %d: %s MiB", at, figure(now))
		}
	}
	return []row{comparedOnce(now, first, fmt.Sprintf("MiB, update %d against 50", last))}, nil
}
