package main

import (
	"context"
	"strconv"
)

// The slim twin has ResNet-18's operations at a sixteenth of its width, where
// arithmetic is next to nothing: an update of it is the host's time. The batch is
// two pictures of 32 px, since batch normalisation in training refuses a single
// value a channel, which is what the last stage would have of one.
const (
	slimPictures = 2
	slimSize     = 32
	slimWidth    = 4
)

var slimHead = [2]string{"32", "8"}

// compareHostTime measures the slim twins on one thread, with oneDNN on the
// reference's side or without it on both. Ours is without it in either: a
// program may choose its kernels. Both are NCHW: libtorch's channels-last
// kernels write beyond such narrow tensors (PyTorch 2.11 crashes on them too).
func compareHostTime(onednn bool) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		pictures, size, width := strconv.Itoa(slimPictures), strconv.Itoa(slimSize), strconv.Itoa(slimWidth)
		ours, err := b.startOurs(ctx,
			"-pictures", pictures, "-width", width, "-onednn=false",
			"device=cpu", "threads=1", "data.size="+size, "net.head="+slimHead[0]+","+slimHead[1],
			"amp=off", "channels_last=off", "train.deterministic=false")
		if err != nil {
			return nil, err
		}
		defer ours.stop()
		flags := []string{"--threads", "1", "--size", size, "--batch", pictures, "--width", width, "--head", slimHead[0], slimHead[1]}
		if !onednn {
			flags = append(flags, "--no-onednn")
		}
		reference, err := b.startReference(ctx, "reference.py", flags...)
		if err != nil {
			return nil, err
		}
		defer reference.stop()
		rates, err := b.takeTurns(ctx, [2]*process{ours, reference}, task{per: 1, unit: "updates/s"})
		if err != nil {
			return nil, err
		}
		for side := range rates {
			for i, rate := range rates[side] {
				rates[side][i] = 1000 / rate
			}
		}
		return []row{comparedCosts(rates[0], rates[1], "ms")}, nil
	}
}
