package torch

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// round16 is v rounded to bfloat16, to the nearest and to even at a tie: 8
// significant bits.
func round16(v float32) float32 {
	bits := math.Float32bits(v)
	bits += 0x7FFF + bits>>16&1
	return math.Float32frombits(bits &^ 0xFFFF)
}

// products computes x_i*w_j for all pairs: matrix products of one term, whose
// rounding can be told exactly.
func products(x, w []float32) []float32 {
	return Read[float32](Linear(From(x, len(x), 1), From(w, len(w), 1), Tensor{}))
}

func wantProducts(t *testing.T, what string, bf16 bool) {
	t.Helper()
	x, w := wave(9, 0.5), wave(7, 1.5)
	var want []float32
	differ := false
	for _, a := range x {
		for _, b := range w {
			exact := a * b
			if bf16 {
				rounded := round16(round16(a) * round16(b))
				differ = differ || rounded != exact
				exact = rounded
			}
			want = append(want, exact)
		}
	}
	if bf16 && !differ {
		t.Fatal("these numbers cannot tell bfloat16 from float32")
	}
	wantNear(t, what, products(x, w), want, 0)
}

func TestBFloat16(t *testing.T) {
	inScope(t, func() {
		wantProducts(t, "before", false)
		BFloat16(CPU, func() {
			wantProducts(t, "inside", true)
			BFloat16(CPU, func() { wantProducts(t, "inside twice", true) })
			wantProducts(t, "after the inner one", true)
		})
		wantProducts(t, "after", false)
	})
}

func TestBFloat16EndsWithAPanic(t *testing.T) {
	boom := errors.New("boom")
	if p := caught(func() {
		Do(func() error { BFloat16(CPU, func() { panic(boom) }); return nil })
	}); p != boom {
		t.Errorf("got %v", p)
	}
	err := Do(func() error {
		BFloat16(CPU, func() { Scope(func() { Linear(From(wave(6, 0), 2, 3), From(wave(4, 0), 1, 4), Tensor{}) }) })
		return nil
	})
	if err == nil {
		t.Error("shapes that do not fit passed")
	}
	inScope(t, func() { wantProducts(t, "after a panic and a refusal", false) })
}

// What autocast keeps of a weight must not outlive it: the weight changes with
// the next update.
func TestBFloat16SeesChangedWeights(t *testing.T) {
	inScope(t, func() {
		w := From([]float32{1}, 1, 1).RequireGrad(true)
		x := From([]float32{1}, 1, 1)
		for _, want := range []float32{1, 3} {
			Overwrite(w, []float32{want})
			BFloat16(CPU, func() {
				if got := Read[float32](Linear(x, w, Tensor{}))[0]; got != want {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	})
}

// Backward outside autocast gives float32 gradients for float32 weights.
func TestBFloat16Gradients(t *testing.T) {
	inScope(t, func() {
		x := From(wave(32, 0), 8, 4)
		w := From(wave(12, 1), 3, 4).RequireGrad(true)
		labels := From([]int64{0, 1, 2, 0, 1, 2, 0, 1}, 8)
		CrossEntropy(Linear(x, w, Tensor{}), labels).Backward()
		exact := Read[float32](w.Grad())
		v := From(wave(12, 1), 3, 4).RequireGrad(true)
		var logits Tensor
		BFloat16(CPU, func() { logits = Linear(x, v, Tensor{}) })
		CrossEntropy(logits, labels).Backward()
		wantNear(t, "gradient", Read[float32](v.Grad()), exact, 0.01)
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
