package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// workload says which updates a worker does, besides the configuration.
type workload struct {
	pictures int  // in an update, all views together; 0: as configured
	width    int  // channels of the net's first stage; 0: as published
	onednn   bool // convolutions on the CPU by oneDNN
	loaded   bool // batches come from a loader, as in training; else one batch stands in memory
	tensors  bool // plans are carried out by tensor operations, on the CPU too
}

// updates is the trainer's own update.
type updates struct {
	config   *configs.Config
	numerics trainer.Numerics
	updater  *trainer.Updater
	batch    *data.Batch  // the one that stands in memory, nil where there is a loader
	loader   *data.Loader // makes batches on the host, or plans for the device
	work     string       // what an update is, in the words of the reference
}

// newUpdates makes the configured net and optimiser, and pictures of noise.
func newUpdates(c *configs.Config, load workload) (*updates, error) {
	numerics, err := trainer.Settle(c)
	if err != nil {
		return nil, err
	}
	numerics.OneDNN = load.onednn
	net, err := startNet(c, numerics, load.width)
	if err != nil {
		return nil, err
	}
	if load.pictures == 0 {
		load.pictures = augment.Views(c.Augment.Variant) * c.Train.Batch
	}
	u := &updates{config: c, numerics: numerics}
	if !load.loaded {
		u.batch = &data.Batch{Pix: noise(load.pictures, c.Data.Input())}
		classes := augment.Classes(c.Augment.Variant)
		for i := range load.pictures {
			u.batch.Labels = append(u.batch.Labels, int64(i*classes/load.pictures))
		}
	}
	return u, torch.Do(func() error {
		numerics.Apply()
		u.updater = trainer.NewUpdater(net, c, numerics, c.Train.LogEvery)
		if load.loaded {
			u.load(load.tensors)
		}
		u.work = fmt.Sprintf("%d pictures of %d px, %d weights, %d threads, %s",
			load.pictures, c.Data.Input(), count(net.Weights()), numerics.Threads, numerics.Device)
		return nil
	})
}

// load starts what prepares batches in training.
func (u *updates) load(tensors bool) {
	const pictures = 64
	p := &data.Pictures{Size: u.config.Data.Size, Items: make([]data.Item, pictures), Pix: noise(pictures, u.config.Data.Size)}
	switch {
	case tensors:
		u.updater.PaintByTensors(p)
	case u.config.Augment.On == "device":
		u.updater.PaintOnDevice(p, func(note string) { say("  ours: %s", note) })
	default:
		u.loader = data.NewLoader(context.Background(), p, u.config, 0)
		return
	}
	u.loader = data.NewDrawer(context.Background(), p, u.config, 0)
}

// noise is n square pictures.
func noise(n, size int) []uint8 {
	pix := make([]uint8, n*size*size*3)
	r := rand.New(rand.NewPCG(0, 0))
	for i := range pix {
		pix[i] = uint8(r.Uint32())
	}
	return pix
}

func count(weights []torch.Tensor) (all int) {
	for _, w := range weights {
		n := 1
		for _, d := range w.Shape() {
			n *= d
		}
		all += n
	}
	return all
}

// startNet makes the net that the trainer would, or its twin of another width.
func startNet(c *configs.Config, n trainer.Numerics, width int) (net *nets.Net, err error) {
	if width == 0 {
		return trainer.Start(c, n)
	}
	err = torch.Do(func() (err error) {
		net, err = nets.NewOfWidth(width, c.Network(), augment.Classes(c.Augment.Variant), c.Seed, n.Device, n.ChannelsLast)
		return err
	})
	return net, err
}

// each hands f n batches.
func (u *updates) each(n int, f func(*data.Batch) error) error {
	for range n {
		b := u.batch
		if u.loader != nil {
			var err error
			if b, err = u.loader.Next(); err != nil {
				return err
			}
		}
		if err := f(b); err != nil {
			return err
		}
		if u.loader != nil {
			u.loader.Recycle(b)
		}
	}
	return nil
}

// run does n updates and waits for the last one.
func (u *updates) run(n int) error {
	return torch.Do(func() error {
		noted := 0
		err := u.each(n, func(b *data.Batch) error {
			if noted++; noted%u.config.Train.LogEvery == 0 {
				defer u.updater.Losses()
			}
			return u.updater.Update(b, u.config.Optim.Lr)
		})
		u.updater.Losses()
		return err
	})
}

// forward takes the embeddings of n batches' pictures.
func (u *updates) forward(n int) error {
	return torch.Do(func() error {
		return u.each(n, func(b *data.Batch) error {
			torch.NoGrad(func() {
				torch.Scope(func() {
					d := u.config.Data
					x := torch.Images(b.Pix, d.Input(), d.Mean, d.Std, u.numerics.Device, u.numerics.ChannelsLast)
					torch.Read[float32](u.updater.Net.Embed(x)) // waits for the device
				})
			})
			return nil
		})
	})
}

// paint makes the images of n batches and waits for the last one.
func (u *updates) paint(n int) error {
	return torch.Do(func() error {
		defer u.numerics.Device.Synchronize()
		return u.each(n, func(b *data.Batch) error { u.updater.Paint(b); return nil })
	})
}
