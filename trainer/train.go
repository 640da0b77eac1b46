package trainer

import (
	"context"
	"errors"
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// ErrInterrupted says that training was stopped from outside after a whole
// update, and that its checkpoint is saved.
var ErrInterrupted = errors.New("training was interrupted; its checkpoint is saved, the same command goes on from there")

// Job is one training.
type Job struct {
	Config   *configs.Config
	Numerics Numerics
	Pictures *data.Pictures // normal training pictures, at Config.Data.Size
	Dir      string         // of the run: metrics.csv, events/ and checkpoint/ go there
	// Progress, if not nil, is called after every update; status is the last
	// one there was, and nil before the first.
	Progress func(update int, status *Status)
	// Note, if not nil, is told what is worth knowing once.
	Note func(sentence string)
}

// Start makes the configured net with its starting weights: from scratch, a
// function of the seed, or a file's.
func Start(c *configs.Config, n Numerics) (*nets.Net, error) {
	if c.Net.Weights == "" {
		return build(c, n, func(*nets.Net) error { return nil })
	}
	return build(c, n, func(net *nets.Net) error {
		f, err := weights.Open(c.Net.Weights)
		if err == nil {
			defer f.Close()
			_, err = net.LoadBackbone(f)
		}
		if err != nil {
			return fmt.Errorf("net.weights=%s cannot be used for %s: %w", c.Net.Weights, c.Net.Name, err)
		}
		return nil
	})
}

// Load makes the configured net with the weights of a whole net, such as those of
// a run's model.safetensors.
func Load(c *configs.Config, n Numerics, f *safetensors.File) (*nets.Net, error) {
	return build(c, n, func(net *nets.Net) error { return net.Load(f) })
}

// build makes the configured net and fills it; where that fails there is none.
func build(c *configs.Config, n Numerics, fill func(*nets.Net) error) (net *nets.Net, err error) {
	err = torch.Do(func() (err error) {
		n.Apply()
		net, err = nets.New(c.Net, augment.Classes(c.Augment.Variant), c.Seed, n.Device, n.ChannelsLast)
		if err != nil {
			return err
		}
		return fill(net)
	})
	if err != nil {
		if net != nil {
			Free(net)
		}
		return nil, err
	}
	return net, nil
}

// Free frees a net that this package made.
func Free(net *nets.Net) {
	// Freeing cannot be refused.
	_ = torch.Do(func() error { net.Free(); return nil })
}

// Train trains from the run's checkpoint, or from the start where there is
// none, to Config.Train.Steps, and returns the trained net; zero steps return
// the net as it starts. A cancelled ctx ends it after the current update with
// its checkpoint saved and [ErrInterrupted]; a loss that is not finite ends it
// with a [NotFiniteError], a device without room for it with a [MemoryError].
func (j Job) Train(ctx context.Context) (*nets.Net, error) {
	trained, errs := TrainTogether(ctx, []Job{j})
	return trained[0], errs[0]
}
