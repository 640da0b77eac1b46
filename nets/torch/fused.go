package torch

// #include "shim.h"
import "C"

import "unsafe"

// Activation is what follows a convolution and its batch normalisation.
type Activation int

// The activations: nothing, [ReLU], [ReLU6] and [SiLU].
const (
	NoActivation Activation = C.CP_LINEAR
	ByReLU       Activation = C.CP_RELU
	ByReLU6      Activation = C.CP_RELU6
	BySiLU       Activation = C.CP_SILU
)

// Of is the activation of x, in x's memory as the functions have it.
func (a Activation) Of(x Tensor) Tensor {
	switch a {
	case NoActivation:
		return x
	case ByReLU:
		return ReLU(x)
	case ByReLU6:
		return ReLU6(x)
	case BySiLU:
		return SiLU(x)
	}
	panic(misuse("an activation that is not known"))
}

// Fold is the convolution's weight [O,C/groups,k,k] that gives what batch
// normalisation by its own statistics makes of weight's output, and the bias [O] for
// it. They are computed in float64 and rounded once; weight's layout is kept.
func Fold(weight, scale, shift, mean, variance Tensor, eps float64) (folded, bias Tensor) {
	folded = made(func(out *C.cp_tensor) *C.char {
		second := new(unsafe.Pointer)
		message := C.cp_fold(weight.c(), scale.c(), shift.c(), mean.c(), variance.c(), C.double(eps), out, (*C.cp_tensor)(second))
		if message == nil {
			bias = own(second)
		}
		return message
	})
	return folded, bias
}

// ConvActivated is [Conv2d] with a bias, then a sum with onto [N,O,H,W], which may be
// none, then an activation. It is for inference: within [NoGrad].
//
// On a CPU in float32 oneDNN does all of it in one pass over the output. Its first
// call puts weight into oneDNN's own order for pictures of that size; from then on
// only ConvActivated reads it, for pictures of any size, and computes in float32.
// onto's memory may become the output's, and onto is not to be used afterwards.
func ConvActivated(x, weight, bias Tensor, stride, padding, groups int, onto Tensor, a Activation) Tensor {
	var sum C.cp_tensor
	if onto.Defined() {
		sum = onto.c()
	}
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_conv_activated(x.c(), weight.c(), bias.c(), C.int64_t(stride), C.int64_t(padding), C.int64_t(groups), sum, C.int(a), out)
	})
}
