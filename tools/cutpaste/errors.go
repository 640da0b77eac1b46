package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer"
)

// What the program's exit status says.
const (
	exitDone        = 0
	exitFailed      = 1   // something failed at run time
	exitWrong       = 2   // the command or the configuration is wrong; nothing was started
	exitSome        = 3   // some jobs of many failed, the others are done
	exitInterrupted = 130 // by Ctrl-C or SIGTERM; what can be saved is saved
)

// exitError is an error with an exit status of its own. Without err it ends the
// program in silence: the result has said everything already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError is a wrong command line.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// exitCode is the exit status for an error of a verb.
func exitCode(err error) int {
	var exit *exitError
	var usage *usageError
	var wrong *configs.Error
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &usage), errors.As(err, &wrong):
		return exitWrong
	case errors.Is(err, context.Canceled), errors.Is(err, trainer.ErrInterrupted):
		return exitInterrupted
	}
	return exitFailed
}

// failure is an error for machines.
type failure struct {
	Error  string `json:"error"`
	Code   int    `json:"code"`             // the exit status
	Key    string `json:"key,omitempty"`    // of the configuration, if one is at fault
	Source string `json:"source,omitempty"` // the file and line, variable or argument at fault
}

// report prints an error for people on standard error and, with --json, for
// machines on standard output. It returns the exit status.
func (a *app) report(err error, args []string) int {
	code := exitCode(err)
	var exit *exitError
	if err == nil || errors.As(err, &exit) && exit.err == nil {
		return code
	}
	sentence := err.Error()
	if errors.Is(err, context.Canceled) && !errors.Is(err, trainer.ErrInterrupted) {
		sentence = "interrupted"
	}
	fmt.Fprintln(a.stderr, "cutpaste:", sentence)
	// A command line that is wrong may not have been read as far as the flag.
	if a.json || slices.Contains(args, "--json") {
		f := failure{Error: sentence, Code: code}
		var wrong *configs.Error
		if errors.As(err, &wrong) {
			f.Key, f.Source = wrong.Key, wrong.Source
		}
		line, _ := json.Marshal(f) // strings and numbers cannot fail
		a.stdout.Write(append(line, '\n'))
	}
	return code
}
