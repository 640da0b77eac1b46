package main

import (
	"context"
	"fmt"
	"strconv"
)

// compareBackbone measures updates of another backbone than the paper's, and its
// forward passes in inference, on so many pictures of size px. Dropout is off on
// both sides, stochastic depth is as torchvision has it.
func compareBackbone(net string, size, pictures int) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		ours, err := b.startUpdates(ctx, size, float32s, "train.batch="+strconv.Itoa(pictures/views),
			"net.name="+net, "net.dropout=0", "embed.amp=off")
		if err != nil {
			return nil, err
		}
		defer ours.stop()
		reference, err := b.startReference(ctx, "reference.py", "--device", b.device, "--threads", strconv.Itoa(b.threads),
			"--size", strconv.Itoa(size), "--batch", strconv.Itoa(pictures), "--net", net)
		if err != nil {
			return nil, err
		}
		defer reference.stop()
		var rows []row
		for _, w := range []struct{ what, word string }{{"update", ""}, {"forward", "forward "}} {
			rates, err := b.takeTurns(ctx, [2]*process{ours, reference}, task{word: w.word, per: float64(pictures), unit: images.unit})
			if err != nil {
				return nil, err
			}
			r := compared(rates[0], rates[1], images.unit)
			r.Name = fmt.Sprintf("%s fp32 of %s, %d pictures of %d px", w.what, net, pictures, size)
			rows = append(rows, r)
		}
		return rows, nil
	}
}
