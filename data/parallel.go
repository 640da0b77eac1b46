package data

import (
	"context"
	"runtime"
	"sync"
)

// cores is the number of workers to use where n is 0.
func cores(n int) int {
	if n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// each calls do for 0 to n-1 on several workers and progress, if not nil,
// after each, one call at a time. After an error no further call is started,
// and the error with the lowest index is returned: the same one on any number
// of workers, as calls start in order. A cancelled ctx stops it with ctx's
// cause.
func each(ctx context.Context, workers, n int, progress func(done, total int), do func(i int) error) error {
	var (
		mu     sync.Mutex
		next   int
		done   int
		failed = n
		first  error
		wg     sync.WaitGroup
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next >= n || first != nil || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range min(cores(workers), n) {
		wg.Go(func() {
			for {
				i, ok := take()
				if !ok {
					return
				}
				err := do(i)
				mu.Lock()
				if err != nil && i < failed {
					failed, first = i, err
				}
				if err == nil {
					done++
					if progress != nil {
						progress(done, n)
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if first == nil && done < n {
		return context.Cause(ctx)
	}
	return first
}
