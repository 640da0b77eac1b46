package trainer

import (
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// The same seed gives the same bytes, however many workers make batches and
// however often something is saved or logged.
func TestSameSeedSameBytes(t *testing.T) {
	want := uninterrupted(t)
	for _, c := range []struct {
		what   string
		change func(*configs.Config)
		rows   bool // are metrics.csv's rows the same, too?
	}{
		{"4 workers", func(c *configs.Config) { c.Data.Workers, c.Train.Prefetch = 4, 4 }, true},
		{"1 worker, other intervals", func(c *configs.Config) {
			c.Data.Workers, c.Train.Prefetch = 1, 1
			c.Train.LogEvery, c.Train.CheckpointEvery = 2, 5
		}, false},
	} {
		config := small()
		c.change(config)
		dir := t.TempDir()
		mustTrain(t, job(t, config, dir))
		got := outcomeOf(t, dir)
		if !c.rows {
			got.rows = want.rows
		}
		got.same(t, c.what, want)
	}
}

// One update, since threads that share cores with other programs are slow.
func TestSameSeedSameBytesOnTwoThreads(t *testing.T) {
	c := small()
	c.Threads, c.Train.Steps = 2, 1
	one, other := t.TempDir(), t.TempDir()
	mustTrain(t, job(t, c, one))
	mustTrain(t, job(t, c, other))
	outcomeOf(t, other).same(t, "again", outcomeOf(t, one))
}

// Another seed starts with other weights and sees other pictures.
func TestOtherSeedDiffers(t *testing.T) {
	c := small()
	c.Train.Steps, c.Train.LogEvery = 2, 1
	one, other := t.TempDir(), t.TempDir()
	mustTrain(t, job(t, c, one))
	c.Seed = 1
	mustTrain(t, job(t, c, other))
	a, b := outcomeOf(t, one), outcomeOf(t, other)
	if a.weights == b.weights || a.momentum == b.momentum || a.rows == b.rows {
		t.Errorf("seeds 0 and 1 give the same weights: %v, momentum: %v, metrics: %v",
			a.weights == b.weights, a.momentum == b.momentum, a.rows == b.rows)
	}
}
