package trainer

import (
	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// canvas carries plans out on pictures that live on the device as bytes: an
// update sends its plans there, some kilobytes, in place of pictures. On a CPU,
// which has the bytes already, that is the host's own painter; elsewhere it is
// batched tensor operations. Its methods run inside torch.Do.
type canvas struct {
	config   *configs.Config
	numerics Numerics
	pictures *data.Pictures

	painter *augment.Painter // a CPU's
	pix     []uint8          // [V*B,I,I,3], what it paints

	bytes torch.Tensor // uint8 [N,3,S,S] on another device
	how   torch.Painting
	rows  []torch.PlanRow
}

// newCanvas puts the pictures on the device, or shares those that another
// training has there. Free it when done.
func newCanvas(p *data.Pictures, c *configs.Config, n Numerics) *canvas {
	if n.Device == torch.CPU {
		return &canvas{config: c, numerics: n, pictures: p, painter: augment.NewPainter(p.Size, c.Data.Input())}
	}
	return newTensorCanvas(p, c, n)
}

// newTensorCanvas is a canvas of tensor operations, on any device.
func newTensorCanvas(p *data.Pictures, c *configs.Config, n Numerics) *canvas {
	return &canvas{config: c, numerics: n, pictures: p, how: painting(c, n), bytes: shared.take(p, n.Device)}
}

// painting is what the plans of all updates have in common.
func painting(c *configs.Config, n Numerics) torch.Painting {
	planner := augment.NewPlanner(c.Augment, c.Data.Mean, c.Data.Size, c.Data.Input(), c.Seed)
	base, patch := c.Augment.Jitter, planner.PatchJitter()
	p := torch.Painting{
		Views:      augment.Views(c.Augment.Variant),
		Shared:     c.Augment.Views == "shared",
		Input:      c.Data.Input(),
		BaseBlends: blends(base), BaseHue: base.Hue > 0, BaseContrast: base.Contrast > 0,
		PatchBlends: blends(patch), PatchHue: patch.Hue > 0,
		Fills: planner.Fills(),
		Mean:  c.Data.Mean, Std: c.Data.Std, ChannelsLast: n.ChannelsLast,
	}
	p.CutW, p.CutH = planner.LargestCuts()
	return p
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

// inputs makes normalised images [V*B,3,I,I] and labels [V*B] of a batch's plans.
func (v *canvas) inputs(b *data.Batch) (x, labels torch.Tensor) {
	if v.painter != nil {
		return painted(v.paintHere(b), b.Labels, v.config, v.numerics)
	}
	return v.paint(v.send(b))
}

// paintHere carries a batch's plans out on the host, picture by picture.
func (v *canvas) paintHere(b *data.Batch) []uint8 {
	n := augment.Views(v.config.Augment.Variant)
	of, per := len(b.Plans)/n, 3*v.config.Data.Input()*v.config.Data.Input()
	if len(v.pix) < len(b.Plans)*per {
		v.pix = make([]uint8, len(b.Plans)*per)
	}
	views, plans := make([][]uint8, n), make([]augment.Plan, n)
	for slot := range of {
		for i := range n {
			at := i*of + slot
			views[i], plans[i] = v.pix[at*per:(at+1)*per:(at+1)*per], b.Plans[at]
		}
		v.painter.Paint(views, v.pictures.At(int(b.Sources[slot])), plans)
	}
	return v.pix[:len(b.Plans)*per]
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
func (v *canvas) send(b *data.Batch) torch.Tensor {
	return torch.Plans(v.layOut(b), v.numerics.Device)
}

// paint makes images and labels of plans that were sent.
func (v *canvas) paint(plans torch.Tensor) (x, labels torch.Tensor) {
	return v.how.Paint(v.bytes, plans)
}

func (v *canvas) free() {
	if v.bytes.Defined() {
		shared.give(v.bytes)
	}
}

// planRow lays a plan out for the device.
func planRow(p *augment.Plan, source int32) torch.PlanRow {
	return torch.PlanRow{
		Source: source, Label: p.Label, DX: p.DX, DY: p.DY, CropX: p.CropX, CropY: p.CropY, Base: jitterRow(&p.Base.Jitter),
		CutX: p.CutX, CutY: p.CutY, CutW: p.CutW, CutH: p.CutH,
		X: p.X, Y: p.Y, W: p.W, H: p.H, Map: p.Map, Patch: jitterRow(&p.Patch), Fill: int32(p.Fill),
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
