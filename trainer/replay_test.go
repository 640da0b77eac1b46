package trainer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// updated is a net's state after eight updates whose plans are carried out in
// them, with a graph if it is wanted.
func updated(t *testing.T, graph string, note func(string)) (weights []byte, err error) {
	t.Helper()
	c := small()
	c.Augment.On, c.Train.Graph = "device", graph
	j := job(t, c, t.TempDir())
	net, err := Start(c, j.Numerics)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	l := data.NewDrawer(context.Background(), j.Pictures, c, 0)
	defer l.Close()
	return weights, torch.Do(func() error {
		u := NewUpdater(net, c, j.Numerics, c.Train.Steps)
		defer u.Free()
		u.PaintOnDevice(j.Pictures, note)
		u.graph.wanted = graph != "off" // as it would be on CUDA
		for range c.Train.Steps {
			b, err := l.Next()
			if err != nil {
				return err
			}
			if err := u.Update(b, 0.01); err != nil {
				return err
			}
			l.Recycle(b)
		}
		for _, s := range net.State() {
			weights = append(weights, s.Data...)
		}
		return nil
	})
}

// An update that cannot be captured, as none can without CUDA, is said once, and
// training goes on as if no graph had been wanted; train.graph=on is an error.
func TestAGraphThatCannotBeCaptured(t *testing.T) {
	if devices, _ := torch.CUDA(); devices > 0 {
		t.Skip("this machine has a CUDA device")
	}
	want, err := updated(t, "off", func(s string) { t.Errorf("note %q", s) })
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	got, err := updated(t, "auto", func(s string) { notes = append(notes, s) })
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("the weights are the same: %v; the error is %v", slices.Equal(got, want), err)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "not captured as a CUDA graph (libtorch: CUDA is not loaded") {
		t.Errorf("notes %q", notes)
	}
	_, err = updated(t, "on", nil)
	if err == nil || !strings.HasPrefix(err.Error(), "train.graph=on: the update cannot be captured as a CUDA graph on cpu (") {
		t.Errorf("the error is %v", err)
	}
}

func TestAGraphNeedsADevice(t *testing.T) {
	c := small()
	c.Train.Graph = "on"
	err := train(t, context.Background(), job(t, c, t.TempDir()))
	if err == nil || !strings.Contains(err.Error(), "would be on cpu; set train.graph to auto or off") {
		t.Errorf("the error is %v", err)
	}
}

// On CUDA a run that is cut off and resumed, whose first updates come without a
// graph, has the bytes of one that was not, in every precision; in phases too,
// each of which records its own graph, cut off between two or within one, and with
// what dropout leaves out.
func TestResumeOnCUDA(t *testing.T) {
	if devices, reason := torch.CUDA(); devices == 0 {
		t.Skip("no CUDA device: " + reason)
	}
	whole := func() *configs.Config { c := small(); c.Train.Steps = 14; return c }
	crops := func() *configs.Config { c := cropped(); c.Train.Steps = 14; return c }
	phases := func() *configs.Config {
		c := dropping()
		c.Train.Phases, c.Train.Steps = twoPhases(6, 8), 14
		return c
	}
	for what, of := range map[string]struct {
		config func() *configs.Config
		cuts   []int // updates
	}{"whole": {whole, []int{7}}, "phases": {phases, []int{6, 7}}, "crops": {crops, []int{7}}} {
		for _, graph := range []string{"auto", "on", "off"} {
			for _, amp := range []string{"off", "bf16", "fp16"} {
				t.Run(what+" "+graph+" "+amp, func(t *testing.T) {
					c := of.config()
					c.Device, c.Train.Graph, c.Amp = "cuda:0", graph, amp
					once := job(t, c, t.TempDir())
					once.Note = func(s string) { t.Log(s) }
					mustTrain(t, once)
					for _, update := range of.cuts {
						cut := job(t, c, t.TempDir())
						stopAt(t, cut, update)
						mustTrain(t, cut)
						outcomeOf(t, cut.Dir).same(t, fmt.Sprintf("resumed after update %d", update), outcomeOf(t, once.Dir))
					}
				})
			}
		}
	}
}

// What a GPU paints is what the host paints.
func TestPaintingOnCUDA(t *testing.T) {
	if devices, reason := torch.CUDA(); devices == 0 {
		t.Skip("no CUDA device: " + reason)
	}
	all := configs.Jitter{Brightness: 0.9, Contrast: 0.9, Saturation: 0.9, Hue: 0.5}
	for _, of := range []struct {
		variant    string
		size, crop int
	}{{"3way", 48, 0}, {"3way", 256, 0}, {"3way", 256, 64}, {"rotation", 256, 0}, {"cutout", 256, 0}, {"confetti", 256, 64}} {
		c := configs.Default()
		c.Augment.Variant, c.Augment.Cutout.Fill, c.Data.Crop = of.variant, "random", of.crop
		c.Augment.Jitter, c.Augment.PatchJitter = all, all
		bytes, labels, n := unlike(t, noisy(7, of.size), c, Numerics{Device: "cuda:0", ChannelsLast: true}, 4)
		if bytes+labels > 0 {
			t.Errorf("%s, %d px, crops of %d: %d bytes and %d labels of %d views differ", of.variant, of.size, of.crop, bytes, labels, n)
		}
	}
}
