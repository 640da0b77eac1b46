package trainer

import (
	"context"
	"math"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
)

const (
	parityUpdates = 300
	parityBlock   = 50
	parityWidth   = 8 // an eighth of ResNet-18's: half precision is emulated on most CPUs
)

// parityLosses trains a slim ResNet-18 on a task that it learns in so many
// updates, and returns the loss of each.
func parityLosses(t *testing.T, amp string) (losses []float32) {
	t.Helper()
	c := small()
	c.Amp, c.ChannelsLast = amp, "on"
	c.Train.Steps, c.Train.Batch, c.Data.Size, c.Optim.Lr = parityUpdates, 8, 16, 0.01
	a := &c.Augment
	a.Variant, a.Translate, a.Jitter = "cutpaste", 0, configs.Jitter{}
	a.Area, a.PatchJitter.Brightness = configs.Span{Min: 0.1, Max: 0.2}, 0.8
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	loader := data.NewLoader(context.Background(), pictures(8, c.Data.Size), c, 0)
	defer loader.Close()
	do(t, func() {
		net, err := nets.NewOfWidth(parityWidth, c.Net, augment.Classes(a.Variant), c.Seed, n.Device, n.ChannelsLast)
		if err != nil {
			t.Fatal(err)
		}
		defer net.Free()
		u := NewUpdater(net, c, n, parityUpdates)
		defer u.Free()
		for step := range parityUpdates {
			batch, err := loader.Next()
			if err != nil {
				t.Fatal(err)
			}
			if err := u.Update(batch, LearningRate(c, step)); err != nil {
				t.Fatal(err)
			}
			loader.Recycle(batch)
		}
		losses, _ = u.Losses()
	})
	return losses
}

// Half precision trains as float32 does: on the same weights and plans the first
// loss is the same within the precision, 300 updates bring the loss down as far,
// and on the way the mean of 50 losses stays within 0.2 of float32's, whose own
// course is from 0.5 to 0.02. Single losses part after some updates, as those of
// any two roundings do.
func TestLossParity(t *testing.T) {
	exact := parityLosses(t, "off")
	for _, half := range []struct {
		amp          string
		first, later float64 // tolerances of the first loss and of means
	}{{"bf16", 0.03, 0.2}, {"fp16", 0.002, 0.2}} {
		got := parityLosses(t, half.amp)
		if d := math.Abs(float64(got[0] - exact[0])); d == 0 || d > half.first {
			t.Errorf("%s: the first loss is %g, in float32 it is %g", half.amp, got[0], exact[0])
		}
		for from := 0; from < parityUpdates; from += parityBlock {
			a, b := mean(got[from:from+parityBlock]), mean(exact[from:from+parityBlock])
			t.Logf("%s, updates %d to %d: loss %.3f, in float32 %.3f", half.amp, from+1, from+parityBlock, a, b)
			if math.Abs(a-b) > half.later {
				t.Errorf("%s: the loss of updates %d to %d is %.3f, in float32 it is %.3f", half.amp, from+1, from+parityBlock, a, b)
			}
		}
		for what, losses := range map[string][]float32{"float32": exact, half.amp: got} {
			if last := mean(losses[parityUpdates-parityBlock:]); last > 0.1 {
				t.Errorf("%s: the loss only fell to %.3f: this tries nothing", what, last)
			}
		}
	}
}
