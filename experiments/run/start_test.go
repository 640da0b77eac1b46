package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer"
)

// donor is a file of weights of another seed and head: a run's model.
func donor(t *testing.T, c *configs.Config, seed uint64) (path, sum string) {
	t.Helper()
	r := train(t, with(c, func(c *configs.Config) {
		c.Out, c.Seed, c.Train.Steps, c.Net.Head, c.Net.Weights = t.TempDir(), seed, 0, []int{16}, ""
	}))
	path = filepath.Join(r.Run, modelFile)
	hash := sha256.Sum256([]byte(read(t, path)))
	return path, hex.EncodeToString(hash[:])
}

// A run says which bytes it started from; its control has them alone, and a run
// without an update is that control. What is finished needs the file no more,
// and what is not goes on with the same bytes only.
func TestStartingWeights(t *testing.T) {
	c := drawn(t)
	path, sum := donor(t, c, 9)
	c.Net.Weights = path

	none := with(c, func(c *configs.Config) { c.Out, c.Train.Steps = t.TempDir(), 0 })
	control := train(t, none)
	if control.Start != (Start{path, sum}) || *control.ImageAUROC != *control.UntrainedAUROC {
		t.Errorf("the control: %+v", control)
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var notes []string
	_, err := Train(ctx, c, quiet{notes: &notes, onUpdate: func(n int) {
		if n == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, trainer.ErrInterrupted) {
		t.Fatalf("interrupted: %v", err)
	}
	if m, err := readMeta(Folder(c)); err != nil || m.Start != (Start{path, sum}) {
		t.Errorf("meta.json says %+v, %v", m, err)
	}
	if n := strings.Count(strings.Join(notes, "\n"), "own head is left out"); n != 1 {
		t.Errorf("that the file's head is left out is said %d times: %q", n, notes)
	}

	other, otherSum := donor(t, c, 10)
	whole := read(t, path)
	if err := os.WriteFile(path, []byte(read(t, other)), 0o666); err != nil {
		t.Fatal(err)
	}
	var wrong *configs.Error
	_, err = Train(context.Background(), c, quiet{onUpdate: func(int) { t.Error("it went on with other weights") }})
	if !errors.As(err, &wrong) || wrong.Key != "net.weights" || !strings.Contains(err.Error(), sum[:8]) || !strings.Contains(err.Error(), otherSum[:8]) || !strings.Contains(err.Error(), Folder(c)) {
		t.Errorf("other bytes: %v", err)
	}
	if err := os.WriteFile(path, []byte(whole), 0o666); err != nil {
		t.Fatal(err)
	}
	r := train(t, c)
	if r.Start != (Start{path, sum}) || !strings.Contains(read(t, r.Run, resultFile), `"weights_sha256": "`+sum+`"`) {
		t.Errorf("the run says that it started from %+v", r.Start)
	}
	if *r.UntrainedAUROC != *control.ImageAUROC {
		t.Errorf("the untrained control has %g, the run without an update %g", *r.UntrainedAUROC, *control.ImageAUROC)
	}

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if again := train(t, c); again.Start != r.Start || *again.ImageAUROC != *r.ImageAUROC {
		t.Errorf("without the file the run says %+v", again)
	}
	if again, err := Evaluate(r.Run, []string{"density.normalize=false"}); err != nil || again.Start != r.Start {
		t.Errorf("without the file evaluate says %+v, %v", again, err)
	}
	// Of several seeds, one that is not finished needs it.
	if _, err := TrainSeeds(context.Background(), c, []uint64{c.Seed, c.Seed + 1}, quiet{}); !errors.As(err, &wrong) || wrong.Key != "net.weights" {
		t.Errorf("a further seed without the file: %v", err)
	}
}

// at does something as a part of the run begins.
type at struct {
	quiet
	part string
	do   func()
}

func (a at) Task(label string, total int, unit string) Task {
	if strings.HasPrefix(label, a.part) {
		a.do()
	}
	return a.quiet.Task(label, total, unit)
}

// Starting weights that are replaced while the run goes on, before its training
// reads them or before its control does, are found out: the hash is of what is used.
func TestStartingWeightsReplacedMeanwhile(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 1
	path, sum := donor(t, c, 9)
	other, otherSum := donor(t, c, 10)
	whole, foreign := read(t, path), read(t, other)
	put := func(content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want := train(t, with(c, func(c *configs.Config) { c.Net.Weights, c.Out = path, t.TempDir() }))
	for before, p := range map[string]Progress{
		"training": at{part: "reading normal pictures", do: func() { put(foreign) }},
		"control":  quiet{onUpdate: func(int) { put(foreign) }}, // the training has read them by then
	} {
		c := with(c, func(c *configs.Config) { c.Net.Weights, c.Out = path, t.TempDir() })
		_, err := Train(context.Background(), c, p)
		if err == nil || !strings.Contains(err.Error(), sum[:8]) || !strings.Contains(err.Error(), otherSum[:8]) || !missing(t, Folder(c), embeddingsFile) {
			t.Errorf("replaced before its %s: %v", before, err)
		}
		put(whole)
		if r := train(t, c); r.Start != want.Start || *r.UntrainedAUROC != *want.UntrainedAUROC {
			t.Errorf("with the file put back the result is %+v, want %+v", r, want)
		}
	}
}

func TestFromScratchNoFileIsNamed(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 0
	r := train(t, c)
	if text := read(t, r.Run, resultFile); r.Start != (Start{Weights: "scratch"}) || strings.Contains(text, "sha256") || !strings.Contains(text, `"weights": "scratch"`) {
		t.Errorf("from scratch: %s", text)
	}
}

// Without the record of which bytes a run started from, its result would name
// none.
func TestAnUnknownStartIsRefused(t *testing.T) {
	c := drawn(t)
	path, _ := donor(t, c, 9)
	c.Net.Weights, c.Train.Steps = path, 0
	r := train(t, c)
	if err := os.Remove(filepath.Join(r.Run, metaFile)); err != nil {
		t.Fatal(err)
	}
	refused := func(what string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), metaFile) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "remove the folder") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := Evaluate(r.Run, nil)
	refused("without meta.json", err)
	// Nor does a training go on from what it cannot say.
	cut := with(c, func(c *configs.Config) { c.Train.Steps, c.Out = 4, t.TempDir() })
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if _, err := Train(ctx, cut, quiet{onUpdate: func(int) { stop() }}); !errors.Is(err, trainer.ErrInterrupted) {
		t.Fatal(err)
	}
	m, err := readMeta(Folder(cut))
	if err != nil {
		t.Fatal(err)
	}
	m.WeightsSHA256 = "" // as before hashes were kept
	if err := m.save(Folder(cut)); err != nil {
		t.Fatal(err)
	}
	goesOn := quiet{onUpdate: func(int) { t.Error("the training went on") }}
	_, err = Train(context.Background(), cut, goesOn)
	refused("meta.json without a hash", err)
	if err := os.Remove(filepath.Join(Folder(cut), metaFile)); err != nil {
		t.Fatal(err)
	}
	_, err = Train(context.Background(), cut, goesOn)
	refused("a checkpoint without meta.json", err)
}
