package trainer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/trainer/metricslog"
)

// A patch out of place is easy to see in these waves: the net learns it within
// a few updates. Guessing among two classes has a loss of 0.69.
func TestLearns(t *testing.T) {
	c := small()
	c.Augment.Variant = "cutpaste"
	c.Augment.Area.Min, c.Augment.Area.Max, c.Augment.Translate = 0.1, 0.3, 0
	c.Augment.Jitter.Brightness, c.Augment.Jitter.Contrast, c.Augment.Jitter.Saturation = 0, 0, 0
	c.Train.Steps, c.Train.Batch, c.Train.LogEvery = 18, 8, 6
	j := job(t, c, t.TempDir())
	mustTrain(t, j)
	table, err := metricslog.Read(filepath.Join(j.Dir, "metrics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range table.Rows {
		t.Logf("update %g: loss %g, accuracy %g", row[0], row[1], row[2])
		if row[0] != float64(6*(i+1)) {
			t.Errorf("row %d is of update %g", i, row[0])
		}
		if row[2] < 0 || row[2] > 1 {
			t.Errorf("accuracy %g", row[2])
		}
		if want := LearningRate(c, 6*(i+1)-1); row[3] != want {
			t.Errorf("learning rate %g in row %d, want %g", row[3], i, want)
		}
	}
	if len(table.Rows) != 3 {
		t.Fatalf("%d rows, want 3", len(table.Rows))
	}
	first, last := table.Rows[0], table.Rows[2]
	if last[1] > 0.7*first[1] || last[2] < first[2] || last[2] < 0.75 {
		t.Errorf("loss went from %g to %g, accuracy from %g to %g", first[1], last[1], first[2], last[2])
	}
}

// Zero updates are the net as it starts, and nothing is written.
func TestZeroUpdates(t *testing.T) {
	c := small()
	c.Train.Steps = 0
	j := job(t, c, t.TempDir())
	j.Progress = func(update int, _ *Status) { t.Errorf("update %d", update) }
	net, err := j.Train(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	start, err := Start(c, j.Numerics)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, start)
	do(t, func() {
		if !sameTensors(net.State(), start.State(), everything) {
			t.Error("the net is not as it starts")
		}
	})
	if files := names(j.Dir); len(files) != 0 {
		t.Errorf("there are %v", files)
	}
}

// A training that is over is not done again; its net is the trained one.
func TestFinishedTraining(t *testing.T) {
	want := uninterrupted(t)
	j := job(t, small(), folder)
	j.Progress = func(update int, _ *Status) { t.Errorf("update %d", update) }
	net, err := j.Train(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	path := filepath.Join(t.TempDir(), "net.safetensors")
	do(t, func() { err = safetensors.Write(path, net.State(), nil) })
	if err != nil {
		t.Fatal(err)
	}
	if read(t, path) != want.weights {
		t.Error("the net is not the trained one")
	}
	outcomeOf(t, folder).same(t, "after another look", want)
	if events := names(filepath.Join(folder, "events")); len(events) != 1 {
		t.Errorf("there are the event files %v", events)
	}
}

// net.weights starts the backbone from a file, and the rest from the seed,
// whatever head the file's net had.
func TestStartFromWeights(t *testing.T) {
	other := small()
	other.Seed = 9
	other.Net.Head = []int{16}
	other.Augment.Variant = "cutpaste"
	n, err := Settle(other)
	if err != nil {
		t.Fatal(err)
	}
	donor, err := Start(other, n)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, donor)
	c := small()
	fresh, err := Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, fresh)
	c.Net.Weights = filepath.Join(t.TempDir(), "donor.safetensors")
	do(t, func() { err = safetensors.Write(c.Net.Weights, donor.State(), nil) })
	if err != nil {
		t.Fatal(err)
	}
	net, err := Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	do(t, func() {
		if !sameTensors(net.State(), donor.State(), backbone) {
			t.Error("the backbone is not the file's")
		}
		if !sameTensors(net.State(), fresh.State(), func(name string) bool { return !backbone(name) && !counter(name) }) {
			t.Error("head and classifier are not the seed's")
		}
		if sameTensors(donor.State(), fresh.State(), backbone) {
			t.Error("the two backbones are the same: nothing was tried")
		}
	})
}

// The file's bytes are hashed as they are loaded; others than the expected ones are
// refused.
func TestStartFromTheExpectedBytes(t *testing.T) {
	c := small()
	donor, n := started(t, c)
	c.Net.Weights = filepath.Join(t.TempDir(), "donor")
	var err error
	do(t, func() { err = safetensors.Write(c.Net.Weights, donor.State(), nil) })
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(read(t, c.Net.Weights)))
	sum := hex.EncodeToString(hash[:])
	for _, want := range []string{"", sum} {
		s, err := StartFrom(c, n, want)
		if err != nil {
			t.Fatal(err)
		}
		defer free(t, s.Net)
		if s.SHA256 != sum || s.Path != c.Net.Weights || len(s.Notes) != 1 {
			t.Errorf("it is from %s with %s and the notes %q", s.Path, s.SHA256, s.Notes)
		}
	}
	before := live(t)
	other := strings.Repeat("0", 64)
	if _, err := StartFrom(c, n, other); err == nil || !strings.Contains(err.Error(), sum[:8]) || !strings.Contains(err.Error(), other[:8]) {
		t.Errorf("other bytes: %v", err)
	}
	j := job(t, c, t.TempDir())
	j.WeightsSHA256 = other
	if err := train(t, context.Background(), j); err == nil || !strings.Contains(err.Error(), "put that file back") {
		t.Errorf("a training from other bytes: %v", err)
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

// A lite net whose file of weights meets pictures scaled as for torchvision's nets
// has a note with the keys to set.
func TestLiteWeightsWantPicturesScaledTheirWay(t *testing.T) {
	c := small()
	c.Net.Name = "efficientnet_lite0"
	donor, n := started(t, c)
	c.Net.Weights = filepath.Join(t.TempDir(), "lite.safetensors")
	var err error
	do(t, func() { err = safetensors.Write(c.Net.Weights, donor.Published(), nil) })
	if err != nil {
		t.Fatal(err)
	}
	for _, scaled := range []bool{false, true} {
		if scaled {
			c.Data.Mean, c.Data.Std = []float64{0.49804, 0.49804, 0.49804}, []float64{0.50196, 0.50196, 0.50196}
		}
		s, err := StartFrom(c, n, "")
		if err != nil {
			t.Fatal(err)
		}
		defer free(t, s.Net)
		notes := strings.Join(s.Notes, "\n")
		if said := strings.Contains(notes, "data.mean=[0.49804,0.49804,0.49804] data.std=[0.50196,0.50196,0.50196]"); said == scaled {
			t.Errorf("scaled their way: %v, notes %q", scaled, notes)
		}
	}
}

func TestStartFromUnusableWeights(t *testing.T) {
	dir := t.TempDir()
	damaged := filepath.Join(dir, "damaged.safetensors")
	if err := os.WriteFile(damaged, []byte("no weights at all"), 0o644); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign.safetensors")
	if err := safetensors.Write(foreign, []safetensors.Tensor{safetensors.F32("conv1.weight", []int{1}, []float32{1})}, nil); err != nil {
		t.Fatal(err)
	}
	before := live(t)
	for _, path := range []string{filepath.Join(dir, "missing.safetensors"), damaged, foreign} {
		c := small()
		c.Net.Weights = path
		j := job(t, c, t.TempDir())
		err := train(t, context.Background(), j)
		if err == nil || !strings.Contains(err.Error(), "net.weights="+path) {
			t.Errorf("error %v, want the key and its value %s", err, path)
		}
		if files := names(j.Dir); len(files) != 0 {
			t.Errorf("%s: there are %v", path, files)
		}
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

func everything(string) bool { return true }

func backbone(name string) bool {
	return !strings.HasPrefix(name, "head.") && !strings.HasPrefix(name, "classifier.")
}

// counter says whether a tensor counts batches, which is one number for the
// whole net.
func counter(name string) bool { return strings.HasSuffix(name, "num_batches_tracked") }

// sameTensors compares those with wanted names, of which there must be some.
func sameTensors(a, b []safetensors.Tensor, wanted func(name string) bool) bool {
	unwanted := func(t safetensors.Tensor) bool { return !wanted(t.Name) }
	a, b = slices.DeleteFunc(a, unwanted), slices.DeleteFunc(b, unwanted)
	return len(a) > 0 && slices.EqualFunc(a, b, func(x, y safetensors.Tensor) bool {
		return x.Name == y.Name && slices.Equal(x.Shape, y.Shape) && bytes.Equal(x.Data, y.Data)
	})
}
