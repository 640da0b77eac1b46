package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// profileVerb makes this program say what an update's time goes to.
const profileVerb = "profile"

// shownOperators is how many lines of a table go to the terminal; the file has
// all of them.
const shownOperators = 15

// profile writes what updates take into a folder: Go's processor profile
// (cpu.pprof, over all sizes) and a table of libtorch's operators in one update
// of each size (operators.txt), which it also prints, shortened. ctx ends it
// between two updates.
func profile(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("bench "+profileVerb, flag.ExitOnError)
	dir := f.String("out", filepath.Join("build", "profile"), "`folder` for cpu.pprof and operators.txt")
	sizes := f.String("sizes", "64,256", "sides of the pictures in pixels, separated by commas")
	updates := f.Int("updates", 3, "updates under Go's profiler")
	_ = f.Parse(args) // it exits
	if *updates < 1 {
		return usageError{fmt.Errorf("--updates is %d, want 1 or more", *updates)}
	}
	if err := os.MkdirAll(*dir, 0o777); err != nil {
		return err
	}
	cpu, err := os.Create(filepath.Join(*dir, "cpu.pprof"))
	if err != nil {
		return err
	}
	defer cpu.Close()
	table, err := os.Create(filepath.Join(*dir, "operators.txt"))
	if err != nil {
		return err
	}
	defer table.Close()
	w := bufio.NewWriter(table)

	if err := pprof.StartCPUProfile(cpu); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	for size := range strings.SplitSeq(*sizes, ",") {
		c, err := configs.Load("", append([]string{"data.size=" + size, "augment.on=device", "train.graph=off"}, f.Args()...), nil)
		if err != nil {
			return usageError{err}
		}
		o, title, err := profileUpdates(ctx, c, *updates)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n\n%s\n", title, o.table(0))
		fmt.Fprintf(out, "%s\n\n%s\n", title, o.table(shownOperators))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "All operators: %s\nGo's profile:  go tool pprof -top %s\n", table.Name(), cpu.Name())
	return nil
}

// profileUpdates does updates as configured: two that build kernels, some for
// Go's profiler, one for the operators.
func profileUpdates(ctx context.Context, c *configs.Config, n int) (*operators, string, error) {
	device, err := torch.Find(c.Device)
	if err != nil {
		return nil, "", err
	}
	u, err := newUpdates(c, workload{onednn: true, loaded: device != torch.CPU})
	if err != nil {
		return nil, "", err
	}
	for range 2 + n {
		if err := u.run(1); err != nil {
			return nil, "", err
		}
		if ctx.Err() != nil {
			return nil, "", ctx.Err()
		}
	}
	o, err := u.operators(1)
	if err != nil {
		return nil, "", err
	}
	title := fmt.Sprintf("One update, amp=%s, %s, libtorch %s: %.3f s", u.numerics.Amp, u.work, torch.Version(), o.Seconds)
	return o, title, nil
}
