// Command libtorch finds, installs and builds what the rest of the program
// links to. It imports nothing that needs libtorch itself, so it runs first:
//
//	go run ./tools/libtorch install   fetch libtorch into the cache, unless it is there
//	go run ./tools/libtorch build     install, then compile build/lib/*.so;
//	                                  with --tests those of tests too
//	go run ./tools/libtorch headers   fetch CUDA's headers into the cache , for a torch
//	                                  folder of your own that lacks them
//	go run ./tools/libtorch find      print the libtorch that build would take
//
// The environment decides what is taken:
//
//	LIBTORCH=FOLDER        your own torch folder, 2.6 or later (2.6.0, 2.8.0 and
//	                       2.11.0 were tried); nothing is fetched
//	CUDA=1, CUDA=0         with or without CUDA's libraries; unset: with them
//	                       where an NVIDIA driver is
//	TORCH=2.8.0            that version (CUDA 12.8) or 2.11.0 (CUDA 13.0); unset:
//	                       2.11.0, or 2.8.0 where the driver is too old for it
//	CUTPASTE_CACHE=FOLDER  where libtorch is kept (default: the user's cache folder)
//	PIP_INDEX_URL=URL      a package index other than pypi.org; pip's own
//	                       configuration counts as well
//	CXX=COMPILER           default g++
//
// What lies in build/ afterwards is described in build.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: go run ./tools/libtorch VERB

verbs:
  install   fetch libtorch into the cache, unless it is there
  build     install, then compile the C++ libraries into build/lib;
            with --tests those that only tests load as well
  headers   fetch CUDA's headers into the cache, for a torch folder of your own
            that lacks them
  find      print the libtorch that build would take

environment: LIBTORCH, CUDA, TORCH, CUTPASTE_CACHE, PIP_INDEX_URL, CXX
exit status: 0 done, 1 failed, 2 wrong command, 130 interrupted`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := runVerb(ctx, os.Args[1:])
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil:
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	case interrupted:
		fmt.Fprintln(os.Stderr, "libtorch: interrupted; the same command goes on where it stopped")
		os.Exit(130)
	default:
		fmt.Fprintln(os.Stderr, "libtorch:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("wrong command")

func runVerb(ctx context.Context, args []string) error {
	tests := len(args) == 2 && args[0] == "build" && args[1] == "--tests"
	if len(args) != 1 && !tests {
		return errUsage
	}
	root, err := repository()
	if err != nil {
		return err
	}
	switch args[0] {
	case "install":
		return installVerb(ctx, root)
	case "build":
		return buildVerb(ctx, root, tests)
	case "headers":
		return headersVerb(ctx, root)
	case "find":
		return findVerb(root)
	}
	return errUsage
}
