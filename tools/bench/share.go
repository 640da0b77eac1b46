package main

import (
	"context"
	"fmt"
	"strings"
)

// shareOfPeak holds the operations a second of our updates against those that a
// large product of matrices of that type reaches in the reference's process,
// with the same libtorch and threads. A share under 40 % is told together with
// the operators that take the time.
func (b *bench) shareOfPeak(ctx context.Context, reference *process, size int, p precision, imagesPerSecond float64) (row, error) {
	kind := p.name
	product, err := reference.turn(ctx, "matmul "+kind)
	if err != nil {
		return row{}, err
	}
	reached := imagesPerSecond * 2 * float64(updateMACs(size))
	share := 100 * reached / product.Flops
	note := fmt.Sprintf("update %s %d px reaches %s %% of this machine's %s matrix product peak (%s of %s GFLOP/s)",
		kind, size, figure(share), kind, figure(reached/1e9), figure(product.Flops/1e9))
	if share < 40 {
		o, err := b.operatorsOf(ctx, size, p)
		if err != nil {
			return row{}, err
		}
		note += "; its time goes to " + o.largest(5)
	}
	b.note(note)
	return row{Name: fmt.Sprintf("share of the %s matrix product peak, %d px", kind, size), Ours: share, Unit: "%"}, nil
}

// operatorsOf is what operators took in one of our updates, in a process of its
// own: a captured update would show none.
func (b *bench) operatorsOf(ctx context.Context, size int, p precision) (*operators, error) {
	ours, err := b.startUpdates(ctx, size, p, "train.graph=off")
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	if _, err := ours.turn(ctx, "1"); err != nil {
		return nil, err
	}
	a, err := ours.turn(ctx, "operators 1")
	return a.Operators, err
}

// updateMACs are the multiply-adds of one picture in an update of ResNet-18 with
// the default head and three classes: forward, and backward the products for the
// inputs and for the weights of every layer, but for the first one's inputs,
// which nobody asks for.
func updateMACs(size int) int {
	stem, rest := forwardMACs(size)
	return 2*stem + 3*rest
}

// forwardMACs are those of the forward pass, of the first convolution and of
// everything after it.
func forwardMACs(size int) (stem, rest int) {
	half := func(n int) int { return (n + 1) / 2 } // strides of 2, with padding
	side := half(size)
	stem = side * side * 64 * 3 * 7 * 7
	side = half(side)
	in := 64
	for stage := range 4 {
		out := 64 << stage
		if stage > 0 {
			side = half(side)
			rest += side * side * out * in // the shortcut
		}
		rest += side * side * out * 9 * (in + 3*out)
		in = out
	}
	return stem, rest + 512*512 + 512*128 + 128*3
}

// largest names the first n operators with their share, and what is in none.
func (o *operators) largest(n int) string {
	var parts []string
	for _, t := range o.Times[:min(n, len(o.Times))] {
		parts = append(parts, fmt.Sprintf("%s %.0f %%", t.short(), 100*t.Self/o.Seconds))
	}
	return fmt.Sprintf("%s; outside of operators %.0f %%", strings.Join(parts, ", "), 100*o.outside())
}
