package trainer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/torch/standin"
)

// there is a training on the stand-in device, which is configured as the CPU's
// is: the configuration does not know that device.
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
	far := there(t, small())
	mustTrain(t, far)
	outcomeOf(t, far.Dir).same(t, "on the stand-in", uninterrupted(t))
	for name, change := range map[string]func(*configs.Config){
		"painted on the host": func(c *configs.Config) { c.Augment.On = "cpu" },
		"bfloat16":            func(c *configs.Config) { c.Amp, c.ChannelsLast = "bf16", "on" },
		"crops":               func(c *configs.Config) { c.Data.Crop = 16 },
		"crops from the host": func(c *configs.Config) { c.Data.Crop, c.Augment.On = 16, "cpu" },
		"phases":              func(c *configs.Config) { c.Train.Phases, c.Train.Steps = twoPhases(1, 2), 3 },
		"dropout": func(c *configs.Config) {
			// The head's phase alone: the stand-in sums the gradients of an
			// EfficientNet's biases in another order than the CPU.
			*c = *dropping()
			c.Train.Phases, c.Train.Steps = twoPhases(2, 1)[:1], 2
		},
		"float16": func(c *configs.Config) { c.Amp, c.ChannelsLast = "fp16", "on" },
	} {
		t.Run(name, func(t *testing.T) {
			c := small()
			c.Train.Steps = 2
			change(c)
			far := there(t, c)
			mustTrain(t, far)
			near := job(t, c, t.TempDir())
			mustTrain(t, near)
			outcomeOf(t, far.Dir).same(t, "on the stand-in", outcomeOf(t, near.Dir))
		})
	}
}

// Cut off and resumed there, and begun or ended on the CPU, it is the same run.
func TestResumeOnAnotherDevice(t *testing.T) {
	want := uninterrupted(t)
	j := there(t, small())
	j.Numerics.Device = torch.CPU
	stopAt(t, j, 2)
	j.Numerics.Device = standin.Device
	stopAt(t, j, 4)
	stopAt(t, j, 6)
	j.Progress, j.Numerics.Device = nil, torch.CPU
	mustTrain(t, j)
	outcomeOf(t, j.Dir).same(t, "resumed", want)
}

// An update sends its plans, or its pictures and labels, and what dropout and
// stochastic depth leave out, from pinned memory. It reads nothing back, neither
// a tensor nor a number, and waits for nothing.
func TestAnUpdateReadsNothingBack(t *testing.T) {
	for _, of := range []struct {
		on, amp, net string
		crop, sent   int
	}{
		{"device", "off", "resnet18", 0, 1}, {"device", "bf16", "resnet18", 0, 1}, {"device", "fp16", "resnet18", 0, 1}, {"cpu", "off", "resnet18", 0, 2},
		{"device", "off", "resnet18", 16, 1},
		{"device", "off", "efficientnet_b0", 0, 2}, // and what is dropped
	} {
		t.Run(fmt.Sprint(of.on, " ", of.amp, " ", of.net, " ", of.crop), func(t *testing.T) {
			c := small()
			c.Data.Crop = of.crop
			c.Augment.On, c.Amp, c.Net.Name, c.Train.LogEvery, c.Train.Steps = of.on, of.amp, of.net, 4, 4
			if of.amp != "off" {
				c.ChannelsLast = "on" // the CPU's half precision is slow without
			}
			j := there(t, c)
			j.Progress = func(update int, _ *Status) {
				// The first update comes after the net was made, the last one
				// before the row and the checkpoint, which are read back.
				if got := standin.Counted(); update > 1 && update < 4 && got != (standin.Counts{ToDevice: of.sent}) {
					t.Errorf("update %d: %+v, want %d copies to the device", update, got, of.sent)
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
	embedded := func(j Job) [][][]float32 {
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
		if !slices.EqualFunc(got[i], want[i], slices.Equal) {
			t.Errorf("the embeddings of net %d differ", i)
		}
	}
}

// Models that are trained at once share the pictures' bytes and end with what
// each ends with alone on the CPU.
func TestTogetherOnAnotherDevice(t *testing.T) {
	a, b := there(t, small()), there(t, small())
	b.Pictures = a.Pictures
	var notes []string
	a.Note = func(s string) { notes = append(notes, s) }
	streams := map[int]bool{}
	look := func(update int, _ *Status) {
		// After its last update a job gives back what it has, before its neighbour.
		if len(shared) != 1 || shared[0].users != 2 && update < a.Config.Train.Steps {
			t.Errorf("%d sets of pictures on the device", len(shared))
		}
		streams[standin.LastBackward().Stream] = true
	}
	a.Progress, b.Progress = look, look
	trained, errs := TrainTogether(context.Background(), []Job{a, b})
	for i := range trained {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		free(t, trained[i])
	}
	outcomeOf(t, a.Dir).same(t, "the first", uninterrupted(t))
	outcomeOf(t, b.Dir).same(t, "the second", uninterrupted(t))
	if len(streams) != 2 {
		t.Errorf("two models were trained on %d streams", len(streams))
	}
	if len(shared) != 0 || standin.Bytes() != 0 {
		t.Errorf("%d sets of pictures and %d bytes are left on the device", len(shared), standin.Bytes())
	}
	if want := "8 pictures (24.6 kB) are kept on standin:0, where their plans are carried out"; !slices.Equal(notes, []string{want}) {
		t.Errorf("notes %q, want %q", notes, want)
	}
}

// wantFull trains j on a device without room for it: that is one sentence, and
// nothing is left there.
func wantFull(t *testing.T, j Job) {
	t.Helper()
	err := train(t, context.Background(), j)
	standin.Limit(0)
	var e *MemoryError
	if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), "standin:0 is out of memory (") || !strings.Contains(err.Error(), "B could not be had); lower train.batch") {
		t.Errorf("got %v", err)
	}
	if left := standin.Bytes(); left != 0 {
		t.Errorf("%d bytes are left on the device", left)
	}
}

// Where the room ends within an update, the run goes on from its checkpoint once
// there is more.
func TestOutOfMemoryOnAnotherDevice(t *testing.T) {
	c := small()
	c.Train.CheckpointEvery = 1
	j := there(t, c)
	j.Progress = func(update int, _ *Status) {
		if update == 3 {
			standin.Limit(standin.Bytes() + 1<<20)
		}
	}
	wantFull(t, j)
	if p, err := readPosition(filepath.Join(j.Dir, "checkpoint")); err != nil || p == nil || p.Update != 3 {
		t.Fatalf("position %+v (%v), want update 3", p, err)
	}
	j.Progress = nil
	mustTrain(t, j)
	outcomeOf(t, j.Dir).same(t, "gone on with", uninterrupted(t))
}

// Wherever it ends before the first update, nothing is left over.
func TestNoRoomForATraining(t *testing.T) {
	j := there(t, small())
	j.Config.Train.Steps = 1
	var need int // weights, momentum, the tally [2, slots] and its place, pictures
	j.Progress = func(int, *Status) { need = standin.Bytes() }
	mustTrain(t, j)
	pix := len(j.Pictures.Pix)
	for what, short := range map[string]int{
		"pictures": 1, "place in the tally": pix + 1, "tally": pix + 9, "momentum": pix + 30<<20, "weights": need - 10<<20,
	} {
		t.Run(what, func(t *testing.T) {
			j := there(t, small())
			standin.Limit(need - short)
			wantFull(t, j)
		})
	}
}

// What the tensor operations paint there is what the host paints.
func TestPaintingOnAnotherDevice(t *testing.T) {
	standin.Load(t)
	for _, variant := range []string{"3way", "rotation", "cutout", "scar_cutout", "confetti"} {
		for _, crop := range []int{0, 16} {
			c := configs.Default()
			c.Augment.Variant, c.Augment.Cutout.Fill, c.Data.Crop = variant, "random", crop
			bytes, labels, n := unlike(t, noisy(7, 24), c, Numerics{Device: standin.Device}, 2)
			if bytes+labels > 0 {
				t.Errorf("%s, crops of %d px: %d bytes and %d labels of %d views differ", variant, crop, bytes, labels, n)
			}
		}
	}
}
