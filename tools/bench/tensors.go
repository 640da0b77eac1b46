package main

import (
	"context"
	"fmt"
	"strconv"
)

// compareTensorAugmentation measures the device's way of augmentation up to the
// normalised batch that an update begins with, on one thread: against the way
// through worker goroutines to the same batch, on one core, and against
// torchvision on one core, whose pictures stay Pillow's. Where the device is the
// CPU, its way is the host's own painter, so the batched tensor operations of
// other devices have a row of their own. All is counted per second of processor
// time, but what CUDA does per second.
func compareTensorAugmentation(ctx context.Context, b *bench) ([]row, error) {
	device, err := b.startPainter(ctx, b.device, "-loaded", "augment.on=device")
	if err != nil {
		return nil, err
	}
	defer device.stop()
	tensors, err := b.startPainter(ctx, b.device, "-loaded", "-tensors", "augment.on=device")
	if err != nil {
		return nil, err
	}
	defer tensors.stop()
	goroutine, err := b.startPainter(ctx, "cpu", "-loaded", "augment.on=cpu")
	if err != nil {
		return nil, err
	}
	defer goroutine.stop()
	goroutine.hello.Work = device.hello.Work // but for the device, which is the point

	paint := task{word: "paint ", per: views * sources, unit: images.unit, clock: func(a answer) float64 { return a.Processor }}
	if b.device != "cpu" {
		paint.clock = nil
	}
	rates, err := b.takeTurns(ctx, [2]*process{device, goroutine}, paint)
	if err != nil {
		return nil, err
	}
	way := compared(rates[0], rates[1], paint.unit)
	way.Name = fmt.Sprintf("augmentation %d px, the device's way against goroutines", augmentSize)

	if rates, err = b.takeTurns(ctx, [2]*process{tensors, goroutine}, paint); err != nil {
		return nil, err
	}
	operations := compared(rates[0], rates[1], paint.unit)
	operations.Name = fmt.Sprintf("augmentation %d px as tensor operations against goroutines", augmentSize)

	var reference []float64
	for range rates[0] {
		rate, err := b.torchvisionRate(ctx, "shared")
		if err != nil {
			return nil, err
		}
		reference = append(reference, rate)
	}
	people := compared(rates[0], reference, paint.unit)
	people.Name = fmt.Sprintf("augmentation %d px as tensor operations against torchvision", augmentSize)
	return []row{way, operations, people}, nil
}

// startPainter starts our augmentation of the paper's batch on one thread and
// one worker. flags come first, settings after them.
func (b *bench) startPainter(ctx context.Context, device string, more ...string) (*process, error) {
	return b.startOurs(ctx, append(more, "device="+device, "threads=1", "data.workers=1", "train.prefetch=1",
		"data.size="+strconv.Itoa(augmentSize), "train.batch="+strconv.Itoa(sources), "amp=off", "channels_last=on")...)
}
