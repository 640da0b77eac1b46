package trainer

import (
	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// canvas carries plans out on pictures that live on the device as bytes: an
// update sends its plans there, some kilobytes, in place of pictures. Its
// methods run inside torch.Do.
type canvas struct {
	device   torch.Device
	pictures torch.Tensor // uint8 [N,3,S,S]
	how      torch.Painting
	rows     []torch.PlanRow
}

// newCanvas puts the pictures on the device, or shares those that another
// training has there. Free it when done.
func newCanvas(p *data.Pictures, c *configs.Config, n Numerics) *canvas {
	base, patch := c.Augment.Jitter, c.Augment.PatchJitter
	v := &canvas{device: n.Device, how: torch.Painting{
		Views:      augment.Views(c.Augment.Variant),
		Shared:     c.Augment.Views == "shared",
		BaseBlends: blends(base), BaseHue: base.Hue > 0,
		PatchBlends: blends(patch), PatchHue: patch.Hue > 0,
		Mean: c.Data.Mean, Std: c.Data.Std, ChannelsLast: n.ChannelsLast,
	}}
	v.how.CutW, v.how.CutH = augment.NewPlanner(c.Augment, c.Data.Size, c.Seed).LargestCuts()
	v.pictures = shared.take(p, n.Device)
	return v
}

// blends is how many operations of a jitter are blends.
func blends(j configs.Jitter) (n int) {
	for _, v := range []float64{j.Brightness, j.Contrast, j.Saturation} {
		if v > 0 {
			n++
		}
	}
	return n
}

// layOut lays a batch's plans out for the device, until the next call.
func (v *canvas) layOut(b *data.Batch) []torch.PlanRow {
	v.rows = v.rows[:0]
	for i := range b.Plans {
		v.rows = append(v.rows, planRow(&b.Plans[i], b.Sources[i]))
	}
	return v.rows
}

// send sends a batch's plans to the device.
func (v *canvas) send(b *data.Batch) torch.Tensor { return torch.Plans(v.layOut(b), v.device) }

// paint makes normalised images [V*B,3,S,S] and labels [V*B] of plans that were
// sent.
func (v *canvas) paint(plans torch.Tensor) (images, labels torch.Tensor) {
	return v.how.Paint(v.pictures, plans)
}

func (v *canvas) free() { shared.give(v.pictures) }

// planRow lays a plan out for the device.
func planRow(p *augment.Plan, source int32) torch.PlanRow {
	return torch.PlanRow{
		Source: source, Label: p.Label, DX: p.DX, DY: p.DY, Base: jitterRow(&p.Base.Jitter),
		CutX: p.CutX, CutY: p.CutY, CutW: p.CutW, CutH: p.CutH,
		X: p.X, Y: p.Y, W: p.W, H: p.H, Map: p.Map, Patch: jitterRow(&p.Patch),
	}
}

// jitterRow lays a jitter out. What is not there is a blend that changes
// nothing: all pictures of a batch go through the same operations.
func jitterRow(j *augment.Jitter) torch.JitterRow {
	idle := torch.Blend{Op: int32(augment.Brightness), By: augment.One}
	r := torch.JitterRow{Hue: torch.NoHue}
	for i := range torch.Blends {
		r.Before[i], r.After[i] = idle, idle
	}
	to, n := &r.Before, 0
	for _, a := range j {
		switch a.Op {
		case augment.None:
			return r
		case augment.Hue:
			r.Hue, to, n = a.By, &r.After, 0
		default:
			to[n] = torch.Blend{Op: int32(a.Op), By: a.By}
			n++
		}
	}
	return r
}
