package torch

// #include "shim.h"
import "C"

import (
	"runtime"
	"sync"
	"syscall"
)

// thread is the one goroutine, locked to one thread of the system, that all
// tensor work runs on.
var thread struct {
	start sync.Once
	id    int
	jobs  chan func()
}

func startThread() {
	thread.jobs = make(chan func())
	ready := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		C.cp_runtime_init()
		SetThreads(0)
		thread.id = syscall.Gettid()
		close(ready)
		for job := range thread.jobs {
			job()
		}
	}()
	<-ready
}

func onThread() bool { return syscall.Gettid() == thread.id }

// Do runs f on the tensor thread and waits for it. A refusal of libtorch inside
// f ends f and is returned as an [*Error]; tensors of scopes that it cut short
// are freed. Any other panic goes on in the caller. Do may be called inside Do.
func Do(f func() error) (err error) {
	thread.start.Do(startThread)
	if onThread() {
		return guarded(f)
	}
	done := make(chan any, 1)
	thread.jobs <- func() {
		defer func() { done <- recover() }()
		err = guarded(f)
	}
	if p := <-done; p != nil {
		panic(p)
	}
	return err
}

// guarded turns libtorch's refusals into errors: the shim's panic with *Error,
// gotorch's with a string.
func guarded(f func() error) (err error) {
	depth := len(scopes)
	defer func() {
		switch p := recover().(type) {
		case nil:
			return
		case *Error:
			err = p
		case string:
			err = refusal(p)
		default:
			closeScopes(depth)
			panic(p)
		}
		closeScopes(depth)
	}()
	return f()
}
