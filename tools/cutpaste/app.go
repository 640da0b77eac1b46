package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/cutpaste/cutpaste/tools/cutpaste/progress"
)

// app is what every verb needs: where results and progress go, and what the
// flags common to all verbs say.
type app struct {
	stdout   *results          // for results
	stderr   io.Writer         // for errors
	progress *progress.Printer // on stderr
	environ  []string          // as os.Environ gives it

	json, quiet bool // flags
}

func newApp(stdout, stderr io.Writer, environ []string) *app {
	a := &app{stderr: stderr, environ: environ}
	a.progress = progress.New(stderr, os.Getenv)
	a.stdout = &results{to: stdout, progress: a.progress}
	return a
}

// result prints what a verb found out: with --json the object on one line, else
// the text, which should end with a newline.
func (a *app) result(object any, text string) error {
	if !a.json {
		_, err := io.WriteString(a.stdout, text)
		return err
	}
	line, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("the result cannot be written as JSON: %w", err)
	}
	_, err = a.stdout.Write(append(line, '\n'))
	return err
}

// track shows the progress of work that reports how much of how much is done.
// Both functions are for one goroutine at a time.
func (a *app) track(label, unit string) (report func(done, total int), done func()) {
	var task *progress.Task
	report = func(done, total int) {
		if task == nil {
			task = a.progress.Task(label, total, unit)
		}
		task.Set(done, "")
	}
	return report, func() {
		if task != nil {
			task.Done()
		}
	}
}

// columns is the width that text for standard output is wrapped to: the
// terminal's, between 40 and 100, or 80 where there is none.
func (a *app) columns() int {
	if f, ok := a.stdout.to.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return max(40, min(w, 100))
		}
	}
	return 80
}

// results is standard output. It remembers that something could not be
// written, so that a full disk is an error even where a verb does not look.
type results struct {
	to       io.Writer
	progress *progress.Printer
	err      error
}

func (r *results) Write(b []byte) (int, error) {
	r.progress.Clear() // the bar may be on the same terminal
	n, err := r.to.Write(b)
	if err != nil {
		err = fmt.Errorf("the result cannot be written to standard output: %w", err)
		r.err = err
	}
	return n, err
}
