package trainer

import (
	"fmt"
	"math"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// NotFiniteError says that training diverged: the loss of an update was not a
// number or infinite, or its weights were when they were about to be saved. The
// checkpoint before it stands.
type NotFiniteError struct {
	Update     int // from 1
	Lr         float64
	Phase      int // the entry of train.phases, from 1; 0 without phases
	Loss       float64
	Tensor     string // the weight or running statistic, "" if it was the loss
	Checkpoint int    // update of the checkpoint that is kept, 0 if there is none
}

func (e *NotFiniteError) Error() string {
	what := fmt.Sprintf("the loss of update %d is %v", e.Update, e.Loss)
	if e.Tensor != "" {
		what = fmt.Sprintf("%s is not finite after update %d", e.Tensor, e.Update)
	}
	kept := "no checkpoint was saved before it"
	if e.Checkpoint > 0 {
		kept = fmt.Sprintf("the checkpoint of update %d is kept", e.Checkpoint)
	}
	lr := "optim.lr"
	if e.Phase > 0 {
		lr = fmt.Sprintf("lr in entry %d of train.phases", e.Phase)
	}
	return fmt.Sprintf("%s at learning rate %g; %s; try a smaller %s, under another out= or name=", what, e.Lr, kept, lr)
}

// firstNotFinite is the index of the first value that is no finite number, or -1.
func firstNotFinite(values []float32) int {
	for i, x := range values {
		if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
			return i
		}
	}
	return -1
}

// notFiniteTensor is the name of the first tensor of a net's state with a value
// that is no finite number, or "".
func notFiniteTensor(state []safetensors.Tensor) string {
	for _, t := range state {
		// Counters are no float32, and always finite.
		if values, err := t.Float32s(); err == nil && firstNotFinite(values) >= 0 {
			return t.Name
		}
	}
	return ""
}
