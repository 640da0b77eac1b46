// Package standin is a device for tests on machines that have none. To libtorch
// it is another device (its key for devices from outside, PrivateUse1), whose
// tensors cannot be mixed with the host's; it computes on the CPU, by the CPU's
// kernels, so its numbers are the CPU's: to the last bit on one thread of
// libtorch. (Gradients are computed by a thread of their own, which keeps the
// number of threads that was set when it began.) It counts what crosses the
// border to the host, and can be given little memory.
//
// Nothing but tests may import it (tools/lint checks that), and it is not linked
// to: importing it loads build/lib/libcutpaste_standin.so, which `make test`
// builds from device/. It does so before main, since libtorch counts the devices
// it makes threads for at the first backward pass of a process.
//
// What it does not show of a GPU: work on it is done when a call returns, so a
// missing wait goes unnoticed, and nothing of it can be captured in a graph.
package standin

// #cgo LDFLAGS: -ldl
// #include <dlfcn.h>
// #include <stdlib.h>
// #include "device/standin.h"
//
// static void call_read(void *f, cp_standin_counts *out) { ((void (*)(cp_standin_counts *))f)(out); }
// static void call_reset(void *f) { ((void (*)(void))f)(); }
// static void call_limit(void *f, int64_t bytes) { ((void (*)(int64_t))f)(bytes); }
// static void call_last_backward(void *f, cp_standin_backward *out) { ((void (*)(cp_standin_backward *))f)(out); }
// static int64_t call_wait_for_numbers(void *f) { return ((int64_t (*)(void))f)(); }
import "C"

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"unsafe"
)

// Device is its name, as "cuda:0" is another one's.
const Device = "standin:0"

// library are the functions of the loaded library; missing says why there is
// none.
var (
	library struct{ read, reset, limit, lastBackward, waitForNumbers unsafe.Pointer }
	missing string
)

func init() { missing = load() }

// load loads the library and returns why it cannot.
func load() string {
	_, source, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(source), "../../../build/lib/libcutpaste_standin.so")
	if _, err := os.Stat(path); err != nil {
		return "the stand-in device is not built; run `go run ./tools/libtorch build --tests`"
	}
	// With two kinds of devices in one process libtorch could take the one's
	// pinned memory for the other's copies.
	if handle, _ := open("libcuda.so.1"); handle != nil {
		C.dlclose(handle)
		return "this machine has an NVIDIA driver, and a process has one kind of device"
	}
	handle, reason := open(path)
	if handle == nil {
		return fmt.Sprintf("the stand-in device cannot be loaded (%s)", reason)
	}
	for name, to := range map[string]*unsafe.Pointer{
		"cp_standin_read": &library.read, "cp_standin_reset": &library.reset,
		"cp_standin_limit": &library.limit, "cp_standin_last_backward": &library.lastBackward,
		"cp_standin_wait_for_numbers": &library.waitForNumbers,
	} {
		symbol := C.CString(name)
		*to = C.dlsym(handle, symbol)
		C.free(unsafe.Pointer(symbol))
		if *to == nil {
			return "the stand-in device's library is of another version; run `go run ./tools/libtorch build --tests`"
		}
	}
	return ""
}

func open(path string) (unsafe.Pointer, string) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	handle := C.dlopen(name, C.RTLD_NOW|C.RTLD_GLOBAL)
	if handle == nil {
		return nil, C.GoString(C.dlerror())
	}
	return handle, ""
}

// Load skips the test where there is no stand-in device, saying why. Its counts
// start at 0.
func Load(t testing.TB) {
	t.Helper()
	if missing != "" {
		t.Skip(missing)
	}
	Reset()
}

// Counts is what happened between host and device since the last [Reset].
type Counts struct {
	ToDevice, ToHost int // copies of tensors
	Scalars          int // single numbers, and sizes, that the host asked for
	Waits            int // synchronisations, and copies to the device that are not non-blocking from pinned memory
}

// Counted is the counts now.
func Counted() Counts {
	c := read()
	return Counts{int(c.to_device), int(c.to_host), int(c.scalar_reads), int(c.waits)}
}

// Allocations is how often the device's memory was asked for since the last
// [Reset].
func Allocations() int { return int(read().allocations) }

// Bytes is how much of the device's memory is in use.
func Bytes() int { return int(read().live_bytes) }

func read() (c C.cp_standin_counts) {
	C.call_read(library.read, &c)
	return c
}

// Reset sets the counts to 0.
func Reset() { C.call_reset(library.reset) }

// Limit gives the device this many bytes of memory, 0 for as many as the host
// has. What does not fit is refused in the words of CUDA's allocator.
func Limit(bytes int) { C.call_limit(library.limit, C.int64_t(bytes)) }

// Backward is where the last backward pass of a convolution was computed.
type Backward struct {
	Thread   int // of the system; libtorch has one for every device
	Stream   int
	GradMode bool // whether it was itself recorded
}

// LastBackward is the last one on this device.
func LastBackward() Backward {
	var b C.cp_standin_backward
	C.call_last_backward(library.lastBackward, &b)
	return Backward{int(b.thread), int(b.stream), b.grad_mode != 0}
}

// waitForNumbers makes three scalar reads and returns how many of them were
// right.
func waitForNumbers() int { return int(C.call_wait_for_numbers(library.waitForNumbers)) }
