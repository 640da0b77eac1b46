package torch

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// rounded is v rounded to a precision's significant bits, to the nearest and to
// even at a tie: 8 of bfloat16, 11 of float16. v must be in its normal range.
func rounded(v float32, p Precision) float32 {
	drop := map[Precision]uint32{FP32: 0, BF16: 16, FP16: 13}[p]
	if drop == 0 {
		return v
	}
	bits := math.Float32bits(v)
	bits += 1<<(drop-1) - 1 + bits>>drop&1
	return math.Float32frombits(bits &^ (1<<drop - 1))
}

// products computes x_i*w_j for all pairs: matrix products of one term, whose
// rounding can be told exactly.
func products(x, w []float32) []float32 {
	return Read[float32](Linear(From(x, len(x), 1), From(w, len(w), 1), Tensor{}))
}

func wantProducts(t *testing.T, what string, p Precision) {
	t.Helper()
	x, w := wave(9, 0.5), wave(7, 1.5)
	var want []float32
	differ := false
	for _, a := range x {
		for _, b := range w {
			want = append(want, rounded(rounded(a, p)*rounded(b, p), p))
			differ = differ || want[len(want)-1] != a*b
		}
	}
	if differ != (p != FP32) {
		t.Fatalf("these numbers cannot tell %s from float32", p)
	}
	wantNear(t, what, products(x, w), want, 0)
}

func TestAutocast(t *testing.T) {
	inScope(t, func() {
		wantProducts(t, "before", FP32)
		Autocast(CPU, BF16, func() {
			wantProducts(t, "inside", BF16)
			Autocast(CPU, FP16, func() { wantProducts(t, "inside twice", FP16) })
			wantProducts(t, "after the inner one", BF16)
		})
		Autocast(CPU, FP32, func() { wantProducts(t, "float32", FP32) })
		wantProducts(t, "after", FP32)
	})
}

func TestAutocastEndsWithAPanic(t *testing.T) {
	boom := errors.New("boom")
	if p := caught(func() {
		Do(func() error { Autocast(CPU, BF16, func() { panic(boom) }); return nil })
	}); p != boom {
		t.Errorf("got %v", p)
	}
	err := Do(func() error {
		Autocast(CPU, BF16, func() { Scope(func() { Linear(From(wave(6, 0), 2, 3), From(wave(4, 0), 1, 4), Tensor{}) }) })
		return nil
	})
	if err == nil {
		t.Error("shapes that do not fit passed")
	}
	inScope(t, func() {
		wantProducts(t, "after a panic and a refusal", FP32)
		wantMisuse(t, "Autocast", "unknown precision fp8", func() { Autocast(CPU, "fp8", func() {}) })
	})
}

// What autocast keeps of a weight must not outlive it: the weight changes with
// the next update.
func TestAutocastSeesChangedWeights(t *testing.T) {
	inScope(t, func() {
		w := From([]float32{1}, 1, 1).RequireGrad(true)
		x := From([]float32{1}, 1, 1)
		for _, want := range []float32{1, 3} {
			Overwrite(w, []float32{want})
			Autocast(CPU, BF16, func() {
				if got := Read[float32](Linear(x, w, Tensor{}))[0]; got != want {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	})
}

// Backward outside autocast gives float32 gradients for float32 weights.
func TestAutocastGradients(t *testing.T) {
	inScope(t, func() {
		x := From(wave(32, 0), 8, 4)
		w := From(wave(12, 1), 3, 4).RequireGrad(true)
		labels := From([]int64{0, 1, 2, 0, 1, 2, 0, 1}, 8)
		CrossEntropy(Linear(x, w, Tensor{}), labels).Backward()
		exact := Read[float32](w.Grad())
		for _, p := range []Precision{BF16, FP16} {
			v := From(wave(12, 1), 3, 4).RequireGrad(true)
			var logits Tensor
			Autocast(CPU, p, func() { logits = Linear(x, v, Tensor{}) })
			CrossEntropy(logits, labels).Backward()
			got := Read[float32](v.Grad())
			wantNear(t, string(p)+" gradient", got, exact, 0.01)
			if slices.Equal(got, exact) {
				t.Errorf("%s gives the very gradients of float32", p)
			}
		}
	})
}

func TestNoGrad(t *testing.T) {
	inScope(t, func() {
		w := From(wave(6, 0), 3, 2).RequireGrad(true)
		loss := func() Tensor {
			return CrossEntropy(Linear(From(wave(2, 1), 1, 2), w, Tensor{}), From([]int64{1}, 1))
		}
		refused := func(l Tensor) bool {
			err := Do(func() error { l.Backward(); return nil })
			return err != nil && strings.Contains(err.Error(), "does not require grad")
		}
		NoGrad(func() {
			if !refused(loss()) {
				t.Error("NoGrad recorded a graph")
			}
			NoGrad(func() {})
			if !refused(loss()) {
				t.Error("NoGrad inside NoGrad ended the outer one")
			}
		})
		caught(func() { NoGrad(func() { panic("boom") }) })
		if refused(loss()) {
			t.Error("gradients stayed off after NoGrad")
		}
		if got := len(Read[float32](w.Grad())); got != 6 {
			t.Errorf("a gradient of %d numbers", got)
		}
	})
}

// The loss of logits in half precision is computed in float32: in bfloat16 alone
// it would be off by up to a 256th, and its gradients with it.
func TestCrossEntropyOfHalfPrecision(t *testing.T) {
	inScope(t, func() {
		var logits Tensor
		Autocast(CPU, BF16, func() { logits = Linear(From(wave(8, 0), 2, 4), From(wave(12, 1), 3, 4), Tensor{}) })
		v, labels := Read[float64](logits), []int64{0, 2}
		var want float64
		for i, label := range labels {
			sum := 0.0
			for _, x := range v[3*i : 3*i+3] {
				sum += math.Exp(x)
			}
			want += (math.Log(sum) - v[3*i+int(label)]) / 2
		}
		wantNear(t, "loss", Read[float64](CrossEntropy(logits, From(labels, 2))), []float64{want}, 1e-6)
	})
}
