package main

import (
	"bufio"
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
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// workerVerb makes this program our side of a comparison.
const workerVerb = "worker"

// workload says which updates a worker does, besides the configuration.
type workload struct {
	pictures int  // in an update, all views together; 0: as configured
	width    int  // channels of the net's first stage; 0: as published
	onednn   bool // convolutions on the CPU by oneDNN
}

// updates is the trainer's own update, on pictures that stand in memory.
type updates struct {
	updater  *trainer.Updater
	numerics trainer.Numerics
	every    int     // updates between two looks at the losses
	pix      []uint8 // [N,S,S,3]
	labels   []int64 // [N]
	lr       float64
	work     string // what an update is, in the words of the reference
}

// newUpdates makes the configured net and optimiser and a batch of noise.
func newUpdates(c *configs.Config, load workload) (*updates, error) {
	numerics, err := trainer.Settle(c)
	if err != nil {
		return nil, err
	}
	net, err := start(c, numerics, load.width)
	if err != nil {
		return nil, err
	}
	if load.pictures == 0 {
		load.pictures = augment.Views(c.Augment.Variant) * c.Train.Batch
	}
	u := &updates{numerics: numerics, every: c.Train.LogEvery, lr: c.Optim.Lr}
	u.pix = make([]uint8, load.pictures*c.Data.Size*c.Data.Size*3)
	r := rand.New(rand.NewPCG(0, 0))
	for i := range u.pix {
		u.pix[i] = uint8(r.Uint32())
	}
	classes := augment.Classes(c.Augment.Variant)
	for i := range load.pictures {
		u.labels = append(u.labels, int64(i*classes/load.pictures))
	}
	return u, torch.Do(func() error {
		torch.SetOneDNN(load.onednn)
		u.updater = trainer.NewUpdater(net, c, numerics, u.every)
		weights := 0
		for _, w := range net.Weights() {
			n := 1
			for _, d := range w.Shape() {
				n *= d
			}
			weights += n
		}
		u.work = fmt.Sprintf("%d pictures of %d px, %d weights, %d threads, %s",
			load.pictures, c.Data.Size, weights, numerics.Threads, numerics.Device)
		return nil
	})
}

// start makes the net that the trainer would, or its twin of another width.
func start(c *configs.Config, n trainer.Numerics, width int) (net *nets.Net, err error) {
	if width == 0 {
		return trainer.Start(c, n)
	}
	err = torch.Do(func() (err error) {
		net, err = nets.NewOfWidth(width, c.Net, augment.Classes(c.Augment.Variant), c.Seed, n.Device, n.ChannelsLast)
		return err
	})
	return net, err
}

// run does n updates and waits for the last one.
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

// work answers lines of in, each a number of updates, perhaps after a word:
// "host" measures the share of the host meanwhile, "operators" libtorch's
// operators. args are flags, then settings (data.size=64).
func work(args []string, in io.Reader, out io.Writer) error {
	var load workload
	f := flag.NewFlagSet(workerVerb, flag.ContinueOnError)
	f.IntVar(&load.pictures, "pictures", 0, "pictures in an update, all views together (0: as configured)")
	f.IntVar(&load.width, "width", 0, "channels of the first stage (0: as published)")
	f.BoolVar(&load.onednn, "onednn", true, "convolutions on the CPU by oneDNN")
	if err := f.Parse(args); err != nil {
		return err
	}
	c, err := configs.Load("", f.Args(), nil)
	if err != nil {
		return err
	}
	u, err := newUpdates(c, load)
	if err != nil {
		return err
	}
	answers := json.NewEncoder(out)
	if err := answers.Encode(answer{Torch: torch.Version(), Work: u.work}); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		word, number, found := strings.Cut(lines.Text(), " ")
		if !found {
			word, number = "", word
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("a turn is a number of updates, not %q", lines.Text())
		}
		a, err := u.turn(word, n)
		if err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (u *updates) turn(word string, n int) (a answer, err error) {
	begin := time.Now()
	switch word {
	case "":
		err = u.run(n)
	case "host":
		a.Host, err = hostShare(func() error { return u.run(n) })
	case "operators":
		a.Operators, err = u.operators(n)
	default:
		err = fmt.Errorf("a turn of %q is not known", word)
	}
	a.Seconds = time.Since(begin).Seconds()
	if err == nil {
		a.Resident, a.Peak, err = resident()
	}
	return a, err
}

// resident is this process's resident memory and its highest so far, in MiB.
func resident() (now, peak float64, err error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, err
	}
	return statusMiB(string(b), "VmRSS"), statusMiB(string(b), "VmHWM"), nil
}

// statusMiB is an entry of /proc/PID/status, which is in kB.
func statusMiB(status, key string) float64 {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}
