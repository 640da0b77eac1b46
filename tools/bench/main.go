// Command bench is the project's measuring stick: training updates, host time,
// augmentation, decoding, dense embedding, Gaussians of windows, metrics of pixels,
// memory and whole trainings on this machine, beside PyTorch, torchvision, Pillow,
// scikit-learn and scikit-image doing the same.
//
//	go run ./tools/bench --python .venv/bin/python3
//	go run ./tools/bench --quick --only update,augment
//	go run ./tools/bench --only loop --pictures mvtec --category bottle
//	go run ./tools/bench profile
//
// Both sides are separate processes that are driven turn by turn, ours, theirs,
// ours, theirs; while one computes the other waits. Both use as many threads and
// the same version of libtorch, and a row is refused where they say that they
// would do different work. The reference is written as people write it and keeps
// PyTorch's defaults where a row does not name something else. Figures are
// medians of the turns; the spread is that of the ratio from turn to turn, so on
// a machine where others work too the spread says how far to trust a figure.
//
// On CUDA (--device, by default the first one where there is one) our update is
// the whole one, with plans drawn and carried out on the device; the reference's
// is fed from memory and augments nothing. There are rows against AMP with
// channels-last, against torch.compile, and, with the loops, against a plain
// DataLoader.
//
// A Markdown table goes to standard output, the same rows as an array of
// {name, ours, reference, ratio, spread, unit} to build/bench.json; the ratio is
// above 1 where ours is better, and reference, ratio and spread are null where
// there is nothing to compare with. Run it in the root of the repository.
//
// profile writes a Go processor profile and a table of libtorch's operators
// into build/profile, and prints the table; settings (device=cuda:0, amp=bf16)
// may follow its flags.
//
// Exit status: 0 done, 1 a measurement failed (the others are there), 2 wrong
// flags, 130 interrupted (what was measured is printed).
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
	"syscall"

	"github.com/cutpaste/cutpaste/nets/torch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := start(ctx, os.Args[1:])
	var wrong usageError
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "bench: interrupted")
		os.Exit(130)
	case errors.As(err, &wrong):
		fmt.Fprintf(os.Stderr, "bench: %v; see --help\n", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// usageError is a mistake in the command.
type usageError struct{ error }

// start does what the first argument says.
func start(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case workerVerb:
			return work(args[1:], os.Stdin, os.Stdout)
		case loadVerb:
			return load(args[1:], os.Stdin, os.Stdout)
		case decoderVerb:
			return decode(args[1:], os.Stdin, os.Stdout)
		case pixelsVerb:
			return measurePixels(args[1:], os.Stdin, os.Stdout)
		case gaussiansVerb:
			return fitGaussians(args[1:], os.Stdin, os.Stdout)
		case windowsVerb:
			return embedWindows(args[1:], os.Stdin, os.Stdout)
		case profileVerb:
			return profile(ctx, args[1:], os.Stdout)
		}
	}
	return measure(ctx, args)
}

func measure(ctx context.Context, args []string) error {
	b := &bench{}
	f := flag.NewFlagSet("bench", flag.ExitOnError) // 2 for a wrong flag, 0 for --help
	f.BoolVar(&b.quick, "quick", false, "few repeats, short trainings and a shorter memory test: minutes less, noisier")
	only := f.String("only", "", "measure these rows only, `NAMES` separated by commas: "+strings.Join(keys(), ", "))
	asJSON := f.String("json", "build/bench.json", "`file` for the rows as JSON")
	f.StringVar(&b.python, "python", "", "python3 with torch, torchvision, pillow, scikit-learn and, for pixels, scikit-image (default: $CUTPASTE_PYTHON, else .venv/bin/python3)")
	f.IntVar(&b.threads, "threads", runtime.NumCPU(), "threads of both sides")
	device := f.String("device", "auto", "auto, cpu, cuda or cuda:N")
	f.StringVar(&b.root, "pictures", "", "`folder` of categories in MVTec AD's layout, for whole trainings (default: drawn ones)")
	f.StringVar(&b.category, "category", "", "its category (default: the first)")
	_ = f.Parse(args) // it exits

	chosen, err := choose(*only)
	switch {
	case err != nil:
	case f.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", f.Arg(0))
	case b.threads < 1:
		err = fmt.Errorf("--threads is %d, want 1 or more", b.threads)
	case b.root == "" && b.category != "":
		err = errors.New("--category needs --pictures")
	case b.root != "":
		_, err = findCategory(b.root, b.category)
	}
	if err != nil {
		return usageError{err}
	}
	found, err := torch.Find(*device)
	if err != nil {
		return usageError{err}
	}
	b.device = string(found)
	return b.run(ctx, chosen, *asJSON)
}
