package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer"
)

// Models that are trained together leave the folders they leave alone; one that
// is complete is only scored, one that was cut off goes on, and the results come
// in the order of the seeds.
func TestSeedsTogetherAsAlone(t *testing.T) {
	c := drawn(t)
	alone := with(c, func(c *configs.Config) { c.Out = t.TempDir() })
	for _, seed := range []uint64{7, 3, 5} {
		train(t, with(alone, func(c *configs.Config) { c.Seed = seed }))
	}
	c.JobsPerDevice = 2
	train(t, with(c, func(c *configs.Config) { c.Seed = 3 }))
	ctx, stop := context.WithCancel(context.Background())
	_, err := Train(ctx, with(c, func(c *configs.Config) { c.Seed = 5 }), quiet{onUpdate: func(n int) {
		if n == 2 {
			stop()
		}
	}})
	if !errors.Is(err, trainer.ErrInterrupted) {
		t.Fatal(err)
	}
	var most int
	results, err := TrainSeeds(context.Background(), c, []uint64{7, 5, 3}, quiet{onUpdate: func(n int) { most = n }})
	if err != nil {
		t.Fatal(err)
	}
	if most != 2*c.Train.Steps {
		t.Errorf("the two that were left had %d updates, want %d", most, 2*c.Train.Steps)
	}
	var seeds []uint64
	for _, r := range results {
		seeds = append(seeds, r.Seed)
		dir := Folder(with(alone, func(c *configs.Config) { c.Seed = r.Seed }))
		for _, name := range []string{modelFile, embeddingsFile, scoresFile} {
			if read(t, r.Run, name) != read(t, dir, name) {
				t.Errorf("seed %d: %s differs from what the run alone leaves", r.Seed, name)
			}
		}
	}
	if !slices.Equal(seeds, []uint64{7, 5, 3}) {
		t.Errorf("results of the seeds %v", seeds)
	}
}

// One that fails is named, and those beside it are finished.
func TestASeedThatFails(t *testing.T) {
	c := drawn(t)
	c.JobsPerDevice = 2
	damage(t, with(c, func(c *configs.Config) { c.Seed = 2 }))
	results, err := TrainSeeds(context.Background(), c, []uint64{2, 1}, quiet{})
	if err == nil || !strings.Contains(err.Error(), "seed 2") || !strings.Contains(err.Error(), "position.json is damaged") {
		t.Errorf("the error is %v", err)
	}
	if len(results) != 1 || results[0].Seed != 1 {
		t.Errorf("%d results", len(results))
	}
}

// damage leaves a checkpoint in the run's folder that cannot be resumed from.
func damage(t *testing.T, c *configs.Config) {
	t.Helper()
	checkpoint := filepath.Join(Folder(c), "checkpoint")
	if err := os.MkdirAll(checkpoint, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(checkpoint, "position.json"), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
}
