package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// process is one side of a comparison: it answers each line with one JSON
// object and waits in between.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	hello answer
}

// answer is what a process says after its start and after each turn. A process
// gives what it is asked for and has.
type answer struct {
	Torch     string     `json:"torch,omitempty"` // libtorch's version, after the start
	Work      string     `json:"work,omitempty"`  // what is measured, the same words on both sides; after the start
	Seconds   float64    `json:"seconds"`
	Processor float64    `json:"processor,omitempty"` // its time of all threads
	Resident  float64    `json:"resident,omitempty"`  // memory in MiB
	Peak      float64    `json:"peak,omitempty"`      // its highest so far
	Host      float64    `json:"host,omitempty"`      // share of time outside libtorch
	Flops     float64    `json:"flops,omitempty"`     // operations a second of a product of matrices
	Results   []float64  `json:"results,omitempty"`   // of metrics
	Operators *operators `json:"operators,omitempty"` // of libtorch
}

// command is a program that ends with everything that it started when ctx does.
// Ctrl-C on the terminal comes to us alone. Settings in the environment
// (CUTPASTE_TRAIN_BATCH) do not reach it, as only one side would follow them.
func command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "CUTPASTE_") && !strings.HasPrefix(v, "CUTPASTE_CACHE=")
	})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

// title is a program with its verb or script.
func title(cmd *exec.Cmd) string {
	words := []string{filepath.Base(cmd.Path)}
	if len(cmd.Args) > 1 {
		words = append(words, cmd.Args[1])
	}
	return strings.Join(words, " ")
}

// begin starts a process and waits until it is ready. Stop it when done.
func begin(ctx context.Context, cmd *exec.Cmd) (*process, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s cannot be started: %w", cmd.Path, err)
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReader(out)}
	p.hello, err = p.answer(ctx)
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
		return a, fmt.Errorf("%s ended early (%w); its message is above", title(p.cmd), err)
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
	p.cmd.Cancel()
	p.cmd.Wait()
}

// reference is a Python script of this folder as a command.
func (b *bench) reference(ctx context.Context, script string, args ...string) (*exec.Cmd, error) {
	python, err := b.pythonPath()
	if err != nil {
		return nil, err
	}
	return command(ctx, python, append([]string{filepath.Join("tools", "bench", script)}, args...)...), nil
}

// startReference starts a Python script of this folder that takes turns.
func (b *bench) startReference(ctx context.Context, script string, args ...string) (*process, error) {
	cmd, err := b.reference(ctx, script, args...)
	if err != nil {
		return nil, err
	}
	return begin(ctx, cmd)
}

// startOurs starts this program as our side of updates.
func (b *bench) startOurs(ctx context.Context, args ...string) (*process, error) {
	return startSelf(ctx, workerVerb, args...)
}

// startSelf starts this program with a verb of its own. libtorch's threads sleep
// while they wait, as the product's do (tools/cutpaste/waiting.go).
func startSelf(ctx context.Context, verb string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := command(ctx, self, append([]string{verb}, args...)...)
	cmd.Env = append([]string{"OMP_WAIT_POLICY=passive"}, cmd.Env...) // the caller's own setting wins
	return begin(ctx, cmd)
}

// output is what a program that ends prints.
func output(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	text, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%s failed (%w); its message is above", title(cmd), err)
	}
	return text, nil
}

// parse reads what a program that ends prints, one JSON object, into result.
func parse(ctx context.Context, cmd *exec.Cmd, result any) error {
	text, err := output(ctx, cmd)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, result); err != nil {
		return fmt.Errorf("%s printed no JSON: %w", cmd, err)
	}
	return nil
}

// build compiles one of this repository's programs into dir.
func (b *bench) build(ctx context.Context, dir, folder string) (program string, err error) {
	program = filepath.Join(dir, filepath.Base(folder))
	cmd := command(ctx, filepath.Join("tools", "go.sh"), "build", "-o", program, "./"+folder)
	cmd.Stderr = nil
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("%s cannot be built: %s", folder, strings.TrimSpace(string(out)))
	}
	return program, nil
}
