package trainer

import (
	"math"

	"github.com/cutpaste/cutpaste/configs"
)

// LearningRate is the rate of update step (from 0) of steps: the configured one
// throughout, or along half a cosine towards zero ("single-cycle cosine", paper
// A.1): lr * (1 + cos(pi * step / steps)) / 2, as PyTorch's CosineAnnealingLR
// stepped once an update.
func LearningRate(o configs.Optim, step, steps int) float64 {
	if o.Schedule == "constant" {
		return o.Lr
	}
	return o.Lr * (1 + math.Cos(math.Pi*float64(step)/float64(steps))) / 2
}
