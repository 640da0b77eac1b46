package torch

import (
	"errors"
	"strings"
	"testing"
)

// Whatever libtorch refuses is an error of Do that says in one sentence what
// was wrong; the process lives and nothing is leaked.
func TestRefusalsAreErrors(t *testing.T) {
	f := func(shape ...int) Tensor { return From(wave(count(shape), 0), shape...) }
	cases := []struct {
		name, says string
		work       func()
	}{
		{"a gotorch operation on shapes that do not fit", "expected", func() {
			Conv2d(f(1, 3, 8, 8), f(4, 2, 3, 3), Tensor{}, 1, 1, 1)
		}},
		{"a matrix product of shapes that do not fit", "shapes", func() { Linear(f(2, 3), f(4, 5), Tensor{}) }},
		{"a sum in place of shapes that do not fit", "size", func() { AddTo(f(2, 3), f(2, 4)) }},
		{"a batch normalisation of one value", "more than 1 value", func() {
			BatchNorm(f(1, 2), f(2), f(2), f(2), f(2), true, 0.1, 1e-5)
		}},
		{"a pool larger than the picture", "too small", func() { MaxPool2d(f(1, 1, 2, 2), 5, 1, 0) }},
		{"a shim operation on shapes that do not fit", "batch", func() {
			CrossEntropy(f(4, 3), From([]int64{0, 1}, 2))
		}},
		{"a label that is no class", "out of bounds", func() { CrossEntropy(f(1, 3), From([]int64{3}, 1)) }},
		{"backward from more than one number", "scalar", func() {
			w := f(2, 2).RequireGrad(true)
			Linear(f(2, 2), w, Tensor{}).Backward()
		}},
		{"backward without a graph", "does not require grad", func() {
			CrossEntropy(f(1, 3), From([]int64{0}, 1)).Backward()
		}},
		{"backward twice", "second time", func() {
			w := f(3, 2).RequireGrad(true)
			loss := CrossEntropy(Linear(f(1, 2), w, Tensor{}), From([]int64{0}, 1))
			loss.Backward()
			loss.Backward()
		}},
		{"a gradient that is not there", "no gradient", func() { f(2).RequireGrad(true).Grad() }},
		{"a gradient for whole numbers", "floating point", func() { From([]int64{1}, 1).RequireGrad(true) }},
		{"reading with another size", "3 elements", func() { ReadInto(make([]float32, 2), f(3)) }},
		{"overwriting with another size", "3 elements", func() { Overwrite(f(3), []float32{1, 2}) }},
		{"channels-last of two dimensions", "rank 4", func() { f(2, 3).ChannelsLast() }},
		{"a device that libtorch does not know", "device", func() { Zeros("abacus", 2) }},
		{"autocast on such a device", "device", func() { Autocast("abacus", BF16, func() {}) }},
		{"a step without gradients", "backward first", func() {
			s := NewSGD([]Tensor{f(2).RequireGrad(true)}, 0.9, 0, false)
			defer s.Free()
			s.Step(0.1)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := liveNow()
			err := Do(func() error { Scope(c.work); return nil })
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %v", err)
			}
			text := err.Error()
			if !strings.HasPrefix(text, "libtorch: ") || !strings.Contains(text, c.says) {
				t.Errorf("the message is %q, want it to speak of %q", text, c.says)
			}
			if strings.Contains(text, "frame #") || strings.Contains(text, "Exception raised from") {
				t.Errorf("the message has a C++ backtrace: %q", text)
			}
			if after := liveNow(); after != before {
				t.Errorf("%d tensors live, %d before", after, before)
			}
		})
	}
	inScope(t, func() { // and the thread goes on working
		if got := Read[float32](ReLU(From([]float32{-1, 2}, 2))); got[0] != 0 || got[1] != 2 {
			t.Errorf("got %v", got)
		}
	})
}

func TestMisusePanics(t *testing.T) {
	inScope(t, func() {
		wantMisuse(t, "From", "2 values for a tensor of shape [3]", func() { From([]float32{1, 2}, 3) })
		wantMisuse(t, "Images", "no whole number", func() { Images(make([]uint8, 10), 2, make([]float64, 3), make([]float64, 3), CPU, false) })
		wantMisuse(t, "NewSGD", "without weights", func() { NewSGD(nil, 0.9, 0, false) })
	})
}
