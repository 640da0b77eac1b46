package data

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func TestEachDoesEverythingOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 50} {
		const n = 37
		var done [n]atomic.Int64
		var progress []int
		err := each(context.Background(), workers, n, func(d, total int) {
			progress = append(progress, d)
			if total != n {
				t.Errorf("total %d", total)
			}
		}, func(i int) error { done[i].Add(1); return nil })
		if err != nil {
			t.Fatal(err)
		}
		for i := range done {
			if done[i].Load() != 1 {
				t.Errorf("%d was done %d times", i, done[i].Load())
			}
		}
		if !slices.IsSorted(progress) || len(progress) != n || progress[n-1] != n {
			t.Errorf("progress %v", progress)
		}
	}
	if err := each(context.Background(), 4, 0, nil, nil); err != nil {
		t.Error(err)
	}
}

// The error is the first by order, even when a later one is there sooner.
func TestEachReturnsTheFirstError(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		err := each(context.Background(), workers, 20, nil, func(i int) error {
			if i == 5 {
				time.Sleep(5 * time.Millisecond)
			}
			if i >= 5 {
				return fmt.Errorf("file %d", i)
			}
			return nil
		})
		if err == nil || err.Error() != "file 5" {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
}

func TestEachStops(t *testing.T) {
	cause := errors.New("Ctrl-C")
	ctx, cancel := context.WithCancelCause(context.Background())
	calls := 0
	err := each(ctx, 1, 100, nil, func(i int) error {
		calls++
		if i == 3 {
			cancel(cause)
		}
		return nil
	})
	if err != cause || calls != 4 {
		t.Errorf("%v after %d calls", err, calls)
	}
}
