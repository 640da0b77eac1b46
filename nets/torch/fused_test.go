package torch

import "testing"

// A convolution with folded weights against batch normalisation after it, then a sum
// and an activation, by the operations that training uses: within 2e-6 of numbers of
// about 1. In float32 on the CPU oneDNN does it in one pass; without oneDNN, and under
// autocast, whose numbers have 8 bits, single operations do.
func TestConvActivated(t *testing.T) {
	const n, in, out, size = 2, 4, 8, 6
	modes := []struct {
		name string
		in   func(f func())
		tol  float64
	}{
		{"oneDNN", func(f func()) { f() }, 2e-6},
		{"without oneDNN", func(f func()) { SetOneDNN(false); defer SetOneDNN(true); f() }, 2e-6},
		{"bf16", func(f func()) { Autocast(CPU, BF16, f) }, 0.05},
	}
	for _, m := range modes {
		for _, groups := range []int{1, 4} {
			for _, a := range []Activation{NoActivation, ByReLU, ByReLU6, BySiLU} {
				for _, sum := range []bool{false, true} {
					for _, last := range []bool{false, true} {
						inScope(t, func() {
							NoGrad(func() {
								layout := func(t Tensor) Tensor {
									if last {
										return t.ChannelsLast()
									}
									return t
								}
								x := layout(From(wave(n*in*size*size, 1), n, in, size, size))
								w := layout(From(wave(out*in/groups*9, 2), out, in/groups, 3, 3))
								scale, shift, mean := From(wave(out, 3), out), From(wave(out, 4), out), From(wave(out, 5), out)
								variance := From([]float32{0.5, 1, 2, 4, 0.1, 1, 3, 2}, out)
								onto := Tensor{}
								want := BatchNorm(Conv2d(x, w, Tensor{}, 2, 1, groups), scale, shift, mean, variance, false, 0.1, 1e-3)
								if sum {
									added := wave(n*out*9, 6)
									onto = layout(From(added, n, out, 3, 3))
									want = AddTo(want, From(added, n, out, 3, 3))
								}
								want = a.Of(want)
								folded, bias := Fold(w, scale, shift, mean, variance, 1e-3)
								if groups == 1 && folded.IsChannelsLast() != last {
									t.Fatalf("the layout of folded weights is not that of weights")
								}
								m.in(func() {
									got := ConvActivated(x, folded, bias, 2, 1, groups, onto, a)
									wantNear(t, m.name, Read[float64](got), Read[float64](want), m.tol)
								})
							})
						})
					}
				}
			}
		}
	}
}
