package trainer

import (
	"context"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// embedBatch is how many pictures of this size are embedded at a time: enough to
// keep a device busy, little memory (on CUDA some gigabytes, on a CPU an eighth).
func embedBatch(d torch.Device, size int) int {
	most, pixels := 32, 32*512*512
	if d.IsCUDA() {
		most, pixels = 256, 256*256*256
	}
	return min(most, max(1, pixels/(size*size)))
}

// Embed takes the features of every picture as it is, without augmentation, with
// each of the nets, at every one of embed.levels: out[net][level] is a matrix
// [N,D], row-major, in the order of the pictures. Every batch goes to the device
// once, for all nets, while later pictures may still be arriving. Batch
// normalisation uses its running statistics; numbers are float32 throughout,
// since scores are built on them, unless embed.amp says otherwise. progress,
// which may be nil, is told how many are done.
func Embed(ctx context.Context, of []*nets.Net, p Source, c *configs.Config, n Numerics, progress func(done, total int)) (out [][][]float32, err error) {
	total := p.Len()
	levels := len(c.Embed.Levels)
	dims := make([]int, levels)
	for i, level := range c.Embed.Levels {
		dims[i] = nets.Dimension(c.Net, level)
	}
	for range of {
		matrices := make([][]float32, levels)
		for i, d := range dims {
			matrices[i] = make([]float32, total*d)
		}
		out = append(out, matrices)
	}
	n.TF32 = false // which would leave 10 bits of every product's factors
	err = torch.Do(func() error {
		n.Apply()
		send := func(pix []uint8) []torch.Tensor { return embed(of, pix, c, n) }
		return inFlight(ctx, p, embedBatch(n.Device, c.Data.Size), send, func(from, to int, rows []torch.Tensor) error {
			// Of the first net all levels, then of the next, each [to-from,D].
			for i, rows := range rows {
				d := dims[i%levels]
				torch.ReadInto(out[i/levels][i%levels][from*d:to*d], rows)
			}
			if progress != nil {
				progress(to, total)
			}
			return nil
		})
	})
	if err != nil {
		return nil, explained(err, c, n)
	}
	return out, nil
}

// embed sends one batch through the nets. The features are to be freed.
func embed(of []*nets.Net, pix []uint8, c *configs.Config, n Numerics) (rows []torch.Tensor) {
	torch.NoGrad(func() {
		torch.Scope(func() {
			x := images(pix, c.Data.Size, c, n)
			for _, net := range of {
				torch.Autocast(n.Device, torch.Precision(c.Embed.Amp), func() { rows = append(rows, net.Features(x, c.Embed.Levels)...) })
			}
			for _, r := range rows {
				r.Keep()
			}
		})
	})
	return rows
}
