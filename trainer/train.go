package trainer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
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
}

// Start makes the configured net with its starting weights: from scratch, a
// function of the seed, or a file's.
func Start(c *configs.Config, n Numerics) (*nets.Net, error) {
	if c.Net.Weights == "" {
		return build(c, n, func(*nets.Net) error { return nil })
	}
	return build(c, n, func(net *nets.Net) error {
		if err := loadFile(c.Net.Weights, net.LoadBackbone); err != nil {
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
// with a [NotFiniteError].
func (j Job) Train(ctx context.Context) (*nets.Net, error) {
	net, err := Start(j.Config, j.Numerics)
	if err != nil {
		return nil, err
	}
	err = torch.Do(func() error {
		l := &loop{Job: j, checkpoints: filepath.Join(j.Dir, "checkpoint")}
		l.updater = NewUpdater(net, j.Config, j.Numerics, j.Config.Train.LogEvery)
		defer l.updater.Free()
		return l.run(ctx)
	})
	if err != nil {
		Free(net)
		return nil, err
	}
	return net, nil
}

// loop is the state of a training between updates.
type loop struct {
	Job
	checkpoints string
	updater     *Updater
	recorder    *recorder
	loader      *data.Loader

	at    position      // losses since the last row are in it
	saved int           // update of the checkpoint on disk
	since time.Time     // start of the log interval
	first int           // update before the interval's first one of this sitting
	wait  time.Duration // loader's, at the start of the interval
	last  *Status
}

func (l *loop) run(ctx context.Context) (err error) {
	c := l.Config
	if l.at, err = l.updater.loadCheckpoint(l.checkpoints); err != nil {
		return err
	}
	l.saved = l.at.Update
	if l.at.Update >= c.Train.Steps {
		return nil
	}
	if l.recorder, err = openRecorder(l.Dir, l.at.Update); err != nil {
		return err
	}
	defer l.recorder.close()
	// The loader outlives ctx: the current update is finished first.
	l.loader = data.NewLoader(context.WithoutCancel(ctx), l.Pictures, c, l.at.Update)
	defer l.loader.Close()
	l.startInterval()

	for l.at.Update < c.Train.Steps {
		batch, err := l.loader.Next()
		if err != nil {
			return err
		}
		l.updater.Update(batch.Pix, batch.Labels, l.rate(l.at.Update))
		l.loader.Recycle(batch)
		l.at.Update++

		stopped := ctx.Err() != nil
		done := l.at.Update == c.Train.Steps
		row := l.at.Update%c.Train.LogEvery == 0 || done
		save := l.at.Update%c.Train.CheckpointEvery == 0 || done || stopped
		if row || save {
			if err := l.readLosses(); err != nil {
				return err
			}
		}
		if row {
			if err := l.writeRow(); err != nil {
				return err
			}
		}
		if save {
			if err := l.save(); err != nil {
				return err
			}
		}
		if l.Progress != nil {
			l.Progress(l.at.Update, l.last)
		}
		if stopped && !done {
			return ErrInterrupted
		}
	}
	return nil
}

// rate is the learning rate of an update, counted from 0.
func (l *loop) rate(update int) float64 {
	return LearningRate(l.Config.Optim, update, l.Config.Train.Steps)
}

func (l *loop) startInterval() {
	l.since, l.first, l.wait = time.Now(), l.at.Update, l.loader.Wait()
}

// readLosses takes over what the updater noted, and stops at a loss that is not
// finite before anything of it is saved.
func (l *loop) readLosses() error {
	losses, right := l.updater.Losses()
	if i := firstNotFinite(losses); i >= 0 {
		update := l.at.Update - len(losses) + i + 1
		return &NotFiniteError{
			Update: update, Loss: float64(losses[i]), Checkpoint: l.saved,
			Lr: l.rate(update - 1),
		}
	}
	l.at.Losses = append(l.at.Losses, losses...)
	l.at.Right = append(l.at.Right, right...)
	return nil
}

// writeRow ends a log interval.
func (l *loop) writeRow() error {
	c := l.Config
	views := c.Train.Batch * augment.Views(c.Augment.Variant)
	took := time.Since(l.since).Seconds()
	l.at.Seconds += took
	l.last = &Status{
		Update: l.at.Update, Steps: c.Train.Steps,
		Loss: mean(l.at.Losses), Accuracy: mean(l.at.Right) / float64(views),
		Lr:              l.rate(l.at.Update - 1),
		ImagesPerSecond: float64((l.at.Update-l.first)*views) / took,
		DataWait:        (l.loader.Wait() - l.wait).Seconds() / took,
		Seconds:         l.at.Seconds,
	}
	l.at.Losses, l.at.Right = l.at.Losses[:0], l.at.Right[:0]
	l.startInterval()
	return l.recorder.write(*l.last)
}

// save saves a checkpoint, unless the net is lost: the last update, or batch
// normalisation's statistics under huge weights, can overflow while losses are
// still finite.
func (l *loop) save() error {
	if err := l.recorder.sync(); err != nil {
		return err
	}
	weights := l.updater.Net.State()
	if name := notFiniteTensor(weights); name != "" {
		return &NotFiniteError{
			Update: l.at.Update, Tensor: name, Checkpoint: l.saved,
			Lr: l.rate(l.at.Update - 1),
		}
	}
	at := l.at
	at.Seconds += time.Since(l.since).Seconds()
	if err := l.updater.saveCheckpoint(l.checkpoints, at, weights); err != nil {
		return err
	}
	l.saved = l.at.Update
	return nil
}
