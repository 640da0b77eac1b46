package torch

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"

	"github.com/wangkuiyi/gotorch"
)

// Tensor is a handle to a libtorch tensor. The zero Tensor means "none" (a
// convolution without bias).
type Tensor struct{ g gotorch.Tensor }

// Defined says whether t is a tensor at all.
func (t Tensor) Defined() bool { return t.g.T != nil && *t.g.T != nil }

// misuse is a mistake in the program that calls this package: a panic that no
// caller is meant to handle.
type misuse string

func (m misuse) Error() string { return "torch: " + string(m) }

// raw is t for gotorch, which may be none; a tensor whose scope has ended is a
// mistake in the program and panics here rather than in libtorch.
func (t Tensor) raw() gotorch.Tensor {
	if t.g.T != nil && *t.g.T == nil {
		panic(misuse("a tensor was used after its scope ended"))
	}
	return t.g
}

// some is t for gotorch, which must not be none.
func (t Tensor) some() gotorch.Tensor {
	if t.g.T == nil {
		panic(misuse("no tensor where one is needed"))
	}
	return t.raw()
}

// c is t for the shim; t must be defined.
func (t Tensor) c() C.cp_tensor { return C.cp_tensor(*t.some().T) }

// scopes is the stack of open scopes, each the tensors made in it. Only the
// tensor thread touches it.
var scopes [][]*unsafe.Pointer

// live counts tensors that were made and not freed.
var live int

// Live is the number of tensors that this package made and has not freed.
func Live() int { return live }

// Scope runs f and frees every tensor that was made in it and not kept. Scopes
// nest; a tensor belongs to the innermost one.
func Scope(f func()) {
	if !onThread() {
		panic(misuse("tensor work outside torch.Do"))
	}
	depth := len(scopes)
	pushScope()
	defer closeScopes(depth)
	f()
}

// pushScope opens a scope; the memory of one that was closed at this depth is
// used again, an update makes a hundred tensors.
func pushScope() {
	if n := len(scopes); n < cap(scopes) {
		scopes = scopes[:n+1]
		scopes[n] = scopes[n][:0]
		return
	}
	scopes = append(scopes, nil)
}

func closeScopes(depth int) {
	for len(scopes) > depth {
		top := scopes[len(scopes)-1]
		free(top)
		scopes = scopes[:len(scopes)-1]
	}
}

func free(handles []*unsafe.Pointer) {
	n := 0
	var batch [256]C.cp_tensor
	flush := func() {
		if n > 0 {
			C.cp_free(&batch[0], C.int64_t(n))
			n = 0
		}
	}
	for _, h := range handles {
		if *h == nil {
			continue
		}
		batch[n] = C.cp_tensor(*h)
		*h = nil
		live--
		if n++; n == len(batch) {
			flush()
		}
	}
	flush()
}

// adopt takes the new tensor that an operation of gotorch makes over from
// gotorch's finalizer into the open scope. gotorch panics with a string when
// libtorch refuses; that becomes an [*Error] here.
func adopt(op func() gotorch.Tensor) Tensor {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case string:
			panic(refusal(p))
		default:
			panic(p)
		}
	}()
	g := op()
	runtime.SetFinalizer(g.T, nil)
	return own(g.T)
}

// own puts a new tensor into the open scope. Outside every scope it lives until
// it is freed by name.
func own(h *unsafe.Pointer) Tensor {
	live++
	if n := len(scopes); n > 0 {
		scopes[n-1] = append(scopes[n-1], h)
	}
	return Tensor{gotorch.Tensor{T: h}}
}

// made is the result of a call of the shim that writes a handle.
func made(call func(out *C.cp_tensor) *C.char) Tensor {
	h := new(unsafe.Pointer)
	must(call((*C.cp_tensor)(h)))
	return own(h)
}

// Keep takes t out of its scope: it lives until [Tensor.Free]. It returns t.
func (t Tensor) Keep() Tensor {
	t.some()
	for i := len(scopes) - 1; i >= 0; i-- {
		for j, h := range scopes[i] {
			if h == t.g.T {
				scopes[i] = append(scopes[i][:j], scopes[i][j+1:]...)
				return t
			}
		}
	}
	return t
}

// Free frees a kept tensor now. Freeing twice, or nothing, does nothing.
func (t Tensor) Free() {
	if t.Defined() {
		free([]*unsafe.Pointer{t.g.T})
	}
}
