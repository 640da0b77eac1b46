package torch

// #include "shim.h"
import "C"

// SumOfLargest is the sum over the rows of x [N,C] of the largest number in each
// row's columns from to to-1, a float32 scalar. Of equal ones a gradient goes to
// one.
func SumOfLargest(x Tensor, from, to int) Tensor {
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_sum_of_largest(x.c(), C.int64_t(from), C.int64_t(to), out)
	})
}

// ActivationMap is the sum over the channels of maps [N,C,H,W], each times its
// gradient's mean over positions, where that is positive, and 0 elsewhere: float32
// [N,H,W]. Nothing of it is recorded for a backward pass.
func ActivationMap(maps, gradient Tensor) Tensor {
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_activation_map(maps.c(), gradient.c(), out)
	})
}
