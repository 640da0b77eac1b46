package trainer

import (
	"bufio"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// stopAt trains j and cancels it before this update, which is still carried out.
func stopAt(t *testing.T, j Job, update int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := func(done int, _ *Status) {
		if done == update-1 {
			cancel()
		}
	}
	before, err := readPosition(filepath.Join(j.Dir, "checkpoint"))
	switch {
	case err != nil:
		t.Fatal(err)
	case before != nil:
		stop(before.Update, nil)
	default:
		stop(0, nil)
	}
	j.Progress = stop
	if err := train(t, ctx, j); !errors.Is(err, ErrInterrupted) {
		t.Fatalf("a cancelled training ended with %v", err)
	}
	p, err := readPosition(filepath.Join(j.Dir, "checkpoint"))
	if err != nil || p == nil || p.Update != update {
		t.Fatalf("the checkpoint of a training cancelled in update %d is %+v (%v)", update, p, err)
	}
}

// A training stopped within a log interval and resumed leaves what one in one
// go leaves, to the last bit; and so it does when the process was killed since
// then, in the worst places: rows and events written after the checkpoint, new
// weights without the position that names them, files half written.
func TestResumedEqualsUninterrupted(t *testing.T) {
	want := uninterrupted(t)
	stopped := t.TempDir()
	stopAt(t, job(t, small(), stopped), 5)
	if got := rows(t, stopped); !strings.HasPrefix(want.rows, got) || strings.Count(got, "\n") != 2 {
		t.Errorf("stopped at update 5, metrics.csv has\n%s", got)
	}

	killed := t.TempDir()
	if err := os.CopyFS(killed, os.DirFS(stopped)); err != nil {
		t.Fatal(err)
	}
	checkpoint := filepath.Join(killed, "checkpoint")
	for name, content := range map[string]string{
		"weights-00000006.safetensors":          want.weights, // whole, of another update
		"optimizer-00000006.safetensors":        want.momentum[:1000],
		".optimizer-00000006.safetensors123456": "",
		".position.json98765":                   `{"update": 6, "conf`,
	} {
		if err := os.WriteFile(filepath.Join(checkpoint, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	appendTo(t, filepath.Join(killed, "metrics.csv"), "6,0.5,0.5,0.01,1,0,1\n8,0.4,0.")
	events, err := filepath.Glob(filepath.Join(killed, "events", "*"))
	if err != nil || len(events) != 1 {
		t.Fatalf("event files %v (%v)", events, err)
	}
	appendTo(t, events[0], "\x30\x00\x00")

	for _, dir := range []string{stopped, killed} {
		mustTrain(t, job(t, small(), dir))
		outcomeOf(t, dir).same(t, "resumed", want)
	}
}

func appendTo(t *testing.T, path, more string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(read(t, path)+more), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The same in half precision and channels-last memory. The loss's scale is a part
// of the state in float16: it begins so high that the first update is skipped.
func TestResumedInHalfPrecision(t *testing.T) {
	for _, amp := range []string{"bf16", "fp16"} {
		c := small()
		c.Amp, c.ChannelsLast = amp, "on"
		c.Train.Steps = 2
		once, twice := t.TempDir(), t.TempDir()
		mustTrain(t, job(t, c, once))
		stopAt(t, job(t, c, twice), 1)
		mustTrain(t, job(t, c, twice))
		outcomeOf(t, twice).same(t, amp+" resumed", outcomeOf(t, once))
		if has := strings.Contains(outcomeOf(t, twice).momentum, lossScale); has != (amp == "fp16") {
			t.Errorf("does the checkpoint of %s hold a scale of the loss? %v", amp, has)
		}
	}
}

// The seconds in metrics.csv are those of all sittings.
func TestSecondsGoOnAfterAStop(t *testing.T) {
	c := small()
	c.Train.Steps, c.Train.LogEvery = 3, 3
	j := job(t, c, t.TempDir())
	stopAt(t, j, 2)
	p, err := readPosition(filepath.Join(j.Dir, "checkpoint"))
	if err != nil || p.Seconds <= 0 {
		t.Fatalf("position %+v (%v): want seconds", p, err)
	}
	var last Status
	j.Progress = func(_ int, s *Status) { last = *s }
	mustTrain(t, j)
	if last.Seconds <= p.Seconds {
		t.Errorf("%g seconds in all, %g of them before the stop", last.Seconds, p.Seconds)
	}
	if !(last.ImagesPerSecond > 0 && last.DataWait >= 0 && last.DataWait <= 1) {
		t.Errorf("%g images/s, data wait %g", last.ImagesPerSecond, last.DataWait)
	}
}

// Whenever it is killed, training resumes from a whole checkpoint and ends as
// if nothing had happened. Kills come at random moments, the first before
// anything is saved, and as soon as a file of a checkpoint is seen to be
// written.
func TestKilled(t *testing.T) {
	want := uninterrupted(t)
	dir := t.TempDir()
	checkpoint := filepath.Join(dir, "checkpoint")
	at, kills := 0, 0
	for _, k := range []struct {
		updates int    // to wait for
		sight   string // then, of a file that begins so; "" is to wait for a random time
	}{{0, ""}, {1, ""}, {0, ".weights-"}, {1, ".optimizer-"}, {1, ""}} {
		reached, killed := kill(t, dir, k.updates, k.sight)
		if !killed {
			break
		}
		kills++
		before := at
		p, err := readPosition(checkpoint)
		switch {
		case err != nil:
			t.Fatal(err)
		case p != nil:
			at = p.Update
			for _, name := range []string{p.Weights, p.Optimizer} {
				if _, err := safetensors.Read(filepath.Join(checkpoint, name)); err != nil {
					t.Error(err)
				}
			}
		}
		if at < before || at < reached {
			t.Fatalf("the checkpoint is of update %d, after %d were saved", at, max(before, reached))
		}
		t.Logf("killed after update %d, in checkpoint/ are %v", at, names(checkpoint))
	}
	if at == 0 || kills < 3 {
		t.Fatalf("after %d kills the checkpoint is of update %d: nothing was tried", kills, at)
	}
	mustTrain(t, job(t, childConfig(), dir))
	outcomeOf(t, dir).same(t, "killed and resumed", want)
}

// kill starts a training, waits, kills it, and returns the last update that it
// said was saved, and whether it was killed before its end.
func kill(t *testing.T, dir string, updates int, sight string) (last int, killed bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	wait := 500 * time.Millisecond // about what it takes to begin
	for range updates {
		if !lines.Scan() {
			break
		}
		last, _ = strconv.Atoi(lines.Text())
		wait = 200 * time.Millisecond // about an update and its checkpoint
	}
	if sight == "" {
		time.Sleep(rand.N(wait))
	} else {
		seen := func(name string) bool { return strings.HasPrefix(name, sight) }
		before := names(filepath.Join(dir, "checkpoint"))
		for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(time.Millisecond) {
			now := names(filepath.Join(dir, "checkpoint"))
			if slices.ContainsFunc(now, func(n string) bool { return seen(n) && !slices.Contains(before, n) }) {
				break
			}
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		last, _ = strconv.Atoi(lines.Text())
	}
	err = cmd.Wait()
	if cmd.ProcessState.Exited() && err != nil {
		t.Fatalf("the training failed on its own: %v\n%s", err, &stderr)
	}
	return last, !cmd.ProcessState.Exited()
}
