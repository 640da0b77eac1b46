package trainer

import (
	"math"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// get_last_lr() of torch.optim.lr_scheduler.CosineAnnealingLR(optimizer,
// T_max=steps), stepped after every update, by PyTorch 2.11.0. It is computed
// there by recurrence, so the last digits differ.
func TestLearningRateAgainstPyTorch(t *testing.T) {
	for _, c := range []struct {
		lr    float64
		steps int
		want  map[int]float64
	}{
		{0.03, 8, map[int]float64{
			0: 0.03, 1: 0.0288581929876693, 2: 0.02560660171779821, 3: 0.020740251485476348, 4: 0.015,
			5: 0.009259748514523655, 6: 0.004393398282201789, 7: 0.001141807012330699,
		}},
		{0.1, 65536, map[int]float64{
			0: 0.1, 1: 0.09999999994255135, 100: 0.09999942551451385, 16384: 0.08535533905932802,
			32768: 0.05000000000000032, 50000: 0.013237052505110864, 65535: 5.744865694268377e-11,
		}},
	} {
		o := configs.Optim{Lr: c.lr, Schedule: "cosine"}
		for step, want := range c.want {
			if got := LearningRate(o, step, c.steps); math.Abs(got-want) > 1e-14 {
				t.Errorf("update %d of %d: %v, PyTorch has %v", step, c.steps, got, want)
			}
		}
	}
}

func TestLearningRateConstant(t *testing.T) {
	o := configs.Optim{Lr: 0.03, Schedule: "constant"}
	for _, step := range []int{0, 5, 9} {
		if got := LearningRate(o, step, 10); got != 0.03 {
			t.Errorf("update %d: %v", step, got)
		}
	}
}
