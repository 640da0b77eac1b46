package trainer

import (
	"context"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// windowBatch is about how many windows of this many pixels are embedded at a
// time: on a CPU 64 of 64 px, whose largest maps take 67 MB each with the small
// stem; on CUDA 8 times as many.
func windowBatch(d torch.Device, window int) int {
	pixels := 64 * 64 * 64
	if d.IsCUDA() {
		pixels *= 8
	}
	return max(1, pixels/(window*window))
}

// rowBatch is how many of so many rows of windows are embedded at a time, where
// room is for this many: batches of about the same size, as few as will do.
func rowBatch(rows, room int) int {
	batches := (rows + max(1, room) - 1) / max(1, room)
	return (rows + batches - 1) / batches
}

// EmbedWindows embeds the windows of every picture, those of the rows from to
// to-1 of the grid, and hands each picture's embeddings to visit, in the order of
// the pictures: features [(to-from)*Side,D], row-major, which are valid until
// visit returns. Nothing is kept, so memory does not grow with the number of
// pictures, which may still be arriving. A picture goes to the device once, and
// its windows are cut out there, a batch of rows at a time.
//
// As for [Embed], batch normalisation uses its running statistics and numbers are
// float32 unless embed.amp says otherwise. It is folded into the convolutions here
// ([nets.Net.Fold]), as there are hundreds of times as many windows as pictures, so
// that embeddings differ from [nets.Net.Embed]'s by rounding. visit is called between
// the device's batches, inside [torch.Do]; its error ends the embedding.
func EmbedWindows(ctx context.Context, net *nets.Net, p Source, g configs.Grid, from, to int, c *configs.Config, n Numerics, visit func(picture int, features []float32) error) error {
	if from < 0 || to > g.Side() || from >= to {
		panic("trainer: these rows of windows are not in the grid")
	}
	side, d := g.Side(), net.Dimension()
	step := rowBatch(to-from, windowBatch(n.Device, g.Window)/side)
	features := make([]float32, (to-from)*side*d)
	n.TF32 = false // as in Embed
	err := torch.Do(func() error {
		n.Apply()
		folded := net.Fold()
		defer folded.Free()
		var air flight
		defer func() { air.free() }()
		// land reads the rows from first to end-1 of a picture, whose last they may be.
		land := func(picture, first, end int, rows torch.Tensor) error {
			torch.ReadInto(features[(first-from)*side*d:(end-from)*side*d], rows)
			if end < to {
				return nil
			}
			return visit(picture, features)
		}
		// picture sends the windows of picture i through the net.
		picture := func(i int) error {
			pix, err := p.Range(i, i+1)
			if err != nil {
				return err
			}
			torch.Scope(func() {
				x := images(pix, g.Picture, c, n)
				for row := from; row < to && err == nil; row += step {
					if err = context.Cause(ctx); err == nil {
						first, end := row, min(row+step, to)
						rows := embedRows(folded, x, g, first, end, c, n)
						err = air.next([]torch.Tensor{rows}, func() error { return land(i, first, end, rows) })
					}
				}
			})
			return err
		}
		for i := range p.Len() {
			if err := picture(i); err != nil {
				return err
			}
		}
		return air.end()
	})
	knob := "lower localize.memory" // visit's work counts too, which is the host's
	if n.Device != torch.CPU {
		knob = "give the command again with device=cpu"
	}
	if e := memoryError(err, n, knob); e != nil {
		if n.Device != torch.CPU && c.Embed.Amp == "off" {
			e.Knobs = append(e.Knobs, "set embed.amp=bf16")
		}
		return e
	}
	return err
}

// embedRows embeds the windows of some rows of pictures. The embeddings are to be
// freed.
func embedRows(net *nets.Folded, pictures torch.Tensor, g configs.Grid, from, to int, c *configs.Config, n Numerics) (rows torch.Tensor) {
	torch.NoGrad(func() {
		torch.Scope(func() {
			windows := torch.Windows(pictures, g.Window, g.Stride, from, to-from)
			rows = autocast(n, torch.Precision(c.Embed.Amp), func() torch.Tensor { return net.Embed(windows) }).Keep()
		})
	})
	return rows
}
