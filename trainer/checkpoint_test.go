package trainer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// A limit on the size of files stands for a full disk, without privileges and
// on every machine. metrics.csv stays below it.
func TestFullDisk(t *testing.T) {
	want := uninterrupted(t)
	c := small()
	c.Train.CheckpointEvery = 4
	j := job(t, c, t.TempDir())
	checkpoint := filepath.Join(j.Dir, "checkpoint")

	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	j.Progress = func(update int, _ *Status) {
		if update == 5 {
			full := limit
			full.Cur = 1 << 20
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
				t.Error(err)
			}
		}
	}
	failure := train(t, context.Background(), j)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	checkFailedSave(t, failure, syscall.EFBIG, filepath.Join(checkpoint, "weights-00000008.safetensors"))
	checkOnly(t, checkpoint, 4)

	// The same when there is no room for the second file.
	obstacle := filepath.Join(checkpoint, "optimizer-00000008.safetensors")
	if err := os.Mkdir(obstacle, 0o777); err != nil {
		t.Fatal(err)
	}
	j.Progress = nil
	checkFailedSave(t, train(t, context.Background(), j), nil, obstacle)
	checkOnly(t, checkpoint, 4)

	mustTrain(t, j)
	outcomeOf(t, j.Dir).same(t, "resumed with room on the disk", want)
}

func checkFailedSave(t *testing.T, err, reason error, file string) {
	t.Helper()
	if err == nil || reason != nil && !errors.Is(err, reason) {
		t.Fatalf("error %v, want %v", err, reason)
	}
	for _, want := range []string{file, "update 8", "goes on from the checkpoint before"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

// checkOnly wants the whole checkpoint of this update in a folder, nothing else.
func checkOnly(t *testing.T, dir string, update int) {
	t.Helper()
	p, err := readPosition(dir)
	if err != nil || p == nil || p.Update != update {
		t.Fatalf("the checkpoint is %+v (%v), want that of update %d", p, err, update)
	}
	for _, name := range []string{p.Weights, p.Optimizer} {
		if _, err := safetensors.Read(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if files := names(dir); len(files) != 3 {
		t.Errorf("the checkpoint has the files %v, want three", files)
	}
}

// A checkpoint whose position cannot be read at this moment is left alone when
// another one cannot be saved.
func TestFailedSaveKeepsWhatItCannotJudge(t *testing.T) {
	dir := t.TempDir()
	files := []string{"optimizer-00000004.safetensors", "weights-00000004.safetensors"}
	for _, name := range files {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, positionFile), 0o777); err != nil {
		t.Fatal(err)
	}
	withUpdater(t, func(u *Updater) {
		if err := u.saveCheckpoint(dir, position{Update: 8}, u.Net.State()); err == nil {
			t.Error("position.json is a folder, and the checkpoint was saved")
		}
	})
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// withUpdater runs f, in a scope on the tensor thread, with an updater of a net
// at its start, as small() has it.
func withUpdater(t *testing.T, f func(u *Updater)) {
	t.Helper()
	c := small()
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	before := live(t)
	do(t, func() {
		net, err := Start(c, n)
		if err != nil {
			t.Fatal(err)
		}
		defer net.Free()
		u := NewUpdater(net, c, n, 1)
		defer u.Free()
		f(u)
	})
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

// What another training left, or damage, is said with the file or folder and
// the next step, and nothing is touched.
func TestUnusableCheckpoint(t *testing.T) {
	const removeIt = "remove the folder"
	whole := filepath.Join(t.TempDir(), "checkpoint")
	withUpdater(t, func(u *Updater) {
		if err := u.saveCheckpoint(whole, position{Update: 3, Losses: []float32{1}, Right: []float32{2}}, u.Net.State()); err != nil {
			t.Fatal(err)
		}
		const weights, optimizer = "weights-00000003.safetensors", "optimizer-00000003.safetensors"
		shapes, err := safetensors.Read(filepath.Join(whole, optimizer))
		if err != nil {
			t.Fatal(err)
		}
		first := &shapes.Tensors[0]
		first.Shape = append([]int{1}, first.Shape...)

		for _, c := range []struct {
			what   string
			file   string // to damage
			damage func(path string) error
			want   []string
		}{
			{"empty position", positionFile, cut(0), []string{positionFile, "damaged", removeIt}},
			{"half a position", positionFile, cut(40), []string{positionFile, "damaged", removeIt}},
			{"position without content", positionFile, replace("{}"), []string{positionFile, "damaged", removeIt}},
			{"position of another type", positionFile, replace(`{"update":"3"}`), []string{positionFile, "damaged", removeIt}},
			{"truncated weights", weights, cut(100_000), []string{weights, "damaged", removeIt}},
			{"empty weights", weights, cut(0), []string{weights, removeIt}},
			{"missing weights", weights, os.Remove, []string{weights, "no such file", removeIt}},
			{"truncated momentum", optimizer, cut(100_000), []string{optimizer, "damaged", removeIt}},
			{"missing momentum", optimizer, os.Remove, []string{optimizer, "no such file", removeIt}},
			{"momentum of other names", optimizer, func(path string) error {
				return safetensors.Write(path, []safetensors.Tensor{safetensors.F32("x", []int{1}, []float32{1})}, nil)
			}, []string{optimizer, ".momentum", removeIt}},
			{"momentum of other shapes", optimizer, func(path string) error {
				return safetensors.Write(path, shapes.Tensors, nil)
			}, []string{first.Name, "shape", removeIt}},
		} {
			dir := filepath.Join(t.TempDir(), "checkpoint")
			link(t, whole, dir)
			if err := c.damage(filepath.Join(dir, c.file)); err != nil {
				t.Fatal(err)
			}
			files := names(dir)
			_, err := u.loadCheckpoint(dir)
			if err == nil {
				t.Errorf("%s: it was loaded", c.what)
				continue
			}
			for _, want := range append(c.want, dir) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s: error %q does not say %q", c.what, err, want)
				}
			}
			if now := names(dir); len(now) != len(files) {
				t.Errorf("%s: the files %v became %v", c.what, files, now)
			}
		}

		if p, err := u.loadCheckpoint(whole); err != nil || p.Update != 3 || p.Losses[0] != 1 || p.Right[0] != 2 {
			t.Errorf("the whole checkpoint loads as %+v (%v)", p, err)
		}
	})
}

// link makes a folder of the same files without copying what is large.
func link(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Mkdir(to, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range names(from) {
		if err := os.Link(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// cut replaces a file by its first bytes.
func cut(n int) func(path string) error {
	return func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return replace(string(b[:n]))(path)
	}
}

// replace replaces a file, not what else is linked to it.
func replace(content string) func(path string) error {
	return func(path string) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(content), 0o644)
	}
}

// A checkpoint belongs to a training configuration: keys that change the
// weights make it another one's, the others do not.
func TestCheckpointOfAnotherConfiguration(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "checkpoint")
	withUpdater(t, func(u *Updater) {
		if err := u.saveCheckpoint(dir, position{Update: 3}, u.Net.State()); err != nil {
			t.Fatal(err)
		}
		for key, c := range map[string]struct {
			change  func(*configs.Config)
			refused bool
		}{
			"optim.lr":         {func(c *configs.Config) { c.Optim.Lr *= 2 }, true},
			"train.steps":      {func(c *configs.Config) { c.Train.Steps++ }, true},
			"augment.variant":  {func(c *configs.Config) { c.Augment.Variant = "scar" }, true},
			"train.log_every":  {func(c *configs.Config) { c.Train.LogEvery++ }, false},
			"data.workers":     {func(c *configs.Config) { c.Data.Workers++ }, false},
			"density.quantile": {func(c *configs.Config) { c.Density.Quantile = 0.9 }, false},
		} {
			u.config = small()
			c.change(u.config)
			_, err := u.loadCheckpoint(dir)
			if !c.refused && err != nil {
				t.Errorf("%s: %v", key, err)
			}
			if c.refused && (err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "another training configuration")) {
				t.Errorf("%s: error %v", key, err)
			}
		}
	})
	checkOnly(t, dir, 3)
}

// A refused checkpoint ends the training before it touches the run's curves.
func TestRefusedCheckpointLeavesMetrics(t *testing.T) {
	c := small()
	j := job(t, c, t.TempDir())
	checkpoint := filepath.Join(j.Dir, "checkpoint")
	if err := os.Mkdir(checkpoint, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(checkpoint, positionFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	metrics := filepath.Join(j.Dir, "metrics.csv")
	if err := os.WriteFile(metrics, []byte("update,loss\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := train(t, context.Background(), j); err == nil {
		t.Error("a damaged checkpoint was used")
	}
	if got := read(t, metrics); got != "update,loss\n" {
		t.Errorf("metrics.csv became %q", got)
	}
}
