package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// host is what a tensor's elements can be on the host's side.
type host interface {
	~uint8 | ~int32 | ~int64 | ~float32 | ~float64
}

func dtypeOf[T host]() C.int {
	var v T
	switch any(v).(type) {
	case uint8:
		return C.CP_UINT8
	case int32:
		return C.CP_INT32
	case int64:
		return C.CP_INT64
	case float32:
		return C.CP_FLOAT32
	case float64:
		return C.CP_FLOAT64
	}
	panic(misuse("element type without a libtorch type"))
}

// count is the number of elements of a shape.
func count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func cShape(shape []int) *C.int64_t {
	out := make([]int64, len(shape)+1) // one more: never empty
	for i, d := range shape {
		out[i] = int64(d)
	}
	return (*C.int64_t)(unsafe.Pointer(&out[0]))
}

// From makes a CPU tensor of this shape holding a copy of data.
func From[T host](data []T, shape ...int) Tensor { return Send(data, CPU, shape...) }

// Send is a copy of data on device d. Nobody waits for it: on CUDA it is copied
// to pinned memory first, so data may be used again at once.
func Send[T host](data []T, d Device, shape ...int) Tensor {
	if len(data) != count(shape) {
		panic(misuse(fmt.Sprintf("%d values for a tensor of shape %v", len(data), shape)))
	}
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_send(unsafe.Pointer(unsafe.SliceData(data)), dtypeOf[T](),
			cShape(shape), C.int64_t(len(shape)), name, out)
	})
}

// Zeros makes a float32 tensor of zeros.
func Zeros(d Device, shape ...int) Tensor { return zeros(d, false, shape) }

// ZerosChannelsLast is [Zeros] [N,C,H,W] laid out as [N,H,W,C] in memory.
func ZerosChannelsLast(d Device, shape ...int) Tensor { return zeros(d, true, shape) }

func zeros(d Device, channelsLast bool, shape []int) Tensor {
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_zeros(C.CP_FLOAT32, cShape(shape), C.int64_t(len(shape)), name, flag(channelsLast), out)
	})
}

// Read copies t's elements to the host, in logical (row-major) order whatever
// its memory format, converting their type. On a device it waits for what t
// depends on.
func Read[T host](t Tensor) []T {
	out := make([]T, count(t.Shape()))
	ReadInto(out, t)
	return out
}

// ReadInto is [Read] into memory of the caller, which must have t's size.
func ReadInto[T host](dst []T, t Tensor) {
	must(C.cp_to_host(t.c(), dtypeOf[T](), unsafe.Pointer(unsafe.SliceData(dst)), C.int64_t(len(dst))))
}

// Overwrite replaces t's elements in place, in logical order, wherever t lives:
// what holds t, such as an optimiser or a net, sees the new values.
func Overwrite[T host](t Tensor, src []T) {
	must(C.cp_copy_from_host(t.c(), unsafe.Pointer(unsafe.SliceData(src)), dtypeOf[T](), C.int64_t(len(src))))
}

// Shape is t's shape.
func (t Tensor) Shape() []int {
	g := t.some()
	dims := g.Shape()
	out := make([]int, len(dims))
	for i, d := range dims {
		out[i] = int(d)
	}
	return out
}

// To is t on device d: t itself, under another handle, if it is there already.
func (t Tensor) To(d Device) Tensor {
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	return made(func(out *C.cp_tensor) *C.char { return C.cp_to_device(t.c(), name, out) })
}

// ChannelsLast is t [N,C,H,W] laid out as [N,H,W,C] in memory, its shape as
// before.
func (t Tensor) ChannelsLast() Tensor {
	return made(func(out *C.cp_tensor) *C.char { return C.cp_channels_last(t.c(), out) })
}

// IsChannelsLast says whether t's memory is laid out as [N,H,W,C].
func (t Tensor) IsChannelsLast() bool { return C.cp_is_channels_last(t.c()) != 0 }

// RequireGrad makes t a weight: backward passes compute its gradient. It
// returns t.
func (t Tensor) RequireGrad(on bool) Tensor {
	must(C.cp_set_requires_grad(t.c(), flag(on)))
	return t
}

// Backward computes the gradients of every weight that the scalar t depends on.
func (t Tensor) Backward() { must(C.cp_backward(t.c())) }

// Grad is the gradient of a weight after [Tensor.Backward]; without one it
// panics with an [*Error].
func (t Tensor) Grad() Tensor {
	return made(func(out *C.cp_tensor) *C.char { return C.cp_grad(t.c(), out) })
}
