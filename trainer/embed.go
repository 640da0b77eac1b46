package trainer

import (
	"context"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// embedBatch is how many pictures are embedded at a time: enough to keep the
// cores busy, little memory.
const embedBatch = 32

// Embed takes the net's embedding of every picture as it is, without
// augmentation: [N,D], row-major, in the order of the pictures. Batch
// normalisation uses its running statistics; numbers are float32 throughout,
// since scores are built on them. progress, which may be nil, is told how many
// are done.
func Embed(ctx context.Context, net *nets.Net, p *data.Pictures, c *configs.Config, n Numerics, progress func(done, total int)) ([]float32, error) {
	total, d, per := len(p.Items), net.Dimension(), 3*p.Size*p.Size
	out := make([]float32, total*d)
	err := torch.Do(func() error {
		for from := 0; from < total; from += embedBatch {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			to := min(from+embedBatch, total)
			torch.NoGrad(func() {
				torch.Scope(func() {
					x := images(p.Pix[from*per:to*per], c, n)
					torch.ReadInto(out[from*d:to*d], net.Embed(x, false))
				})
			})
			if progress != nil {
				progress(to, total)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
