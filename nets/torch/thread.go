package torch

// #include "shim.h"
import "C"

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// thread is the one goroutine, locked to one thread of the system, that all
// tensor work runs on.
var thread struct {
	start sync.Once
	id    atomic.Int64
	jobs  chan func()
}

func startThread() {
	thread.jobs = make(chan func())
	ready := make(chan struct{})
	go serve(func() {
		C.cp_runtime_init()
		SetThreads(0)
		close(ready)
	})
	<-ready
}

// serve is the tensor thread. A job that ends its goroutine, as a failing
// test's t.Fatal does, ends this one and its thread; another takes over.
func serve(begin func()) {
	runtime.LockOSThread()
	thread.id.Store(int64(syscall.Gettid()))
	begin()
	defer func() {
		threads := threadCount()
		thread.id.Store(0)
		go serve(func() { SetThreads(threads) })
	}()
	for job := range thread.jobs {
		job()
	}
}

func onThread() bool { return int64(syscall.Gettid()) == thread.id.Load() }

// Do runs f on the tensor thread and waits for it. A refusal of libtorch inside
// f ends f and is returned as an [*Error]; tensors of scopes that it cut short
// are freed. Any other panic goes on in the caller, and so does
// [runtime.Goexit]. Do may be called inside Do.
func Do(f func() error) (err error) {
	thread.start.Do(startThread)
	if onThread() {
		return guarded(f)
	}
	var (
		returned bool
		panicked any
		done     = make(chan struct{})
	)
	thread.jobs <- func() {
		defer close(done)
		defer func() { panicked = recover() }()
		err = guarded(f)
		returned = true
	}
	<-done
	switch {
	case panicked != nil:
		panic(panicked)
	case !returned:
		runtime.Goexit()
	}
	return err
}

// guarded turns libtorch's refusals into errors.
func guarded(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *Error:
			err = p
		default:
			panic(p)
		}
	}()
	return f()
}
