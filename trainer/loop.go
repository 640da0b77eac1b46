package trainer

import (
	"context"
	"fmt"
	"time"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
)

// loop is the state of a training between updates.
type loop struct {
	Job
	checkpoints string
	net         *nets.Net
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

// open readies everything for the next update.
func (l *loop) open(ctx context.Context) (err error) {
	c := l.Config
	start, err := StartFrom(c, l.Numerics, l.WeightsSHA256)
	if err != nil {
		return err
	}
	l.net = start.Net
	l.updater = NewUpdater(l.net, c, l.Numerics, c.Train.LogEvery)
	l.updater.stream.Run(func() { l.at, err = l.updater.loadCheckpoint(l.checkpoints) })
	if err != nil || l.done() {
		return err
	}
	l.saved = l.at.Update
	onDevice, err := l.paintsOnDevice()
	if err != nil {
		return err
	}
	if d := l.Numerics.Device; c.Train.Graph == "on" && !(onDevice && d.IsCUDA()) {
		where := "on " + string(d)
		if d.IsCUDA() {
			where = "with plans that are carried out on the host"
		}
		return fmt.Errorf("train.graph=on needs a CUDA device and plans that are carried out on it (augment.on, data.device_cache), and this training would be %s; set train.graph to auto or off", where)
	}
	if l.recorder, err = openRecorder(l.Dir, l.at.Update, len(c.Train.Phases)); err != nil {
		return err
	}
	// The loader outlives ctx: the current update is finished first.
	loader := data.NewLoader
	if onDevice {
		loader = data.NewDrawer
		l.updater.PaintOnDevice(l.Pictures, l.note)
	}
	l.loader = loader(context.WithoutCancel(ctx), l.Pictures, c, l.at.Update)
	l.startInterval()
	return nil
}

func (l *loop) done() bool { return l.at.Update >= l.Config.Train.Steps }

// step does one update and what is due after it.
func (l *loop) step(ctx context.Context) error {
	c := l.Config
	batch, err := l.loader.Next()
	if err != nil {
		return err
	}
	err = l.updater.Update(batch, l.rate(l.at.Update))
	l.loader.Recycle(batch)
	if err != nil {
		return err
	}
	l.at.Update++

	stopped := ctx.Err() != nil
	row := l.at.Update%c.Train.LogEvery == 0 || l.done()
	save := l.at.Update%c.Train.CheckpointEvery == 0 || l.done() || stopped
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
	if stopped && !l.done() {
		return ErrInterrupted
	}
	return nil
}

// close frees all but the net.
func (l *loop) close() {
	if l.loader != nil {
		l.loader.Close()
	}
	if l.recorder != nil {
		l.recorder.close()
	}
	if l.updater != nil {
		l.updater.Free()
	}
}

func (l *loop) note(sentence string) {
	if l.Note != nil {
		l.Note(sentence)
	}
}

// phase is the entry of train.phases that an update, counted from 0, belongs to,
// from 1, or 0 without phases.
func (l *loop) phase(update int) int {
	if len(l.Config.Train.Phases) == 0 {
		return 0
	}
	return placeOf(l.Config.PhaseList(), update).number
}

// rate is the learning rate of an update, counted from 0.
func (l *loop) rate(update int) float64 {
	return LearningRate(l.Config, update)
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
			Lr: l.rate(update - 1), Phase: l.phase(update - 1),
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
		Phase: l.phase(l.at.Update - 1), Phases: len(c.Train.Phases),
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
			Lr: l.rate(l.at.Update - 1), Phase: l.phase(l.at.Update - 1),
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
