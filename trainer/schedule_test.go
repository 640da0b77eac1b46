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
		o := configs.Default()
		o.Optim.Lr, o.Train.Steps = c.lr, c.steps
		for step, want := range c.want {
			if got := LearningRate(o, step); math.Abs(got-want) > 1e-14 {
				t.Errorf("update %d of %d: %v, PyTorch has %v", step, c.steps, got, want)
			}
		}
	}
}

func TestLearningRateConstant(t *testing.T) {
	o := configs.Default()
	o.Optim.Lr, o.Optim.Schedule, o.Train.Steps = 0.03, "constant", 10
	for _, step := range []int{0, 5, 9} {
		if got := LearningRate(o, step); got != 0.03 {
			t.Errorf("update %d: %v", step, got)
		}
	}
}

// The paper's fine-tuning: each phase along its own CosineAnnealingLR, by PyTorch
// 2.11.0, or both along one half cosine, by hand: the rates of the phases times
// (1 + cos(pi * k/12)) / 2, which is 1, 3/4, 1/2, 1/4 at k = 0, 4, 6, 8.
func TestLearningRateOverPhases(t *testing.T) {
	c := configs.Default()
	for _, of := range []struct {
		cycle       string
		first, then int // updates
		want        map[int]float64
	}{
		{"phase", 2560, 16384, map[int]float64{
			0: 0.03, 1: 0.029999988705135542, 1280: 0.01499999999999997, 2559: 1.1294864458721839e-08,
			2560: 0.0001, 2561: 9.999999908082147e-05, 2560 + 8192: 5.000000000000019e-05, 2560 + 16383: 9.191785332873867e-13,
		}},
		{"training", 6, 6, map[int]float64{0: 0.03, 4: 0.0225, 6: 0.00005, 8: 0.000025}},
	} {
		c.Optim.Cycle = of.cycle
		c.Train.Phases = []configs.Phase{{Steps: of.first, Lr: 0.03}, {Steps: of.then, Lr: 0.0001}}
		for update, want := range of.want {
			if got := LearningRate(c, update); math.Abs(got-want) > 1e-15 {
				t.Errorf("cycle %s, update %d: %v, want %v", of.cycle, update, got, want)
			}
		}
	}
	c.Optim.Schedule = "constant"
	for update, want := range map[int]float64{0: 0.03, 5: 0.03, 6: 0.0001, 11: 0.0001} {
		if got := LearningRate(c, update); got != want {
			t.Errorf("constant, update %d: %v, want %v", update, got, want)
		}
	}
}
