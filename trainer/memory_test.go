package trainer

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// Over two hundred updates the number of live tensors stays the same, and so
// does the memory of the process, logging included.
func TestMemoryStaysFlat(t *testing.T) {
	c := small()
	c.Augment.Variant = "cutpaste"
	c.Train.Steps, c.Train.Batch, c.Train.LogEvery, c.Train.CheckpointEvery = 200, 1, 10, 1000
	j := job(t, c, t.TempDir())
	var tensors, memory int
	j.Progress = func(update int, _ *Status) { // on the tensor thread
		switch {
		case update == 20:
			tensors, memory = torch.Live(), resident(t)
		case update > 20 && update < c.Train.Steps: // the last one is saved, which takes memory
			if now := torch.Live(); now != tensors {
				t.Fatalf("%d tensors live after update %d, %d after update 20", now, update, tensors)
			}
		}
		if update == c.Train.Steps-1 && memory > 0 {
			now := resident(t)
			t.Logf("%d tensors, %d MB after update 20, %d MB after update %d", tensors, memory>>20, now>>20, update)
			if now > memory+memory/50 {
				t.Errorf("%d MB in memory after update 20, %d MB after update %d: want at most 2 %% more", memory>>20, now>>20, update)
			}
		}
	}
	mustTrain(t, j)
}

// resident is how many bytes of memory the process has, 0 where that is not
// told in Linux's way.
func resident(t *testing.T) int {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Logf("memory is not measured: %v", err)
		return 0
	}
	var size, pages int
	if _, err := fmt.Fscan(strings.NewReader(string(statm)), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
