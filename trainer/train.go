package trainer

import (
	"context"
	"errors"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
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
	// WeightsSHA256, if not empty, is what the file of net.weights must have: a file
	// that was replaced since it was looked at is an error.
	WeightsSHA256 string
	// Progress, if not nil, is called after every update; status is the last
	// one there was, and nil before the first.
	Progress func(update int, status *Status)
	// Note, if not nil, is told what is worth knowing once.
	Note func(sentence string)
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
