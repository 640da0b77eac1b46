package data

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// Pictures at the front can be used while a later one is still being read: here
// one that is a pipe, which nobody has written to yet.
func TestArriving(t *testing.T) {
	dir := t.TempDir()
	items := drawn(t, dir, 5, 11, 7)
	want := load(t, items, LoadOptions{Size: 4})
	pipe := filepath.Join(dir, "pipe.png")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	waiting := append(slices.Clone(items[:4]), Item{Path: pipe, Rel: "pipe.png"})
	a := Arrive(context.Background(), waiting, LoadOptions{Size: 4, Workers: 2})
	if a.Len() != 5 {
		t.Errorf("%d pictures", a.Len())
	}
	for _, r := range [][2]int{{0, 2}, {2, 4}, {1, 1}} {
		got, err := a.Range(r[0], r[1])
		same, _ := want.Range(r[0], r[1])
		if err != nil || !slices.Equal(got, same) {
			t.Errorf("pictures %d to %d: %v", r[0], r[1], err)
		}
	}
	write(t, pipe, []byte("no picture")) // returns when somebody reads it
	_, err := a.Range(3, 5)
	wantError(t, err, pipe)
	if _, all := a.All(); all != err {
		t.Errorf("All says %v, Range %v", all, err)
	}
	if got, err := a.Range(0, 4); err != nil || len(got) != 4*4*4*3 {
		t.Errorf("what was there before the error: %v", err)
	}
}

func TestArrivingCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("stopped")
	cancel(cause)
	a := Arrive(ctx, drawn(t, t.TempDir(), 3, 8, 8), LoadOptions{Size: 4})
	if _, err := a.Range(0, 3); err != cause {
		t.Errorf("Range: %v", err)
	}
	if _, err := a.All(); err != cause {
		t.Errorf("All: %v", err)
	}
}
