package trainer

import (
	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Updater carries out updates of one net. Its methods run inside torch.Do.
type Updater struct {
	Net *nets.Net

	config   *configs.Config
	numerics Numerics
	sgd      *torch.SGD
	tally    *torch.Tally
}

// NewUpdater makes an optimiser for the net's weights. notes is how many
// updates may pass between two calls of [Updater.Losses]. Free it when done;
// the net stays.
func NewUpdater(net *nets.Net, c *configs.Config, n Numerics, notes int) *Updater {
	return &Updater{
		Net: net, config: c, numerics: n,
		sgd:   torch.NewSGD(net.Weights(), c.Optim.Momentum, c.Optim.WeightDecay, c.Optim.Nesterov),
		tally: torch.NewTally(n.Device, notes),
	}
}

// Update trains on pix [N,S,S,3] with labels [N] at this learning rate. pix may
// be used again when it returns.
func (u *Updater) Update(pix []uint8, labels []int64, lr float64) {
	torch.Scope(func() {
		images := images(pix, u.config, u.numerics)
		target := torch.From(labels, len(labels)).To(u.numerics.Device)
		logits := autocast(u.numerics, func() torch.Tensor { return u.Net.Train(images) })
		loss := torch.CrossEntropy(logits, target)
		loss.Backward()
		u.sgd.Step(lr)
		u.tally.Note(loss, logits, target)
	})
}

// Losses hands back the loss and the number of right answers of every update
// since the last call. It waits for the device.
func (u *Updater) Losses() (losses, right []float32) { return u.tally.Read() }

// Free frees the optimiser.
func (u *Updater) Free() {
	u.sgd.Free()
	u.tally.Free()
}

// images normalises bytes [N,S,S,3] to [N,3,S,S] on the device.
func images(pix []uint8, c *configs.Config, n Numerics) torch.Tensor {
	return torch.Images(pix, c.Data.Size, c.Data.Mean, c.Data.Std, n.Device, n.ChannelsLast)
}

// autocast computes f in bfloat16 where that was settled.
func autocast(n Numerics, f func() torch.Tensor) (out torch.Tensor) {
	if !n.BFloat16 {
		return f()
	}
	torch.BFloat16(n.Device, func() { out = f() })
	return out
}
