package torch

import (
	"slices"
	"testing"
)

func TestReadConverts(t *testing.T) {
	inScope(t, func() {
		if got := Read[int64](From([]float32{1.75, -2}, 2)); !slices.Equal(got, []int64{1, -2}) {
			t.Errorf("to whole numbers: %v", got)
		}
		if got := Read[float64](From([]uint8{0, 255}, 2)); !slices.Equal(got, []float64{0, 255}) {
			t.Errorf("from bytes: %v", got)
		}
		if got := Read[uint8](From([]float64{7}, 1)); !slices.Equal(got, []uint8{7}) {
			t.Errorf("to bytes: %v", got)
		}
		if got := Read[float32](Zeros(CPU, 2, 2)); !slices.Equal(got, make([]float32, 4)) {
			t.Errorf("zeros: %v", got)
		}
		number := From([]float32{4}) // of no dimension
		if got := Read[float32](number); len(number.Shape()) != 0 || got[0] != 4 {
			t.Errorf("a single number: shape %v, %v", number.Shape(), got)
		}
		if got := Read[float32](From([]float32{}, 0, 3)); len(got) != 0 {
			t.Errorf("an empty tensor: %v", got)
		}
	})
}

func TestFromCopies(t *testing.T) {
	inScope(t, func() {
		data := []float32{1, 2}
		x := From(data, 2)
		data[0] = 9
		if got := Read[float32](x)[0]; got != 1 {
			t.Errorf("the tensor changed with its source: %v", got)
		}
	})
}

// A weight in channels-last memory is read and overwritten in logical order, and
// keeps its memory.
func TestChannelsLastKeepsLogicalOrder(t *testing.T) {
	inScope(t, func() {
		values := wave(2*3*4*5, 0)
		x := From(values, 2, 3, 4, 5)
		if x.IsChannelsLast() {
			t.Error("a new tensor is channels-last")
		}
		y := x.ChannelsLast()
		if !y.IsChannelsLast() {
			t.Error("it is not channels-last")
		}
		if got := y.Shape(); !slices.Equal(got, []int{2, 3, 4, 5}) {
			t.Errorf("shape %v", got)
		}
		if z := ZerosChannelsLast(CPU, 2, 3, 4, 5); !z.IsChannelsLast() || slices.Max(Read[float32](z)) != 0 {
			t.Error("zeros are in another layout, or not zeros")
		}
		if !slices.Equal(Read[float32](y), values) {
			t.Error("reading changed the order")
		}
		other := wave(2*3*4*5, 1)
		Overwrite(y, other)
		if !y.IsChannelsLast() {
			t.Error("overwriting changed the memory")
		}
		if !slices.Equal(Read[float32](y), other) {
			t.Error("overwriting changed the order")
		}
		if !slices.Equal(Read[float32](x), values) {
			t.Error("the contiguous tensor shares memory with its channels-last copy")
		}
	})
}

// Overwrite changes the tensor that others hold, weights included, and records
// nothing for a backward pass.
func TestOverwriteInPlace(t *testing.T) {
	inScope(t, func() {
		w := From([]float32{1, 2}, 1, 2).RequireGrad(true)
		same := w.To(CPU)
		Overwrite(w, []float64{3, 4})
		if got := Read[float32](same); !slices.Equal(got, []float32{3, 4}) {
			t.Errorf("another handle sees %v", got)
		}
		CrossEntropy(Linear(From([]float32{1, 1}, 1, 2), w, Tensor{}), From([]int64{0}, 1)).Backward()
		if got := Read[float32](w.Grad()); len(got) != 2 {
			t.Errorf("gradient %v", got)
		}
	})
}
