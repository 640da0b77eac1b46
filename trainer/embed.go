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

// Embed takes the embedding of every picture as it is, without augmentation,
// with each of the nets: a matrix [N,D] a net, row-major, in the order of the
// pictures. Every batch goes to the device once, for all nets, while later
// pictures may still be arriving. Batch normalisation uses its running
// statistics; numbers are float32 throughout, since scores are built on them,
// unless embed.amp says otherwise. progress, which may be nil, is told how many
// are done.
func Embed(ctx context.Context, of []*nets.Net, p Source, c *configs.Config, n Numerics, progress func(done, total int)) ([][]float32, error) {
	total := p.Len()
	out := make([][]float32, len(of))
	for i, net := range of {
		out[i] = make([]float32, total*net.Dimension())
	}
	// flight is a batch whose embeddings the device may still be computing. It is
	// read after the next one was sent, so that the host prepares that one while
	// the device computes.
	type flight struct {
		from, to int
		rows     []torch.Tensor // a net each, [to-from,D]
	}
	n.TF32 = false // which would leave 10 bits of every product's factors
	err := torch.Do(func() error {
		n.Apply()
		var before flight
		land := func(next flight) {
			f := before
			before = next
			defer freeAll(f.rows)
			for i, rows := range f.rows {
				d := of[i].Dimension()
				torch.ReadInto(out[i][f.from*d:f.to*d], rows)
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

// embed sends one batch through the nets. The embeddings are to be freed.
func embed(of []*nets.Net, pix []uint8, c *configs.Config, n Numerics) (rows []torch.Tensor) {
	torch.NoGrad(func() {
		torch.Scope(func() {
			x := images(pix, c, n)
			for _, net := range of {
				rows = append(rows, autocast(n, torch.Precision(c.Embed.Amp), func() torch.Tensor { return net.Embed(x) }))
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
