package trainer

import (
	"slices"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Updater carries out updates of one net. Its methods run inside torch.Do.
type Updater struct {
	Net *nets.Net

	config   *configs.Config
	numerics Numerics
	stream   torch.Stream // on a device everything of this training goes there
	place    place        // the phase
	sgd      *torch.SGD   // of the weights that the phase trains
	tally    *torch.Tally
	canvas   *canvas // carries plans out on the device; nil where batches come painted
	graph    replays
	noise    []uint8 // of the last update
}

// NewUpdater readies the net for the first update of the first phase, with an
// optimiser for the weights that it trains. notes is how many updates may pass
// between two calls of [Updater.Losses]. Free it when done; the net stays.
func NewUpdater(net *nets.Net, c *configs.Config, n Numerics, notes int) *Updater {
	u := &Updater{Net: net, config: c, numerics: n, stream: torch.NewStream(n.Device)}
	whole := false
	defer func() {
		if !whole { // the device had no room for all of it
			u.Free()
		}
	}()
	u.tally = torch.NewTally(n.Device, notes)
	u.ready(0)
	whole = true
	return u
}

// PaintOnDevice puts the pictures on the device, where every update's plans are
// carried out from now on: batches need no Pix. Where the whole update can be
// captured in a CUDA graph, it will be; note is told if it cannot.
func (u *Updater) PaintOnDevice(p *data.Pictures, note func(string)) {
	u.canvas = newCanvas(p, u.config, u.numerics)
	u.graph.begin(u.config, u.numerics.Device, note)
	u.numerics.Device.Synchronize()
}

// PaintByTensors is [Updater.PaintOnDevice] that paints by tensor operations
// wherever the device is, the CPU too, and never captures anything: what those
// operations cost is measured with it.
func (u *Updater) PaintByTensors(p *data.Pictures) {
	u.canvas = newTensorCanvas(p, u.config, u.numerics)
	u.numerics.Device.Synchronize()
}

// Update trains on a batch at this learning rate, as the phase of the batch's
// step has it. The batch may be used again when it returns. On a device it waits
// for nothing, but where a phase begins.
func (u *Updater) Update(b *data.Batch, lr float64) error {
	u.ready(b.Step)
	var err error
	u.tally.Count()
	u.stream.Run(func() {
		if u.graph.wanted {
			err = u.replay(b, lr)
		} else {
			u.eagerly(b, lr)
		}
	})
	u.Net.Count()
	return err
}

func (u *Updater) eagerly(b *data.Batch, lr float64) {
	torch.Scope(func() {
		images, labels := u.inputs(b)
		u.train(images, labels, u.sendNoise(len(b.Labels), b.Step), func() { u.sgd.Step(u.rate(lr)) })
	})
}

// rate is a learning rate as the device has it. CUDA's may come from a graph's
// tensor, which is float32, and updates with and without one must be the same.
func (u *Updater) rate(lr float64) float64 {
	if u.numerics.Device.IsCUDA() {
		return float64(float32(lr))
	}
	return lr
}

// inputs are normalised images [V*B,3,I,I] and labels [V*B] on the device.
func (u *Updater) inputs(b *data.Batch) (torch.Tensor, torch.Tensor) {
	if u.canvas != nil {
		return u.canvas.inputs(b)
	}
	return painted(b.Pix, b.Labels, u.config, u.numerics)
}

// Paint makes a batch's images as Update does, and nothing of them: the cost of
// augmentation is measured with it. On a device it waits for nothing.
func (u *Updater) Paint(b *data.Batch) {
	u.stream.Run(func() { torch.Scope(func() { u.inputs(b) }) })
}

// drawNoise draws what the net drops in an update of so many pictures, [N,W]
// bytes that depend on the seed and the update alone. W is 0 where it drops
// nothing.
func (u *Updater) drawNoise(pictures, update int) []uint8 {
	n := pictures * u.Net.NoiseWidth()
	u.noise = slices.Grow(u.noise[:0], n)[:n]
	u.Net.DrawNoise(u.noise, update)
	return u.noise
}

// sendNoise is [Updater.drawNoise] on the device, uint8 [N,W], or none.
func (u *Updater) sendNoise(pictures, update int) torch.Tensor {
	width := u.Net.NoiseWidth()
	if width == 0 {
		return torch.Tensor{}
	}
	return torch.Send(u.drawNoise(pictures, update), u.numerics.Device, pictures, width)
}

// train is an update on images and labels: forward, backward, a step of the
// phase's weights, a note of loss and accuracy.
func (u *Updater) train(images, labels, noise torch.Tensor, step func()) {
	logits := autocast(u.numerics, u.numerics.Amp, func() torch.Tensor { return u.Net.Train(images, noise) })
	loss := torch.CrossEntropy(logits, labels)
	u.sgd.Scale(loss).Backward()
	step()
	u.tally.Note(loss, logits, labels)
}

// Losses hands back the loss and the number of right answers of every update
// since the last call. It waits for the device.
func (u *Updater) Losses() (losses, right []float32) {
	u.stream.Run(func() { losses, right = u.tally.Read() })
	return losses, right
}

// Free frees the optimiser, and the pictures if no other training uses them.
func (u *Updater) Free() {
	u.numerics.Device.Synchronize() // what is freed may be used by others at once
	u.graph.drop()
	if u.sgd != nil {
		u.sgd.Free()
	}
	if u.tally != nil {
		u.tally.Free()
	}
	if u.canvas != nil {
		u.canvas.free()
	}
}

// painted are the inputs of pictures that the host has painted, pix [N,I,I,3].
func painted(pix []uint8, labels []int64, c *configs.Config, n Numerics) (torch.Tensor, torch.Tensor) {
	return images(pix, c.Data.Input(), c, n), torch.Send(labels, n.Device, len(labels))
}

// images normalises bytes [N,size,size,3] to [N,3,size,size] on the device.
func images(pix []uint8, size int, c *configs.Config, n Numerics) torch.Tensor {
	return torch.Images(pix, size, c.Data.Mean, c.Data.Std, n.Device, n.ChannelsLast)
}
