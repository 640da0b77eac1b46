// Package standin is a device for tests on machines without a GPU: tensors of
// [Device] are another device's to libtorch and to everybody who holds them, and
// are computed on by the CPU's kernels, with its numbers. It counts what crosses
// over between it and the host, and can run out of memory.
//
// Only tests import it; its library is built by `make test`.
package standin

// #cgo CFLAGS: -I${SRCDIR}
// #cgo LDFLAGS: -ldl
// #include <dlfcn.h>
// #include <stdlib.h>
// #include "standin.h"
//
// static __typeof__(&standin_begin) begin;
// static __typeof__(&standin_counts) counts;
// static __typeof__(&standin_reset) reset;
// static __typeof__(&standin_limit) limit;
//
// static const char *load(const char *path) {
//   void *lib = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
//   if (!lib) return dlerror();
//   begin = dlsym(lib, "standin_begin");
//   counts = dlsym(lib, "standin_counts");
//   reset = dlsym(lib, "standin_reset");
//   limit = dlsym(lib, "standin_limit");
//   begin();
//   return 0;
// }
// static void get(int64_t *to_device, int64_t *to_host, int64_t *scalars, int64_t *bytes) {
//   counts(to_device, to_host, scalars, bytes);
// }
// static void begin_anew(void) { reset(); }
// static void set_limit(int64_t bytes) { limit(bytes); }
import "C"

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"unsafe"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// Device is the stand-in.
const Device torch.Device = "standin:0"

var load = sync.OnceValue(func() error {
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "../../../build/lib/libcutpaste_standin.so")
	if own := os.Getenv("CUTPASTE_STANDIN"); own != "" {
		path = own
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fs.ErrNotExist
	}
	return torch.Do(func() error {
		name := C.CString(path)
		defer C.free(unsafe.Pointer(name))
		if msg := C.load(name); msg != nil {
			return errors.New(C.GoString(msg))
		}
		return nil
	})
})

// Load readies the device. A test is skipped where its library is not built.
func Load(t testing.TB) {
	t.Helper()
	err := load()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the stand-in device is not built; make test builds it")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Counts is what crossed over since the last [Reset].
type Counts struct {
	ToDevice, ToHost int // copies of tensors
	Scalars          int // numbers that were read back one by one
}

// Counted is what crossed over since the last [Reset].
func Counted() Counts {
	var toDevice, toHost, scalars, bytes C.int64_t
	C.get(&toDevice, &toHost, &scalars, &bytes)
	return Counts{int(toDevice), int(toHost), int(scalars)}
}

// Bytes is how much memory the device's tensors hold.
func Bytes() int {
	var toDevice, toHost, scalars, bytes C.int64_t
	C.get(&toDevice, &toHost, &scalars, &bytes)
	return int(bytes)
}

// Reset begins to count anew.
func Reset() { C.begin_anew() }

// Limit gives the device so many bytes of memory, 0 for no end of it.
func Limit(bytes int) { C.set_limit(C.int64_t(bytes)) }
