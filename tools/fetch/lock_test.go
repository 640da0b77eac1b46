package fetch

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func TestLockIsForOneAtATime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(t.Context(), file, func() { t.Error("waited for nobody") })
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan struct{})
	got := make(chan error)
	go func() {
		second, err := Lock(t.Context(), file, func() { close(waiting) })
		if err == nil {
			second()
		}
		got <- err
	}()
	<-waiting
	select {
	case <-got:
		t.Fatal("two have the lock")
	case <-time.After(50 * time.Millisecond):
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Lock(ctx, file, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting was not cancelled: %v", err)
	}
	unlock()
	if err := <-got; err != nil {
		t.Error(err)
	}
}
