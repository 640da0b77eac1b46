package torch

import (
	"slices"
	"testing"
)

// By hand: the largest of the second and third column of each row, and a gradient
// of 1 there, once where both are largest.
func TestSumOfLargest(t *testing.T) {
	inScope(t, func() {
		x := From([]float32{9, 1, 2, 9, 4, 3, 0, 5, 5}, 3, 3).RequireGrad(true)
		sum := SumOfLargest(x, 1, 3)
		wantNear(t, "sum", Read[float64](sum), []float64{2 + 4 + 5}, 0)
		sum.Backward()
		gradient := Read[float64](x.Grad())
		wantNear(t, "gradient", gradient[:6], []float64{0, 0, 1, 0, 1, 0}, 0)
		if !slices.Equal(gradient[6:], []float64{0, 1, 0}) && !slices.Equal(gradient[6:], []float64{0, 0, 1}) {
			t.Errorf("the gradient of two equal numbers is %v", gradient[6:])
		}
		one := SumOfLargest(x, 0, 1)
		wantNear(t, "first column", Read[float64](one), []float64{9 + 9 + 0}, 0)
	})
}

// By hand, of two channels with mean gradients 1 and -2, in both layouts; it is
// not recorded.
func TestActivationMap(t *testing.T) {
	inScope(t, func() {
		maps := From([]float32{1, 2, 3, 10, 0, 1, 2, 3}, 1, 2, 2, 2).RequireGrad(true)
		gradient := From([]float32{4, 0, 0, 0, -8, 1, -1, 0}, 1, 2, 2, 2)
		for _, g := range []Tensor{gradient, gradient.ChannelsLast()} {
			got := ActivationMap(maps, g)
			if !slices.Equal(got.Shape(), []int{1, 2, 2}) {
				t.Errorf("shape %v", got.Shape())
			}
			wantNear(t, "map", Read[float64](got), []float64{1, 0, 0, 4}, 0)
		}
		got := ActivationMap(maps, gradient)
		if caught(func() { SumOfLargest(got, 0, 1).Backward() }) == nil {
			t.Error("the map is recorded for a backward pass")
		}
	})
}
