package trainer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/torch/standin"
)

// there is a training on the stand-in device.
func there(t *testing.T, c *configs.Config) Job {
	t.Helper()
	standin.Load(t)
	j := job(t, c, t.TempDir())
	j.Numerics.Device = standin.Device
	return j
}

// The whole run on another device has the CPU's bytes, wherever plans are
// carried out and in whatever precision: batches, updates, losses, checkpoints.
func TestARunOnAnotherDevice(t *testing.T) {
	for name, change := range map[string]func(*configs.Config){
		"painted on the device": func(c *configs.Config) {},
		"painted on the host":   func(c *configs.Config) { c.Augment.On = "cpu" },
		"bfloat16":              func(c *configs.Config) { c.Amp = "bf16" },
		"float16":               func(c *configs.Config) { c.Amp = "fp16" },
	} {
		t.Run(name, func(t *testing.T) {
			c := small()
			c.Train.Steps, c.Train.LogEvery = 4, 2
			change(c)
			far := there(t, c)
			mustTrain(t, far)
			near := job(t, c, t.TempDir())
			mustTrain(t, near)
			outcomeOf(t, far.Dir).same(t, "on the stand-in", outcomeOf(t, near.Dir))
		})
	}
}

// Cut off and resumed there, and resumed on the CPU, it is the same run.
func TestResumeOnAnotherDevice(t *testing.T) {
	whole := there(t, small())
	mustTrain(t, whole)
	want := outcomeOf(t, whole.Dir)
	for _, then := range []torch.Device{standin.Device, torch.CPU} {
		j := there(t, small())
		ctx, stop := context.WithCancel(context.Background())
		j.Progress = func(update int, _ *Status) {
			if update == 5 {
				stop()
			}
		}
		if err := train(t, ctx, j); !errors.Is(err, ErrInterrupted) {
			t.Fatal(err)
		}
		j.Progress, j.Numerics.Device = nil, then
		mustTrain(t, j)
		outcomeOf(t, j.Dir).same(t, "resumed on "+string(then), want)
	}
}

// An update sends its plans, or its pictures and labels, and reads nothing
// back, neither a tensor nor a number.
func TestAnUpdateReadsNothingBack(t *testing.T) {
	for _, c := range []struct {
		on, amp string
		sent    int
	}{{"device", "off", 1}, {"device", "bf16", 1}, {"device", "fp16", 1}, {"cpu", "off", 2}} {
		t.Run(c.on+" "+c.amp, func(t *testing.T) {
			with := small()
			with.Augment.On, with.Amp, with.Train.LogEvery, with.Train.Steps = c.on, c.amp, 5, 5
			j := there(t, with)
			j.Progress = func(update int, _ *Status) {
				got := standin.Counted()
				switch {
				case update < 3 || update == 5: // warming up; the row and the checkpoint read back
				case got != (standin.Counts{ToDevice: c.sent}):
					t.Errorf("update %d: %+v, want %d copies to the device", update, got, c.sent)
				}
				standin.Reset()
			}
			mustTrain(t, j)
		})
	}
}

// Embeddings are the CPU's; a batch goes there once, for all nets.
func TestEmbeddingsOnAnotherDevice(t *testing.T) {
	c := small()
	far, near := there(t, c), job(t, c, t.TempDir())
	embedded := func(j Job) [][]float32 {
		a, err := Start(c, j.Numerics)
		if err != nil {
			t.Fatal(err)
		}
		defer free(t, a)
		standin.Reset()
		out, err := Embed(context.Background(), []*nets.Net{a, a}, j.Pictures, c, j.Numerics, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want, got := embedded(near), embedded(far)
	if counted := standin.Counted(); counted != (standin.Counts{ToDevice: 1, ToHost: 2}) {
		t.Errorf("one batch and two nets: %+v", counted)
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("the embeddings of net %d differ", i)
		}
	}
}

// Models that are trained at once share the pictures' bytes.
func TestTogetherOnAnotherDevice(t *testing.T) {
	a, b := there(t, small()), there(t, small())
	b.Pictures = a.Pictures
	var notes []string
	a.Note = func(s string) { notes = append(notes, s) }
	a.Progress = func(int, *Status) {
		if len(shared) != 1 || shared[0].users != 2 {
			t.Errorf("%d sets of pictures on the device", len(shared))
		}
	}
	before := standin.Bytes()
	trained, errs := TrainTogether(context.Background(), []Job{a, b})
	for i := range trained {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		free(t, trained[i])
	}
	outcomeOf(t, a.Dir).same(t, "the second", outcomeOf(t, b.Dir))
	if len(shared) != 0 || standin.Bytes() != before {
		t.Errorf("%d sets of pictures and %d bytes are left on the device", len(shared), standin.Bytes()-before)
	}
	if want := "8 pictures (24.6 kB) are kept on standin:0, where their plans are carried out"; !slices.Equal(notes, []string{want}) {
		t.Errorf("notes %q, want %q", notes, want)
	}
}

// A device without room for a training is one sentence, and nothing is left
// there; a neighbour that had its room is not hurt.
func TestOutOfMemoryOnAnotherDevice(t *testing.T) {
	j := there(t, small())
	before := standin.Bytes()
	standin.Limit(before + 180<<20) // weights, momentum, gradients, and a little more
	defer standin.Limit(0)
	j.Config.Data.Size, j.Config.Train.Batch = 128, 16
	j.Pictures = pictures(4, 128)
	err := train(t, context.Background(), j)
	var full *MemoryError
	if !errors.As(err, &full) || !strings.HasPrefix(err.Error(), "standin:0 is out of memory (") || !strings.Contains(err.Error(), "lower train.batch") {
		t.Errorf("got %v", err)
	}
	if now := standin.Bytes(); now != before {
		t.Errorf("%d bytes are left on the device", now-before)
	}
	j.Config.Train.Batch = 1
	j.Config.Data.Size, j.Pictures, j.Dir = 32, pictures(4, 32), t.TempDir()
	mustTrain(t, j)
}

// What the tensor operations paint there is what the host paints.
func TestPaintingOnAnotherDevice(t *testing.T) {
	standin.Load(t)
	bytes, labels, n := unlike(t, noisy(7, 24), configs.Default(), Numerics{Device: standin.Device}, 2)
	if bytes+labels > 0 {
		t.Errorf("%d bytes and %d labels of %d views differ", bytes, labels, n)
	}
}
