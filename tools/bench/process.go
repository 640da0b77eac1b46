package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// process is one side of a comparison: it answers each line with one JSON
// object and waits in between.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	torch string // its libtorch's version
}

// answer is what a process says after its start and after each turn.
type answer struct {
	Torch    string  `json:"torch,omitempty"`
	Seconds  float64 `json:"seconds"`
	Resident float64 `json:"resident,omitempty"` // memory in MiB; ours only
	Host     float64 `json:"host,omitempty"`     // share of time outside libtorch; profiled turns of ours only
}

// start starts a process and waits until it is ready. Stop it when done.
func start(ctx context.Context, program string, args ...string) (*process, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C comes to us alone
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s cannot be started: %w", program, err)
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReader(out)}
	hello, err := p.answer(ctx)
	p.torch = hello.Torch
	return p, err
}

func (p *process) answer(ctx context.Context) (answer, error) {
	var a answer
	line, err := p.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	if err != nil {
		p.stop()
		if ctx.Err() != nil {
			return a, ctx.Err()
		}
		return a, fmt.Errorf("%s ended early (%w); its message is above", p.cmd, err)
	}
	return a, nil
}

// turn has the process carry out one line and waits for its answer.
func (p *process) turn(ctx context.Context, line string) (answer, error) {
	fmt.Fprintln(p.in, line) // if the process is gone, its answer is missing
	return p.answer(ctx)
}

// stop ends the process and waits for that.
func (p *process) stop() {
	p.in.Close()
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// pythonPath finds the interpreter of the reference.
func (b *bench) pythonPath() (string, error) {
	for _, path := range []string{b.python, os.Getenv("CUTPASTE_PYTHON")} {
		if path != "" {
			return path, nil
		}
	}
	path := filepath.Join(".venv", "bin", "python3")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("there is no Python with torch and torchvision; name one with --python, or use make bench, which makes .venv")
	}
	return path, nil
}

// startReference starts a Python script of this folder.
func (b *bench) startReference(ctx context.Context, script string, args ...string) (*process, error) {
	python, err := b.pythonPath()
	if err != nil {
		return nil, err
	}
	return start(ctx, python, append([]string{filepath.Join("tools", "bench", script)}, args...)...)
}

// startOurs starts this program as a worker.
func (b *bench) startOurs(ctx context.Context, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(ctx, self, append([]string{workerVerb}, args...)...)
}
