package progress

import (
	"bytes"
	"testing"
	"time"
)

// watch is a bar off a terminal with a clock that the test moves.
func watch(t *testing.T, unit Unit, total int64) (bar *Bar, out *bytes.Buffer, pass func(time.Duration)) {
	t.Helper()
	out = &bytes.Buffer{}
	bar = New(out, "Fetching", unit, total)
	now := bar.start
	bar.now = func() time.Time { return now }
	return bar, out, func(d time.Duration) { now = now.Add(d) }
}

func TestLinesOffATerminal(t *testing.T) {
	bar, out, pass := watch(t, Bytes, 500_000_000)
	bar.Skip(100_000_000) // of an earlier run: no part of the speed
	pass(5 * time.Second)
	bar.Add(50_000_000)
	pass(5 * time.Second)
	bar.Add(50_000_000) // 100 MB in 10 s: 10 MB/s, 300 MB left
	pass(9 * time.Second)
	bar.Add(200_000_000)
	pass(time.Second)
	bar.Add(100_000_000)
	bar.Done()
	want := "Fetching: 200 MB of 500 MB, 10 MB/s, 30s left\n" +
		"Fetching: 400 MB in 20s\n"
	if out.String() != want {
		t.Errorf("printed:\n%swant:\n%s", out, want)
	}
}

func TestCountsOffATerminal(t *testing.T) {
	bar, out, pass := watch(t, Files, 13)
	pass(12 * time.Second)
	bar.Add(1)
	pass(12 * time.Second)
	bar.Add(1)
	bar.Done() // two of thirteen: it failed, and somebody else says how
	want := "Fetching: 1 of 13, 2m24s left\nFetching: 2 of 13, 2m12s left\n"
	if out.String() != want {
		t.Errorf("printed:\n%swant:\n%s", out, want)
	}
}

func TestBytesTakenBackDoNotSpeedUp(t *testing.T) {
	bar, out, pass := watch(t, Bytes, 100_000_000)
	bar.Add(50_000_000)
	bar.Skip(-50_000_000) // the server made it start over
	pass(10 * time.Second)
	bar.Add(50_000_000)
	want := "Fetching: 50 MB of 100 MB, 10 MB/s, 5s left\n"
	if out.String() != want {
		t.Errorf("printed:\n%swant:\n%s", out, want)
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 134_086: "134 kB", 530_712_279: "530 MB", 2_532_000_000: "2.5 GB"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %s, want %s", n, got, want)
		}
	}
}
