package torch

import (
	"math"
	"os"
	"strings"
	"testing"
)

// One thread: the tensors of these tests are too small for two to help.
func TestMain(m *testing.M) {
	err := Do(func() error { SetThreads(1); return nil })
	if err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// inScope runs f on the tensor thread in a scope and checks that it leaves no
// tensor behind.
func inScope(t *testing.T, f func()) {
	t.Helper()
	before := liveNow()
	if err := Do(func() error { Scope(f); return nil }); err != nil {
		t.Fatal(err)
	}
	if after := liveNow(); after != before {
		t.Errorf("%d tensors live after the test, %d before", after, before)
	}
}

func liveNow() (n int) {
	if err := Do(func() error { n = Live(); return nil }); err != nil {
		panic(err)
	}
	return n
}

// caught is what f panics with, or nil.
func caught(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// wantMisuse checks that f panics with a misuse whose text has this part.
func wantMisuse(t *testing.T, what, part string, f func()) {
	t.Helper()
	p := caught(f)
	if m, ok := p.(misuse); !ok || !strings.Contains(m.Error(), part) {
		t.Errorf("%s: got %v, want a panic with %q", what, p, part)
	}
}

// wantNear compares element by element, with an absolute tolerance.
func wantNear[T float32 | float64](t *testing.T, what string, got, want []T, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tol) {
			t.Fatalf("%s: element %d is %v, want %v within %g", what, i, got[i], want[i], tol)
		}
	}
}

// wave is n values between -1 and 1 without a pattern that a wrong order of
// elements could hide in.
func wave(n int, phase float64) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(math.Sin(float64(i*i)*0.37 + phase + float64(i)))
	}
	return out
}

// threadsNow is how many threads libtorch computes with.
func threadsNow() (n int) {
	if err := Do(func() error { n = threadCount(); return nil }); err != nil {
		panic(err)
	}
	return n
}
