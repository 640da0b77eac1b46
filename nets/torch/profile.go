package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"cmp"
	"slices"
	"time"
	"unsafe"
)

// OperatorTime is what one of libtorch's operators took in a [Profile].
type OperatorTime struct {
	Name  string // libtorch's: aten::convolution_backward
	Calls int
	Self  time.Duration // without the operators that it called
	Total time.Duration // with them
}

// Profile runs f and returns what libtorch's operators took, the largest Self
// first, and what f took in all: what no operator's Self has was spent outside
// of operators. Times are those of the host; on a device that computes by itself
// every operator is waited for, so that its time is its work's and f takes
// longer than usual. Operators inside a replayed graph are not seen. A refusal
// in f goes on in the caller, and there is no profile.
func Profile(d Device, f func()) (operators []OperatorTime, all time.Duration) {
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	must(C.cp_profile_start(name))
	n := 0
	func() {
		defer func() { n = int(C.cp_profile_stop()) }()
		begin := time.Now()
		f()
		all = time.Since(begin)
	}()
	if n == 0 {
		return nil, all
	}
	read := make([]C.cp_operator, n)
	C.cp_profile_read(&read[0])
	for _, o := range read {
		operators = append(operators, OperatorTime{
			Name: C.GoString(o.name), Calls: int(o.calls),
			Self: time.Duration(o.self), Total: time.Duration(o.total),
		})
	}
	slices.SortFunc(operators, func(a, b OperatorTime) int {
		return cmp.Or(cmp.Compare(b.Self, a.Self), cmp.Compare(a.Name, b.Name))
	})
	return operators, all
}
