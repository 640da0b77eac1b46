// Package torch is the one door to libtorch: gotorch for the operations it has,
// and a small C++ library of ours (shim/) for what it lacks.
//
// All tensor work runs on one locked thread, because libtorch keeps modes,
// caches and its thread pool per thread. [Do] runs a function there; everything
// else in this package must be called inside it.
//
// Temporaries live in scopes: [Scope] frees every tensor made inside it when it
// ends, so that memory does not grow until Go's collector happens to run. What
// must live longer is taken out with [Tensor.Keep].
//
// Operations panic with an [*Error] when libtorch refuses (shapes that do not
// fit, memory that is not there). Do turns that panic into an error, so callers
// write plain expressions and handle errors once.
//
// # Building
//
// The libraries are found in build/ of this repository, which `make build`
// fills; the paths are written into every binary, so neither LD_LIBRARY_PATH
// nor any other setting is needed to run, test or edit.
package torch

// #cgo CFLAGS: -I${SRCDIR}/shim
// #cgo LDFLAGS: -L${SRCDIR}/../../build/lib -L${SRCDIR}/../../build/libtorch/lib
// #cgo LDFLAGS: -lcutpaste_torch -lcgotorch -ltorch_cpu -lc10
// #cgo LDFLAGS: -Wl,--disable-new-dtags
// #cgo LDFLAGS: -Wl,-rpath,$ORIGIN/../build/lib -Wl,-rpath,$ORIGIN/../build/libtorch/lib
// #cgo LDFLAGS: -Wl,-rpath,${SRCDIR}/../../build/lib -Wl,-rpath,${SRCDIR}/../../build/libtorch/lib
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"os"
	"runtime"
	"strings"
	"unsafe"
)

// Error is libtorch's refusal of an operation.
type Error struct{ Msg string }

func (e *Error) Error() string { return "libtorch: " + e.Msg }

// OutOfMemory says whether a device, or the host, had no memory left.
func (e *Error) OutOfMemory() bool {
	return strings.Contains(e.Msg, "out of memory") || strings.Contains(e.Msg, "can't allocate memory")
}

// must panics with an [*Error] holding the message of a failed call of the
// shim, and frees the message.
func must(msg *C.char) {
	if msg == nil {
		return
	}
	defer C.free(unsafe.Pointer(msg))
	panic(refusal(C.GoString(msg)))
}

// refusal keeps the sentence of a libtorch message and drops what follows it: a
// C++ backtrace, CUDA's advice to those who debug kernels.
func refusal(msg string) *Error {
	msg, _, _ = strings.Cut(strings.TrimSpace(msg), "\n")
	return &Error{strings.TrimSpace(msg)}
}

// Version is libtorch's version, such as "2.11.0".
func Version() string { return C.GoString(C.cp_version()) }

// SetThreads sets how many threads libtorch computes with; 0 means one for
// every core that this process may use. (gotorch sets half the cores when it
// is loaded.) It returns the number in force.
func SetThreads(n int) int {
	if n <= 0 {
		n = runtime.NumCPU()
	}
	C.cp_set_threads(C.int(n))
	return threadCount()
}

func threadCount() int { return int(C.cp_get_threads()) }

// SetDeterministic makes libtorch refuse operations that have no deterministic
// form and choose deterministic convolutions on CUDA. On CUDA it must come before
// the first matrix product to be of use to those: cuBLAS repeats its sums only
// with a workspace of a set size, which is then read from the environment.
func SetDeterministic(on bool) {
	const workspace = "CUBLAS_WORKSPACE_CONFIG"
	if _, set := os.LookupEnv(workspace); on && !set {
		// NVIDIA's value for this purpose: 8 buffers of 4 MiB.
		_ = os.Setenv(workspace, ":4096:8") // fails for no such name and value
	}
	C.cp_set_deterministic(flag(on))
}

func flag(on bool) C.int {
	if on {
		return 1
	}
	return 0
}

// SetTF32 lets float32 convolutions and matrix products on CUDA round their
// factors to TF32, with 10 bits of mantissa. It changes nothing on a CPU.
func SetTF32(on bool) { must(C.cp_set_tf32(flag(on))) }

// ReleaseMemory gives the memory of d that is kept for the next update back to
// the system.
func (d Device) ReleaseMemory() {
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	must(C.cp_release_memory(name))
}

// SetOneDNN says whether convolutions and matrix products on the CPU go to
// oneDNN. It is faster wherever there is much to compute; for tiny ones its
// search for a kernel takes longer than libtorch's own kernels take in all.
func SetOneDNN(on bool) { C.cp_set_onednn(flag(on)) }
