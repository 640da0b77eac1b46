// Command cutpaste trains self-supervised anomaly detectors on folders of
// pictures and says how good they are. See `cutpaste --help`.
//
// Every verb has a file of its own, cmd_VERB.go: its help, its flags and the
// function that calls the packages which do the work. They are listed in
// root.go. Results go to standard output, everything else to standard error;
// errors.go says which exit status means what.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	waitQuietly()
	a := newApp(os.Stdout, os.Stderr, os.Environ())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		stop() // the second signal ends the program at once
		a.progress.Note("Interrupted: ending in good order. Once more ends at once.")
	})
	os.Exit(a.run(ctx, os.Args[1:]))
}
