package trainer

import (
	"context"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Source is pictures to embed, which may still be arriving.
type Source interface {
	Len() int
	// Range waits for the pictures from to to-1: [to-from,S,S,3].
	Range(from, to int) ([]uint8, error)
}

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
	// flight is a batch whose embeddings the device may still be computing. It is
	// read after the next one was sent, so that the host prepares that one while
	// the device computes.
	type flight struct {
		from, to int
		rows     []torch.Tensor // [to-from,D]; of the first net all levels, then of the next
	}
	n.TF32 = false // which would leave 10 bits of every product's factors
	err = torch.Do(func() error {
		n.Apply()
		var before flight
		land := func(next flight) {
			f := before
			before = next
			defer freeAll(f.rows)
			for i, rows := range f.rows {
				d := dims[i%levels]
				torch.ReadInto(out[i/levels][i%levels][f.from*d:f.to*d], rows)
			}
			if progress != nil && f.to > 0 {
				progress(f.to, total)
			}
		}
		defer func() { freeAll(before.rows) }()
		batch := embedBatch(n.Device, c.Data.Size)
		for from := 0; from < total; from += batch {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			to := min(from+batch, total)
			pix, err := p.Range(from, to)
			if err != nil {
				return err
			}
			land(flight{from, to, embed(of, pix, c, n)})
		}
		land(flight{})
		return nil
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

func freeAll(tensors []torch.Tensor) {
	for _, t := range tensors {
		t.Free()
	}
}
