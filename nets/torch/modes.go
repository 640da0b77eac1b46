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

// BFloat16 runs f under autocast: convolutions and matrix products on device d
// compute in bfloat16, what needs precision stays float32. Backward passes are
// called outside.
func BFloat16(d Device, f func()) {
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	var before C.int
	must(C.cp_autocast_enter(name, C.CP_BFLOAT16, &before))
	defer func() { must(C.cp_autocast_exit(name, before)) }()
	f()
}

// FastBFloat16 says whether this machine's CPU computes in bfloat16 itself
// (AVX512-BF16 or AMX). Without that bfloat16 is slower than float32.
func FastBFloat16() bool { return cpu.X86.HasAVX512BF16 || cpu.X86.HasAMXBF16 }
