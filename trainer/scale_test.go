package trainer

import (
	"testing"

	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// The scale of the loss and the steps since it changed come back from a
// checkpoint; one without them cannot be used.
func TestLossScaleInCheckpoint(t *testing.T) {
	c := small()
	c.Amp = "fp16"
	net, n := started(t, c)
	state := func(u *Updater) (v [2]float32) {
		torch.Scope(func() {
			scale, steps := u.sgd.Scaling()
			v = [2]float32{torch.Read[float32](scale)[0], torch.Read[float32](steps)[0]}
		})
		return v
	}
	do(t, func() {
		one, other := NewUpdater(net, c, n, 1), NewUpdater(net, c, n, 1)
		defer one.Free()
		defer other.Free()
		scale, steps := one.sgd.Scaling()
		torch.Overwrite(scale, []float32{512})
		torch.Overwrite(steps, []int32{1234})
		dir := t.TempDir()
		if err := one.saveCheckpoint(dir, position{Update: 1}, net.State()); err != nil {
			t.Fatal(err)
		}
		if _, err := other.loadCheckpoint(dir); err != nil {
			t.Fatal(err)
		}
		if got := state(other); got != [2]float32{512, 1234} {
			t.Errorf("scale and steps came back as %v", got)
		}
		p, err := readPosition(dir)
		if err != nil {
			t.Fatal(err)
		}
		var without []safetensors.Tensor
		for _, s := range one.optimizer() {
			if s.Name != lossScale {
				without = append(without, s)
			}
		}
		if err := safetensors.Write(dir+"/"+p.Optimizer, without, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := other.loadCheckpoint(dir); err == nil {
			t.Error("a checkpoint without a scale was taken")
		}
	})
}
