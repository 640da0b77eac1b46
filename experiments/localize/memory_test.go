package localize

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Fitting and scoring take no more than the plan says, but for a quarter and the 48 MiB
// that code and threads touch for the first time and the garbage collector leaves, and
// most of what it says: with and without folds, in groups of rows that are a part of
// all, the last of them smaller.
func TestPlansBoundTheMemory(t *testing.T) {
	const dimension, pictures, slack = 192, block/2 + 3, 48 << 20
	g := configs.Grid{Picture: 32 + 4*23, Window: 32, Stride: 4} // 24 x 24 windows
	noise := make([]float32, 24*24*dimension+pictures)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = float32(r.NormFloat64())
	}
	s := Source{Len: pictures, Embed: func(numbers []int, from, to int, visit func(int, []float32) error) error {
		row := g.Side() * dimension
		for _, i := range numbers {
			if err := visit(i, noise[i+from*row:i+to*row]); err != nil {
				return err
			}
		}
		return nil
	}}
	for _, folds := range []int{0, 2} {
		p, err := NewPlan(g, true, dimension, folds, 0.13)
		if err != nil {
			t.Fatal(err)
		}
		if p.Groups() < 2 {
			t.Fatalf("%+v is no part of the rows", p)
		}
		if err := torch.Do(func() error { torch.CPU.ReleaseMemory(); return nil }); err != nil {
			t.Fatal(err)
		}
		debug.FreeOSMemory()
		before := resetPeak(t)
		if _, err := p.Distances(s, s, Options{Options: gde.Options{Covariance: gde.LedoitWolf}, Folds: folds}, nil, nil); err != nil {
			t.Fatal(err)
		}
		took := statusBytes(t, "VmHWM") - before
		t.Logf("%d folds: %d MiB, predicted %d MiB", folds, took>>20, p.Bytes>>20)
		if took > p.Bytes+p.Bytes/4+slack || took < p.Bytes/2 {
			t.Errorf("%d folds: %d MiB were taken, and the plan is %d MiB", folds, took>>20, p.Bytes>>20)
		}
	}
}

// resetPeak makes the highest resident memory count from now on, and is the memory
// now, in bytes.
func resetPeak(t *testing.T) int64 {
	t.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skipf("skipped: the peak of the memory cannot be set back here (%v)", err)
	}
	return statusBytes(t, "VmRSS")
}

// statusBytes is an entry of /proc/self/status.
func statusBytes(t *testing.T, key string) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var kb int64
		if n, _ := fmt.Sscanf(line, key+": %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	t.Fatalf("/proc/self/status has no %s", key)
	return 0
}
