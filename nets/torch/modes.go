package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// NoGrad runs f without recording for a backward pass.
func NoGrad(f func()) {
	before := C.cp_set_grad_enabled(0)
	defer C.cp_set_grad_enabled(before)
	f()
}

// Precision is what convolutions and matrix products compute in, named as the
// configuration names it.
type Precision string

// The precisions that [Autocast] knows.
const (
	FP32 Precision = "off"
	BF16 Precision = "bf16"
	FP16 Precision = "fp16"
)

// Autocast runs f so that convolutions and matrix products on device d compute
// in this precision, while what needs more stays float32. Backward passes are
// called outside. FP32 runs f as it is.
func Autocast(d Device, p Precision, f func()) {
	var dtype C.int
	switch p {
	case FP32:
		f()
		return
	case BF16:
		dtype = C.CP_BFLOAT16
	case FP16:
		dtype = C.CP_FLOAT16
	default:
		panic(misuse("autocast to the unknown precision " + string(p)))
	}
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	var before C.int
	must(C.cp_autocast_enter(name, dtype, &before))
	defer func() { must(C.cp_autocast_exit(name, before)) }()
	f()
}

// FastBFloat16 says whether d computes in bfloat16 itself; a CUDA device does
// from compute capability 8.0 on.
func (d Device) FastBFloat16() bool {
	if !d.IsCUDA() {
		return FastBFloat16()
	}
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	var fast C.int
	must(C.cp_cuda_bfloat16(name, &fast))
	return fast != 0
}

// FastBFloat16 says whether this machine's CPU computes in bfloat16 itself
// (AVX512-BF16 or AMX). Without that bfloat16 is slower than float32.
func FastBFloat16() bool { return cpu.X86.HasAVX512BF16 || cpu.X86.HasAMXBF16 }
