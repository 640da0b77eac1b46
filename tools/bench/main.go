// Command bench is the project's measuring stick: training updates,
// augmentation, host time and memory on this machine, beside PyTorch and
// torchvision doing the same.
//
//	go run ./tools/bench --python .venv/bin/python3
//	go run ./tools/bench --quick --only update,augment
//
// Both sides are separate processes that are driven turn by turn, ours, theirs,
// ours, theirs; while one computes the other waits. Both use as many threads and
// the same version of libtorch. The reference, tools/bench/reference.py, is
// written as people write it and keeps PyTorch's defaults. Figures are medians
// of the turns; the spread is that of the ratio from turn to turn, so on a
// machine where others work too the spread says how far to trust a figure.
//
// A Markdown table goes to standard output, the same rows as an array of
// {name, ours, reference, ratio, spread, unit} to build/bench.json; reference,
// ratio and spread are null where there is nothing to compare with. Run it in
// the root of the repository.
//
// Exit status: 0 done, 1 a measurement failed, 2 wrong flags, 130 interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == workerVerb {
		if err := work(os.Args[2:], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	quick := flag.Bool("quick", false, "few repeats and a shorter memory test: minutes less, noisier")
	only := flag.String("only", "", "measure these rows only, `NAMES` separated by commas: "+strings.Join(keys(), ", "))
	asJSON := flag.String("json", "build/bench.json", "`file` for the rows as JSON")
	python := flag.String("python", "", "python3 with torch and torchvision (default: $CUTPASTE_PYTHON, else .venv/bin/python3)")
	threads := flag.Int("threads", runtime.NumCPU(), "threads of both sides")
	flag.Parse()

	rows, err := choose(*only)
	switch {
	case err != nil:
	case flag.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flag.Arg(0))
	case *threads < 1:
		err = fmt.Errorf("--threads is %d, want 1 or more", *threads)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v; see --help\n", err)
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := &bench{quick: *quick, python: *python, threads: *threads}
	err = b.run(ctx, rows, *asJSON)
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "bench: interrupted")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
