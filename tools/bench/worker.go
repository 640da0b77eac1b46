package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// workerVerb makes this program our side of a comparison.
const workerVerb = "worker"

// worker answers lines, each a number of updates, perhaps after a word: "paint"
// makes the pictures of so many updates and no more, "forward" takes embeddings,
// "host" measures the share of the host meanwhile, "operators" libtorch's
// operators.
type worker struct {
	*updates
	used float64 // processor time at the end of the last turn, in seconds
}

// work is a worker until in ends. args are flags, then settings (data.size=64).
func work(args []string, in io.Reader, out io.Writer) error {
	var load workload
	f := flag.NewFlagSet(workerVerb, flag.ContinueOnError)
	f.IntVar(&load.pictures, "pictures", 0, "pictures in an update, all views together (0: as configured)")
	f.IntVar(&load.width, "width", 0, "channels of the first stage (0: as published)")
	f.BoolVar(&load.onednn, "onednn", true, "convolutions on the CPU by oneDNN")
	f.BoolVar(&load.loaded, "loaded", false, "batches come from a loader, as in training")
	f.BoolVar(&load.tensors, "tensors", false, "with -loaded: augmentation by tensor operations, on the CPU too")
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
	w := worker{updates: u}
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
		a, err := w.turn(word, n)
		if err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (w *worker) turn(word string, n int) (a answer, err error) {
	began := time.Now()
	switch word {
	case "":
		err = w.run(n)
	case "forward":
		err = w.forward(n)
	case "paint":
		err = w.paint(n)
	case "host":
		a.Host, err = hostShare(func() error { return w.run(n) })
	case "operators":
		a.Operators, err = w.operators(n)
	default:
		err = fmt.Errorf("a turn of %q is not known", word)
	}
	if err != nil {
		return a, err
	}
	a.Seconds = time.Since(began).Seconds()
	used := processorTime()
	// Since the end of the last turn: what workers made ahead counts where it is used.
	a.Processor, w.used = used-w.used, used
	a.Resident, a.Peak, err = resident()
	return a, err
}

// processorTime is what this process has used so far, in seconds.
func processorTime() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // only wrong arguments make it fail
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
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
