package trainer

import (
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// replays is an update as a CUDA graph: painting, forward, backward, the step
// and the note, recorded once and sent as a whole ever after. What changes from
// update to update, the plans, the learning rate and the noise of dropout, lies in
// tensors that are overwritten before.
type replays struct {
	wanted   bool
	required bool // train.graph=on
	warm     int  // updates done without it
	note     func(string)

	graph     *torch.Graph
	plans, lr torch.Tensor
	noise     torch.Tensor // none where the net drops nothing
}

// warmUpdates come before the recording: libraries choose their kernels and
// take their memory in the first ones, which cannot be recorded. PyTorch's
// examples have as many.
const warmUpdates = 3

func (r *replays) begin(c *configs.Config, d torch.Device, note func(string)) {
	r.wanted, r.required, r.note = c.Train.Graph != "off" && d.IsCUDA(), c.Train.Graph == "on", note
}

// replay does an update by the graph, recording it when it is time to.
func (u *Updater) replay(b *data.Batch, lr float64) error {
	r := &u.graph
	if r.graph == nil {
		if r.warm < warmUpdates {
			r.warm++
			u.eagerly(b, lr)
			return nil
		}
		if err := u.record(b); err != nil {
			if r.required {
				return fmt.Errorf("train.graph=on: the update cannot be captured as a CUDA graph on %s (%w); set train.graph to auto or off", u.numerics.Device, err)
			}
			r.wanted = false
			r.note(fmt.Sprintf("the update is not captured as a CUDA graph (%v); training goes on without one", err))
			u.eagerly(b, lr)
			return nil
		}
	}
	torch.OverwritePlans(r.plans, u.canvas.layOut(b))
	torch.Overwrite(r.lr, []float32{float32(lr)})
	if r.noise.Defined() {
		torch.Overwrite(r.noise, u.drawNoise(len(b.Labels), b.Step))
	}
	r.graph.Replay()
	return nil
}

// record records an update of batches like b. Nothing of it has happened on the
// device then.
func (u *Updater) record(b *data.Batch) (err error) {
	r := &u.graph
	torch.Scope(func() {
		plans, rate, noise := u.canvas.send(b), torch.Zeros(u.numerics.Device, 1), u.sendNoise(len(b.Labels), b.Step)
		// What libtorch holds and does not use cannot be had while it records.
		u.numerics.Device.Synchronize()
		u.numerics.Device.ReleaseMemory()
		var graph *torch.Graph
		graph, err = torch.Capture(func() {
			torch.Scope(func() {
				images, labels := u.canvas.paint(plans)
				u.train(images, labels, noise, func() { u.sgd.StepBy(rate) })
			})
		})
		if err != nil {
			u.sgd.DropGradients()
		} else {
			r.graph, r.plans, r.lr = graph, plans.Keep(), rate.Keep()
			if noise.Defined() {
				r.noise = noise.Keep()
			}
		}
	})
	return err
}

// drop frees the recording; another is made after as many updates without one.
func (r *replays) drop() {
	if r.graph != nil {
		r.graph.Free()
		for _, t := range []torch.Tensor{r.plans, r.lr, r.noise} {
			t.Free()
		}
	}
	r.graph, r.warm, r.noise = nil, 0, torch.Tensor{}
}
