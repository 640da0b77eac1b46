package torch

import (
	"slices"
	"testing"
	"time"
)

// An operator that calls others has their time in its total and not in its own;
// own times add up to no more than everything. Afterwards nobody listens.
func TestProfile(t *testing.T) {
	inScope(t, func() {
		x := From(make([]float32, 2*3*32*32), 2, 3, 32, 32)
		w := From(make([]float32, 8*3*3*3), 8, 3, 3, 3).RequireGrad(true)
		work := func() {
			for range 3 {
				CrossEntropy(GlobalAvgPool(Conv2d(x, w, Tensor{}, 1, 1, 1)), From([]int64{0, 1}, 2)).Backward()
			}
		}
		operators, all := Profile(CPU, work)
		find := func(name string) OperatorTime {
			i := slices.IndexFunc(operators, func(o OperatorTime) bool { return o.Name == name })
			if i < 0 {
				t.Fatalf("%s is not in %v", name, operators)
			}
			return operators[i]
		}
		forward, inner := find("aten::conv2d"), find("aten::convolution")
		if forward.Calls != 3 || inner.Calls != 3 || find("aten::convolution_backward").Calls != 3 {
			t.Errorf("three convolutions are %d, %d and %d backward", forward.Calls, inner.Calls, find("aten::convolution_backward").Calls)
		}
		if forward.Total < inner.Total || forward.Self > forward.Total-inner.Total {
			t.Errorf("conv2d took %v, by itself %v, and convolution inside it %v", forward.Total, forward.Self, inner.Total)
		}
		var self time.Duration
		for i, o := range operators {
			if self += o.Self; o.Self < 0 || i > 0 && o.Self > operators[i-1].Self {
				t.Errorf("operator %d, %v, is out of order", i, o)
			}
		}
		if self <= 0 || self > all {
			t.Errorf("operators took %v of %v", self, all)
		}
		if again, _ := Profile(CPU, func() {}); len(again) != 0 {
			t.Errorf("nothing was done, and %v was seen", again)
		}
		work()
		if n, _ := Profile(CPU, func() {}); len(n) != 0 {
			t.Errorf("work between profiles was seen: %v", n)
		}
	})
}

// A refusal ends the profile, and the next one works.
func TestProfileOfARefusal(t *testing.T) {
	refused := Do(func() error {
		Scope(func() {
			Profile(CPU, func() { AddTo(From(make([]float32, 2), 2), From(make([]float32, 3), 3)) })
		})
		return nil
	})
	if refused == nil {
		t.Fatal("2 and 3 elements were added")
	}
	inScope(t, func() {
		operators, _ := Profile(CPU, func() { Zeros(CPU, 2) })
		if len(operators) == 0 {
			t.Error("nothing was seen after a refusal")
		}
	})
}
