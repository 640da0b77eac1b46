package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// workerVerb makes this program our side of a comparison.
const workerVerb = "worker"

// updates is the trainer's own update, on pictures that stand in memory.
type updates struct {
	updater *trainer.Updater
	every   int     // updates between two looks at the losses
	pix     []uint8 // [N,S,S,3]
	labels  []int64 // [N]
	lr      float64
}

// newUpdates makes the configured net and optimiser and a batch of noise.
func newUpdates(c *configs.Config) (*updates, error) {
	numerics, err := trainer.Settle(c)
	if err != nil {
		return nil, err
	}
	net, err := trainer.Start(c, numerics)
	if err != nil {
		return nil, err
	}
	views := augment.Views(c.Augment.Variant)
	u := &updates{every: c.Train.LogEvery, lr: c.Optim.Lr}
	u.pix = make([]uint8, views*c.Train.Batch*c.Data.Size*c.Data.Size*3)
	r := rand.New(rand.NewPCG(0, 0))
	for i := range u.pix {
		u.pix[i] = uint8(r.Uint32())
	}
	for i := range views * c.Train.Batch {
		u.labels = append(u.labels, int64(i/c.Train.Batch))
	}
	return u, torch.Do(func() error {
		u.updater = trainer.NewUpdater(net, c, numerics, u.every)
		return nil
	})
}

// run does n updates.
func (u *updates) run(n int) error {
	return torch.Do(func() error {
		for i := range n {
			u.updater.Update(u.pix, u.labels, u.lr)
			if (i+1)%u.every == 0 || i+1 == n {
				u.updater.Losses()
			}
		}
		return nil
	})
}

// work answers lines of in: a number of updates, or "profile" and a number.
func work(args []string, in io.Reader, out io.Writer) error {
	c := configs.Default()
	c.Device = "cpu"
	f := flag.NewFlagSet(workerVerb, flag.ContinueOnError)
	f.IntVar(&c.Data.Size, "size", 64, "side of the pictures, in `pixels`")
	f.IntVar(&c.Train.Batch, "sources", sources, "source pictures in an update")
	f.IntVar(&c.Threads, "threads", 0, "threads")
	f.StringVar(&c.Amp, "amp", "off", "off or bf16")
	f.StringVar(&c.ChannelsLast, "channels-last", "auto", "auto, on or off")
	if err := f.Parse(args); err != nil {
		return err
	}
	u, err := newUpdates(c)
	if err != nil {
		return err
	}
	answers := json.NewEncoder(out)
	if err := answers.Encode(answer{Torch: torch.Version()}); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		number, profiled := strings.CutPrefix(lines.Text(), "profile ")
		n, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("a turn is a number of updates, not %q", lines.Text())
		}
		var a answer
		begin := time.Now()
		if profiled {
			a.Host, err = hostShare(func() error { return u.run(n) })
		} else {
			err = u.run(n)
		}
		a.Seconds = time.Since(begin).Seconds()
		if err != nil {
			return err
		}
		if a.Resident, err = resident(); err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

// resident is this process's resident memory in MiB.
func resident() (float64, error) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	pages, err := strconv.Atoi(string(bytes.Fields(b)[1]))
	return float64(pages*os.Getpagesize()) / (1 << 20), err
}
