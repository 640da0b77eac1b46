package trainer

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// childFolder, when it is set, makes the test binary the program that
// TestKilled kills: it trains in that folder, on the same command as long as
// there is something to train.
const childFolder = "CUTPASTE_TEST_TRAIN_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if folder != "" {
		os.RemoveAll(folder)
	}
	os.Exit(code)
}

// childConfig saves all the time, for a kill to hit that.
func childConfig() *configs.Config {
	c := small()
	c.Train.CheckpointEvery = 1
	return c
}

// child says which update is done and saved, a line each.
func child(dir string) error {
	c := childConfig()
	n, err := Settle(c)
	if err != nil {
		return err
	}
	_, err = Job{
		Config: c, Numerics: n, Pictures: pictures(8, c.Data.Size), Dir: dir,
		Progress: func(update int, _ *Status) { fmt.Println(update) },
	}.Train(context.Background())
	return err
}

// folder holds the training that others are compared with: small(), in one go.
var (
	folder      string
	folderOnce  sync.Once
	folderValue outcome
)

func uninterrupted(t *testing.T) outcome {
	t.Helper()
	folderOnce.Do(func() {
		dir, err := os.MkdirTemp("", "cutpaste-trainer-")
		if err != nil {
			t.Fatal(err)
		}
		folder = dir
		mustTrain(t, job(t, small(), dir))
		folderValue = outcomeOf(t, dir)
	})
	if folderValue.update == 0 {
		t.Fatal("there is no uninterrupted training to compare with")
	}
	return folderValue
}
