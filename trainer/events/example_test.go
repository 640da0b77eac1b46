package events_test

import (
	"fmt"
	"os"
	"time"

	"github.com/cutpaste/cutpaste/trainer/events"
)

// After this, `tensorboard --logdir DIR` shows one curve of three points,
// although the first session also logged a step after its checkpoint at 100.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	session := func(after int64, losses ...float32) error {
		w, err := events.Create(dir, after, time.Now)
		if err != nil {
			return err
		}
		for i, loss := range losses {
			if err := w.Scalar("train/loss", after+50*int64(i+1), loss); err != nil {
				return err
			}
		}
		return w.Close()
	}
	fmt.Println(session(0, 1.1, 0.9, 0.8))
	fmt.Println(session(100, 0.7))

	files, err := os.ReadDir(dir)
	fmt.Println(len(files), err)
	// Output:
	// <nil>
	// <nil>
	// 2 <nil>
}
