package torch

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestDoReturnsTheError(t *testing.T) {
	want := errors.New("no such picture")
	if err := Do(func() error { return want }); err != want {
		t.Errorf("got %v", err)
	}
	if err := Do(func() error { return nil }); err != nil {
		t.Errorf("got %v", err)
	}
}

// Do inside Do is on the same thread, and a refusal ends only the inner one.
func TestDoInsideDo(t *testing.T) {
	var outer, inner int
	err := Do(func() error {
		outer = syscall.Gettid()
		err := Do(func() error {
			inner = syscall.Gettid()
			Scope(func() { From([]float32{1, 2}, 2).Backward() })
			return nil
		})
		var refused *Error
		if !errors.As(err, &refused) {
			t.Errorf("the inner Do returned %v", err)
		}
		return nil
	})
	if err != nil {
		t.Errorf("the outer Do returned %v", err)
	}
	if outer != inner {
		t.Errorf("threads %d and %d", outer, inner)
	}
}

func TestDoFromManyGoroutines(t *testing.T) {
	const n = 64
	threads := make([]int, n)
	sums := make([]float32, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			err := Do(func() error {
				threads[i] = syscall.Gettid()
				Scope(func() {
					x := From([]float32{float32(i), 1}, 1, 2)
					sums[i] = Read[float32](Linear(x, From([]float32{1, 1}, 1, 2), Tensor{}))[0]
				})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range n {
		if threads[i] != threads[0] {
			t.Errorf("job %d ran on thread %d, the first on %d", i, threads[i], threads[0])
		}
		if sums[i] != float32(i)+1 {
			t.Errorf("job %d computed %v", i, sums[i])
		}
	}
}

// A panic that is no refusal of libtorch reaches the caller as it is, even a
// string, and the tensors on its way are freed.
func TestPanicReachesTheCaller(t *testing.T) {
	before := liveNow()
	for _, want := range []any{"boom", 7, errors.New("lost")} {
		got := caught(func() {
			Do(func() error {
				Scope(func() {
					From([]float32{1}, 1)
					Scope(func() { From([]float32{2}, 1); panic(want) })
				})
				return nil
			})
		})
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if after := liveNow(); after != before {
		t.Errorf("%d tensors live, %d before", after, before)
	}
}

// t.Fatal inside Do must end the test and not the tensor thread for good.
func TestGoexitInsideDo(t *testing.T) {
	before := liveNow()
	threads := threadsNow()
	reached := false
	var wg sync.WaitGroup
	wg.Go(func() {
		Do(func() error {
			Scope(func() {
				From([]float32{1}, 1)
				runtime.Goexit()
			})
			return nil
		})
		reached = true
	})
	wg.Wait()
	if reached {
		t.Error("the caller went on")
	}
	if after := liveNow(); after != before {
		t.Errorf("%d tensors live, %d before", after, before)
	}
	if got := threadsNow(); got != threads {
		t.Errorf("the next thread computes with %d threads, %d before", got, threads)
	}
}

func TestWorkOutsideDo(t *testing.T) {
	wantMisuse(t, "a scope outside Do", "outside torch.Do", func() { Scope(func() {}) })
}

func TestSetThreads(t *testing.T) {
	inScope(t, func() {
		defer SetThreads(1)
		if got := SetThreads(2); got != 2 {
			t.Errorf("2 threads asked, %d set", got)
		}
		if got := SetThreads(0); got != runtime.NumCPU() {
			t.Errorf("0 means every core: %d set, %d cores", got, runtime.NumCPU())
		}
	})
}

func TestVersion(t *testing.T) {
	if v := Version(); !strings.HasPrefix(v, "2.") {
		t.Errorf("libtorch says it is version %q", v)
	}
}
