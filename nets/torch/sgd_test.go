package torch

import (
	"fmt"
	"slices"
	"testing"
)

// plainSGD is torch.optim.SGD as its documentation has it, without dampening,
// in float64.
type plainSGD struct {
	momentum, decay float64
	nesterov        bool
	buffer          []float64 // nil before the first step
}

func (s *plainSGD) step(w []float64, gradient []float64, lr float64) {
	first := s.buffer == nil
	if first {
		s.buffer = make([]float64, len(w))
	}
	for i := range w {
		g := gradient[i] + s.decay*w[i]
		if first {
			s.buffer[i] = g
		} else {
			s.buffer[i] = s.momentum*s.buffer[i] + g
		}
		if s.nesterov {
			g += s.momentum * s.buffer[i]
		} else {
			g = s.buffer[i]
		}
		w[i] -= lr * g
	}
}

// problem is a convolution and a classifier whose weights are in channels-last
// and in ordinary memory.
type problem struct {
	conv, dense, unused Tensor
	x, labels           Tensor
}

func newProblem() problem {
	return problem{
		conv:   From(wave(4*3*3*3, 0), 4, 3, 3, 3).ChannelsLast().RequireGrad(true),
		dense:  From(wave(3*4, 1), 3, 4).RequireGrad(true),
		unused: From([]float32{1, 2}, 2).RequireGrad(true),
		x:      From(wave(6*3*5*5, 2), 6, 3, 5, 5).ChannelsLast(),
		labels: From([]int64{0, 1, 2, 0, 1, 2}, 6),
	}
}

func (p problem) weights() []Tensor { return []Tensor{p.conv, p.unused, p.dense} }

func (p problem) loss() Tensor {
	return CrossEntropy(Linear(GlobalAvgPool(Conv2d(p.x, p.conv, Tensor{}, 1, 1, 1)), p.dense, Tensor{}), p.labels)
}

func (p problem) backward() { p.loss().Backward() }

// SGD against the formula over six steps, with the state carried over to a
// second optimiser in the middle; weights and momentum within 1e-5.
func TestSGD(t *testing.T) {
	for _, c := range []plainSGD{
		{}, {momentum: 0.9}, {momentum: 0.9, decay: 0.1}, {momentum: 0.9, nesterov: true}, {momentum: 0.8, decay: 0.05, nesterov: true},
	} {
		t.Run(fmt.Sprintf("momentum=%g,decay=%g,nesterov=%v", c.momentum, c.decay, c.nesterov), func(t *testing.T) {
			inScope(t, func() {
				p := newProblem()
				s := NewSGD(p.weights(), c.momentum, c.decay, c.nesterov)
				defer func() { s.Free() }()
				trained := []int{0, 2}
				reference := map[int]*plainSGD{}
				want := map[int][]float64{}
				for _, i := range trained {
					reference[i] = &plainSGD{momentum: c.momentum, decay: c.decay, nesterov: c.nesterov}
					want[i] = Read[float64](p.weights()[i])
				}
				for step := range 6 {
					if step == 3 {
						s = resumed(s, p, c)
					}
					lr := 0.5 / float64(step+1)
					p.backward()
					for _, i := range trained {
						w := p.weights()[i]
						reference[i].step(want[i], Read[float64](w.Grad()), lr)
					}
					s.Step(lr)
					for _, i := range trained {
						name := fmt.Sprintf("weight %d after step %d", i, step)
						wantNear(t, name, Read[float64](p.weights()[i]), want[i], 1e-5)
						if c.momentum != 0 {
							wantNear(t, "momentum of "+name, Read[float64](s.Momentum(i)), reference[i].buffer, 1e-5)
						}
					}
				}
				if !p.conv.IsChannelsLast() {
					t.Error("the weight lost its memory layout")
				}
				if got := Read[float32](p.unused); !slices.Equal(got, []float32{1, 2}) {
					t.Errorf("a weight without a gradient became %v", got)
				}
			})
		})
	}
}

// resumed is s saved to the host and put into a new optimiser, as a checkpoint
// does it.
func resumed(s *SGD, p problem, c plainSGD) *SGD {
	next := NewSGD(p.weights(), c.momentum, c.decay, c.nesterov)
	for i := range p.weights() {
		Overwrite(next.Momentum(i), Read[float32](s.Momentum(i)))
	}
	s.Free()
	return next
}

// A step lets the gradients go: the next backward pass writes, it does not add.
func TestStepLetsGradientsGo(t *testing.T) {
	inScope(t, func() {
		p := newProblem()
		s := NewSGD(p.weights(), 0, 0, false)
		defer s.Free()
		p.backward()
		first := Read[float32](p.dense.Grad())
		s.Step(0)
		if err := Do(func() error { p.dense.Grad(); return nil }); err == nil {
			t.Error("the gradient is still there after a step")
		}
		p.backward()
		wantNear(t, "second gradient", Read[float32](p.dense.Grad()), first, 1e-7)
	})
}

func TestSGDMisuse(t *testing.T) {
	inScope(t, func() {
		s := NewSGD([]Tensor{From([]float32{1}, 1)}, 0.9, 0, false)
		wantMisuse(t, "Momentum", "momentum 1 of 1", func() { s.Momentum(1) })
		s.Free()
		s.Free() // does nothing
		wantMisuse(t, "Step", "after it was freed", func() { s.Step(0.1) })
		wantMisuse(t, "Momentum", "after it was freed", func() { s.Momentum(0) })
	})
}
