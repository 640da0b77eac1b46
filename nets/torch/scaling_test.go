package torch

import (
	"math"
	"slices"
	"testing"
)

// scaling is the scale and the steps since it changed.
type scaling struct {
	scale float32
	steps int32
}

func scalingOf(s *SGD) scaling {
	scale, steps := s.Scaling()
	return scaling{Read[float32](scale)[0], Read[int32](steps)[0]}
}

func (v scaling) put(s *SGD) {
	scale, steps := s.Scaling()
	Overwrite(scale, []float32{v.scale})
	Overwrite(steps, []int32{v.steps})
}

// The rules of torch.amp.GradScaler, with its defaults, by hand: a step whose
// gradients are finite is the plain optimiser's step, and the 2,000th of them
// in a row doubles the scale; any other changes neither weights nor momentum and
// halves the scale.
func TestScaledSGD(t *testing.T) {
	inScope(t, func() {
		p := newProblem()
		s := NewSGD(p.weights(), 0.9, 0.1, false)
		defer s.Free()
		s.ScaleLosses()
		if got := scalingOf(s); got != (scaling{65536, 0}) {
			t.Fatalf("scaling begins with %+v", got)
		}
		reference := map[int]*plainSGD{0: {momentum: 0.9, decay: 0.1}, 2: {momentum: 0.9, decay: 0.1}}
		want := map[int][]float64{}
		for i := range reference {
			want[i] = Read[float64](p.weights()[i])
		}
		huge := float32(0x1p127) // any gradient of 2 or more overflows
		x := wave(6*3*5*5, 2)
		for i := range x {
			x[i] *= 512
		}
		p.x = From(x, 6, 3, 5, 5)
		for n, step := range []struct {
			before, after scaling
			finite        bool
		}{
			{scaling{65536, 0}, scaling{65536, 1}, true},
			{scaling{huge, 7}, scaling{huge / 2, 0}, false},
			{scaling{1024, 1998}, scaling{1024, 1999}, true},
			{scaling{1024, 1999}, scaling{2048, 0}, true},
			{scaling{huge, 1999}, scaling{huge / 2, 0}, false},
			{scaling{2, 0}, scaling{2, 1}, true},
		} {
			step.before.put(s)
			s.Scale(p.loss()).Backward()
			const lr = 1e-5
			finite := true
			for i, r := range reference {
				gradient := Read[float64](p.weights()[i].Grad())
				for k := range gradient {
					finite = finite && !math.IsInf(gradient[k], 0) && !math.IsNaN(gradient[k])
					gradient[k] /= float64(step.before.scale)
				}
				if step.finite {
					r.step(want[i], gradient, lr)
				}
			}
			if finite != step.finite {
				t.Fatalf("step %d: gradients are finite: %v; this tries nothing", n, finite)
			}
			before := [][]float32{Read[float32](p.conv), Read[float32](s.Momentum(0)), Read[float32](p.dense), Read[float32](s.Momentum(2))}
			s.Step(lr)
			if got := scalingOf(s); got != step.after {
				t.Errorf("step %d: %+v became %+v, want %+v", n, step.before, got, step.after)
			}
			for i, r := range reference {
				wantNear(t, "weight", Read[float64](p.weights()[i]), want[i], 1e-5)
				if r.buffer != nil {
					wantNear(t, "momentum", Read[float64](s.Momentum(i)), r.buffer, 1e-4)
				}
			}
			after := [][]float32{Read[float32](p.conv), Read[float32](s.Momentum(0)), Read[float32](p.dense), Read[float32](s.Momentum(2))}
			for i := range before {
				if slices.Equal(before[i], after[i]) == step.finite {
					t.Errorf("step %d: is number %d of weights and momentum unchanged? %v", n, i, !step.finite)
				}
			}
		}
	})
}

// Without it a loss is its own, and there is no state.
func TestUnscaledSGD(t *testing.T) {
	inScope(t, func() {
		p := newProblem()
		s := NewSGD(p.weights(), 0, 0, false)
		defer s.Free()
		loss := p.loss()
		if got := s.Scale(loss); got != loss || s.ScalesLosses() {
			t.Error("a loss is scaled that should not be")
		}
		wantMisuse(t, "Scaling", "scales no losses", func() { s.Scaling() })
	})
}
