package trainer

import (
	"math"

	"github.com/cutpaste/cutpaste/configs"
)

// LearningRate is the rate of an update, counted from 0 over all phases: its
// phase's rate throughout, or along half a cosine towards zero ("single-cycle
// cosine", paper A.1): lr * (1 + cos(pi * step / steps)) / 2, as PyTorch's
// CosineAnnealingLR stepped once an update. Step and steps are the phase's, or
// with optim.cycle=training those of the whole training, in which every phase's
// rate goes down along the one curve.
func LearningRate(c *configs.Config, update int) float64 {
	phases := c.PhaseList()
	p := placeOf(phases, update)
	if c.Optim.Schedule == "constant" {
		return p.Lr
	}
	step, steps := update-p.first, p.Steps
	if c.Optim.Cycle == "training" {
		step, steps = update, 0
		for _, each := range phases {
			steps += each.Steps
		}
	}
	return p.Lr * (1 + math.Cos(math.Pi*float64(step)/float64(steps))) / 2
}
