package trainer

import (
	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// place is a phase in its training.
type place struct {
	configs.Phase
	number int // from 1
	first  int // its first update, counted from 0 over all phases
}

// placeOf is the phase of an update, counted from 0: the last one for what
// comes after all of them.
func placeOf(phases []configs.Phase, update int) place {
	p := place{phases[0], 1, 0}
	for _, next := range phases[1:] {
		if end := p.first + p.Steps; update >= end {
			p = place{next, p.number + 1, end}
		}
	}
	return p
}

// ready readies the updater for an update, counted from 0. One that begins
// another phase has the net train what this phase trains, by an optimiser whose
// momentum starts from zero: Keras's guide to fine-tuning, which the paper
// follows (A.4), compiles the model anew between its phases. The scale of
// float16's losses starts again too, and a graph of the phase before, which holds
// its weights and optimiser, is recorded anew.
func (u *Updater) ready(update int) {
	p := placeOf(u.config.PhaseList(), update)
	if p.number == u.place.number {
		return
	}
	u.numerics.Device.Synchronize() // what is freed may still be in use
	u.graph.drop()
	if u.sgd != nil {
		u.sgd.Free()
		u.sgd = nil
	}
	u.Net.Begin(p.Phase)
	u.sgd = torch.NewSGD(u.Net.Weights(), u.config.Optim.Momentum, u.config.Optim.WeightDecay, u.config.Optim.Nesterov)
	if u.numerics.Amp == torch.FP16 {
		u.sgd.ScaleLosses()
	}
	u.numerics.Device.Synchronize() // its buffers were made on another stream
	u.place = p
}
