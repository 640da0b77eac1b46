package trainer

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/trainer/metricslog"
)

// Three ways to diverge: huge weights make the next loss no number; large ones
// overflow batch normalisation's statistics while losses are still finite; and
// weights overflow in the very first update.
func TestDivergedTraining(t *testing.T) {
	for _, c := range []struct {
		lr     float64
		tensor bool // is it found in a tensor rather than in the loss?
		saved  bool // was there a checkpoint before?
	}{{1e20, false, true}, {1e6, true, true}, {1e39, true, false}} {
		config := small()
		config.Optim.Lr = c.lr
		config.Train.LogEvery, config.Train.CheckpointEvery = 1, 1
		j := job(t, config, t.TempDir())
		last := 0
		j.Progress = func(update int, _ *Status) { last = update }
		err := train(t, context.Background(), j)
		var diverged *NotFiniteError
		if !errors.As(err, &diverged) {
			t.Fatalf("learning rate %g: training ended with %v", c.lr, err)
		}
		if diverged.Update != last+1 || diverged.Checkpoint != last || (last > 0) != c.saved {
			t.Errorf("learning rate %g: %d updates were saved and the error is %+v", c.lr, last, diverged)
		}
		if lr := LearningRate(config, last); diverged.Lr != lr {
			t.Errorf("learning rate %g: the error says %g where it was %g", c.lr, diverged.Lr, lr)
		}
		if (diverged.Tensor != "") != c.tensor || !c.tensor && !math.IsNaN(diverged.Loss) {
			t.Errorf("learning rate %g: the error is %+v", c.lr, diverged)
		}

		table, err := metricslog.Read(filepath.Join(j.Dir, "metrics.csv"))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range table.Rows {
			for i, v := range row {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("learning rate %g: %s of update %g is %g in metrics.csv", c.lr, table.Columns[i], row[0], v)
				}
			}
		}
		checkpoint := filepath.Join(j.Dir, "checkpoint")
		p, err := readPosition(checkpoint)
		if err != nil || (p != nil) != c.saved {
			t.Fatalf("learning rate %g: position %+v (%v)", c.lr, p, err)
		}
		if p == nil {
			continue
		}
		if p.Update != last {
			t.Errorf("learning rate %g: the checkpoint is of update %d, want %d", c.lr, p.Update, last)
		}
		for _, name := range []string{p.Weights, p.Optimizer} {
			f, err := safetensors.Read(filepath.Join(checkpoint, name))
			if err != nil {
				t.Fatal(err)
			}
			if bad := notFiniteTensor(f.Tensors); bad != "" {
				t.Errorf("learning rate %g: %s is not finite in the checkpoint", c.lr, bad)
			}
		}
		do(t, func() {
			net, err := Start(config, j.Numerics)
			if err != nil {
				t.Fatal(err)
			}
			defer net.Free()
			u := NewUpdater(net, config, j.Numerics, 1)
			defer u.Free()
			if at, err := u.loadCheckpoint(checkpoint); err != nil || at.Update != last {
				t.Errorf("learning rate %g: the checkpoint loads as %+v (%v)", c.lr, at, err)
			}
		})
	}
}

func TestFirstNotFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, c := range []struct {
		values []float32
		want   int
	}{
		{nil, -1}, {[]float32{0, math.MaxFloat32}, -1}, {[]float32{1, nan, inf}, 1}, {[]float32{inf}, 0},
	} {
		if got := firstNotFinite(c.values); got != c.want {
			t.Errorf("%v: %d, want %d", c.values, got, c.want)
		}
	}
}

// The update is the one that diverged, not the one at which losses were read.
func TestNotFiniteErrorSaysWhatToDo(t *testing.T) {
	for _, c := range []struct {
		err  NotFiniteError
		want []string
	}{
		{NotFiniteError{Update: 7, Lr: 0.25, Loss: math.Inf(1)}, []string{"loss of update 7 is +Inf", "rate 0.25", "no checkpoint", "optim.lr"}},
		{NotFiniteError{Update: 7, Lr: 0.25, Tensor: "bn1.bias", Checkpoint: 4}, []string{"bn1.bias", "update 7", "rate 0.25", "checkpoint of update 4", "optim.lr"}},
		{NotFiniteError{Update: 7, Lr: 0.25, Phase: 2, Loss: math.Inf(1)}, []string{"rate 0.25", "try a smaller lr in entry 2 of train.phases"}},
	} {
		for _, want := range c.want {
			if !strings.Contains(c.err.Error(), want) {
				t.Errorf("%q does not say %q", &c.err, want)
			}
		}
	}
}
