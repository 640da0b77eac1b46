// Package launch runs jobs, each a process of its own: one that crashes, or is killed
// for its memory, takes no other with it.
package launch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Job is a command to run.
type Job struct {
	Name string   // for people
	Args []string // the program and its arguments
	Log  string   // the file that its output is appended to; its folder is made
}

// Done is how a job ended.
type Done struct {
	Job  int // its number, from 0
	Err  error
	Code int           // exit status, -1 where it was killed or did not start
	Took time.Duration // from its start to its end
	Peak int64         // bytes of memory that it had at most, 0 if it did not start
}

// Slot is a place where one job runs at a time; it adds arguments to the job's, such
// as a device.
type Slot []string

// Run runs jobs, one in each slot at a time, in their order. started and done are
// called, one at a time, from this goroutine. When ctx ends no job is started any more,
// and those that run are interrupted (SIGINT) and waited for; a second Ctrl-C, which
// this process does not survive, ends them too, as does its death by any signal.
func Run(ctx context.Context, jobs []Job, slots []Slot, started func(job int), done func(Done)) {
	type event struct {
		start bool
		Done
	}
	events := make(chan event)
	next := make(chan int)
	var working sync.WaitGroup
	for _, slot := range slots {
		working.Go(func() {
			// A child dies with the thread that made it (see command), so that
			// thread must stay.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for i := range next {
				events <- event{start: true, Done: Done{Job: i}}
				d := one(ctx, jobs[i], slot)
				d.Job = i
				events <- event{Done: d}
			}
		})
	}
	go func() {
		defer close(next)
		for i := range jobs {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
			if ctx.Err() != nil { // both were ready
				return
			}
		}
	}()
	go func() { working.Wait(); close(events) }()
	for e := range events {
		if e.start {
			started(e.Job)
		} else {
			done(e.Done)
		}
	}
}

// one runs a job to its end.
func one(ctx context.Context, job Job, slot Slot) (d Done) {
	began := time.Now()
	defer func() { d.Took = time.Since(began) }()
	d.Code = -1
	if d.Err = ctx.Err(); d.Err != nil {
		return d
	}
	if d.Err = os.MkdirAll(filepath.Dir(job.Log), 0o777); d.Err != nil {
		return d
	}
	log, err := os.OpenFile(job.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		d.Err = err
		return d
	}
	defer log.Close()
	cmd := command(ctx, append(append([]string{}, job.Args...), slot...))
	cmd.Stdout, cmd.Stderr = log, log
	fmt.Fprintf(log, "%s  %s\n", began.UTC().Format(time.RFC3339), Quote(cmd.Args))
	d.Err = cmd.Run()
	if state := cmd.ProcessState; state != nil {
		d.Code = state.ExitCode()
		if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
			d.Peak = usage.Maxrss * 1024
		}
	}
	return d
}

// command is a process in a group of its own, which Ctrl-C in a terminal does not
// reach: it is passed on, once. It is asked to end where this process dies.
func command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd
}
