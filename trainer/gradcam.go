package trainer

import (
	"context"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Maps are maps of some pictures that follow each other, smaller than these.
type Maps struct {
	From, Len     int // the first picture, and how many
	Height, Width int
	Values        []float32 // [Len,Height,Width], row-major
}

// GradCAM gives each the map of every picture of p, as [nets.Net.GradCAM] has it for
// gradcam.level and gradcam.target: batch by batch, in the order of the pictures,
// while later ones may still be arriving. So memory does not grow with their number.
// Values are each's until it returns. Its error ends it. net is a trained one with
// its head, such as [WithWhole] makes, and is left as it was.
//
// As in [Embed] pictures are as they are, numbers are float32 unless embed.amp says
// otherwise, and progress, which may be nil, is told how many are done. each and
// progress are called on the tensors' thread, so they use no tensors.
func GradCAM(ctx context.Context, net *nets.Net, p Source, c *configs.Config, n Numerics, each func(Maps) error, progress func(done, total int)) error {
	cam, err := nets.NewCAM(c.Net, c.GradCAM, augment.Classes(c.Augment.Variant))
	if err != nil {
		return err
	}
	n.TF32 = false // as in Embed
	err = torch.Do(func() error {
		n.Apply()
		send := func(pix []uint8) []torch.Tensor {
			return []torch.Tensor{gradCAM(net, cam, pix, c, n)}
		}
		var values []float32
		return inFlight(ctx, p, camBatch(c, n.Device), send, func(from, to int, made []torch.Tensor) error {
			shape := made[0].Shape()
			m := Maps{From: from, Len: to - from, Height: shape[1], Width: shape[2]}
			size := m.Len * m.Height * m.Width
			if values == nil {
				values = make([]float32, size) // no later batch is larger
			}
			m.Values = values[:size]
			torch.ReadInto(m.Values, made[0])
			if err := each(m); err != nil {
				return err
			}
			if progress != nil {
				progress(to, p.Len())
			}
			return nil
		})
	})
	return explained(err, c, n)
}

// camBatch is how many pictures are explained at a time. What an earlier level than
// the last has after it is recorded for a backward pass, and takes several times the
// memory of an embedding, which keeps none of it.
func camBatch(c *configs.Config, d torch.Device) int {
	batch := embedBatch(d, c.Data.Size)
	if levels := nets.Levels(c.Net.Name); c.GradCAM.Level != "last" && c.GradCAM.Level != levels[len(levels)-1] {
		return max(1, batch/4)
	}
	return batch
}

// gradCAM sends one batch through the net: maps [B,h,w], to be freed.
func gradCAM(net *nets.Net, cam nets.CAM, pix []uint8, c *configs.Config, n Numerics) (maps torch.Tensor) {
	torch.Scope(func() {
		maps = net.GradCAM(images(pix, c.Data.Size, c, n), cam, torch.Precision(c.Embed.Amp)).Keep()
	})
	return maps
}
