package run

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/synth"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/trainer"
	"golang.org/x/sys/unix"
)

// quiet is a Progress for tests; onUpdate sees the training's updates.
type quiet struct {
	onUpdate func(n int)
	notes    *[]string
}

func (q quiet) Task(label string, _ int, _ string) Task {
	if strings.HasPrefix(label, "training") && q.onUpdate != nil {
		return watched(q.onUpdate)
	}
	return watched(func(int) {})
}

func (q quiet) Note(sentence string) {
	if q.notes != nil {
		*q.notes = append(*q.notes, sentence)
	}
}

type watched func(n int)

func (w watched) Set(n int, _ string) { w(n) }
func (w watched) Done()               {}

// drawn is a small drawn category, and a configuration for seconds of training.
func drawn(t *testing.T) *configs.Config {
	t.Helper()
	root := filepath.Join(t.TempDir(), "pictures")
	err := synth.Write(context.Background(), root, synth.Options{
		Size: 48, Train: 12, TestGood: 4, TestPerDefect: 2, Categories: synth.Categories()[:1],
	})
	if err != nil {
		t.Fatal(err)
	}
	c := configs.Default()
	c.Name, c.Out, c.Device = "test", t.TempDir(), "cpu"
	c.Amp, c.ChannelsLast, c.Threads = "off", "off", 1
	c.Data.Root, c.Data.Category = root, synth.Categories()[0]
	c.Data.Size, c.Data.Cache = 32, "off"
	c.Train.Steps, c.Train.Batch, c.Train.LogEvery, c.Train.CheckpointEvery = 4, 4, 2, 2
	return c
}

func train(t *testing.T, c *configs.Config) *Result {
	t.Helper()
	r, err := Train(context.Background(), c, quiet{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// with is c after a change.
func with(c *configs.Config, change func(*configs.Config)) *configs.Config {
	other := *c
	change(&other)
	return &other
}

func TestTrainLeavesAFolderThatScoresAgain(t *testing.T) {
	c := drawn(t)
	r := train(t, c)
	if r.ImageAUROC == nil || *r.ImageAUROC < 0 || *r.ImageAUROC > 1 || r.UntrainedAUROC == nil {
		t.Fatalf("no AUROC between 0 and 1: %+v", r)
	}
	if r.Run != Folder(c) || r.TrainNormal != 12 || r.TestNormal != 4 || r.TestAnomalous != 2*len(synth.Defects(c.Data.Category)) {
		t.Errorf("the result counts wrong: %+v", r)
	}
	for _, name := range []string{configFile, metaFile, modelFile, embeddingsFile, scoresFile, resultFile, "metrics.csv", "events", "checkpoint"} {
		if _, err := os.Stat(filepath.Join(r.Run, name)); err != nil {
			t.Error(err)
		}
	}
	scores := read(t, r.Run, scoresFile)
	rows, err := csv.NewReader(strings.NewReader(scores)).ReadAll()
	if err != nil || len(rows) != 1+r.TestNormal+r.TestAnomalous {
		t.Errorf("scores.csv has %d rows, %v", len(rows), err)
	}

	// Scoring again, and the same command again, change nothing.
	again, err := Evaluate(r.Run, nil)
	if err != nil {
		t.Fatal(err)
	}
	if *again.ImageAUROC != *r.ImageAUROC || again.Threshold != r.Threshold || read(t, r.Run, scoresFile) != scores {
		t.Errorf("evaluate has %+v, train had %+v", again, r)
	}
	var notes []string
	if _, err := Train(context.Background(), c, quiet{notes: &notes, onUpdate: func(int) { t.Error("a complete run was trained again") }}); err != nil {
		t.Fatal(err)
	}
	if read(t, r.Run, scoresFile) != scores || !strings.Contains(strings.Join(notes, " "), "trained already") {
		t.Errorf("the second command changed the scores or did not say why it was so quick: %q", notes)
	}

	// Another density has a folder of its own; a training key is refused.
	ridge, err := Evaluate(r.Run, []string{"density.covariance=ridge", "density.ridge=0.01"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(ridge.Run, filepath.Join(r.Run, "evaluations")) || read(t, ridge.Run, scoresFile) == scores || read(t, r.Run, scoresFile) != scores {
		t.Errorf("another density's scores went to %s", ridge.Run)
	}
	// A covariance that cannot be had leaves nothing behind.
	if _, err := Evaluate(r.Run, []string{"density.covariance=empirical"}); err == nil {
		t.Error("12 pictures fixed a covariance of 512 features")
	}
	if there, _ := os.ReadDir(filepath.Join(r.Run, "evaluations")); len(there) != 1 {
		t.Errorf("evaluations holds %v, not one folder", there)
	}
	var wrong *configs.Error
	if _, err := Evaluate(r.Run, []string{"train.steps=5"}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "train.steps") {
		t.Errorf("a training key: %v", err)
	}
	if _, err := Evaluate(t.TempDir(), nil); !errors.As(err, &wrong) {
		t.Errorf("no run folder: %v", err)
	}

	t.Run("predict", func(t *testing.T) { predicts(t, c, r) })
}

// predicts holds new verdicts against the run's own scores.
func predicts(t *testing.T, c *configs.Config, r *Result) {
	broken := filepath.Join(t.TempDir(), "broken.png")
	if err := os.WriteFile(broken, []byte("\x89PNG\r\n\x1a\nno picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPredictor(r.Run, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Free()
	folder := filepath.Join(c.Data.Root, c.Data.Category, "test", "good")
	files, err := Files([]string{broken, folder})
	if err != nil || len(files) != 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var got []Verdict
	if err := p.Predict(context.Background(), files, func(v Verdict) { got = append(got, v) }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 5 || got[0].Err == nil || !strings.Contains(got[0].Err.Error(), "broken.png") {
		t.Fatalf("verdicts: %+v", got)
	}
	e, err := loadEmbeddings(r.Run)
	if err != nil {
		t.Fatal(err)
	}
	_, found, err := score(e, e.Levels[0], c)
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]float64{}
	for _, row := range found.test {
		stored[filepath.Base(row.Path)+row.Defect] = row.Score
	}
	for _, v := range got[1:] {
		// The batch is another, so sums may round differently.
		want := stored[filepath.Base(v.Path)+"good"]
		if d := v.Score - want; d > 1e-3*want || d < -1e-3*want || v.Anomalous != (v.Score > v.Threshold) {
			t.Errorf("%s scores %g, the run has %g", v.Path, v.Score, want)
		}
	}
	// More files than are embedded together come out in order, and an end comes at
	// once.
	many := slices.Repeat(files, 1+2*predictBatch/len(files))
	next := 0
	err = p.Predict(context.Background(), many, func(v Verdict) {
		if want := got[next%len(got)]; v.Path != many[next] || math.Abs(v.Score-want.Score) > 1e-3*want.Score {
			t.Errorf("verdict %d is %+v, alone it is %+v", next, v, want)
		}
		next++
	})
	if err != nil || next != len(many) {
		t.Errorf("%d verdicts of %d files: %v", next, len(many), err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	enough := errors.New("enough")
	if err := p.Predict(ctx, many, func(Verdict) { cancel(enough) }); !errors.Is(err, enough) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Files([]string{filepath.Join(folder, "nothing.png")}); err == nil {
		t.Error("a file that does not exist was taken")
	}
	pipe := filepath.Join(t.TempDir(), "pipe.png")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Files([]string{pipe}); err == nil { // reading it would wait for ever
		t.Error("a pipe was taken")
	}
}

func TestAFolderBelongsToOneConfigurationAndItsPictures(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 1
	r := train(t, c)
	var wrong *configs.Error
	_, err := Train(context.Background(), with(c, func(c *configs.Config) { c.Optim.Lr = 0.01 }), quiet{})
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "optim.lr: 0.01 here, 0.03 there") || !strings.Contains(err.Error(), "out=") {
		t.Errorf("another learning rate: %v", err)
	}
	// What does not change a run is not refused.
	if _, err := Train(context.Background(), with(c, func(c *configs.Config) { c.Train.LogEvery = 7; c.Data.Workers = 1 }), quiet{}); err != nil {
		t.Errorf("another log interval: %v", err)
	}
	good := filepath.Join(c.Data.Root, c.Data.Category, "train", "good")
	if err := os.Remove(filepath.Join(good, "000.png")); err != nil {
		t.Fatal(err)
	}
	if _, err := Train(context.Background(), c, quiet{}); err == nil || !strings.Contains(err.Error(), "have changed") {
		t.Errorf("other pictures: %v", err)
	}
	lock, err := os.Open(filepath.Join(r.Run, lockFile))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := Train(context.Background(), c, quiet{}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a folder in use: %v", err)
	}
}

func TestInterruptedRunEndsWithTheSameScores(t *testing.T) {
	c := drawn(t)
	whole := train(t, c)
	c = with(c, func(c *configs.Config) { c.Out = t.TempDir() })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := Train(ctx, c, quiet{onUpdate: func(n int) {
		if n == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, trainer.ErrInterrupted) {
		t.Fatalf("interrupted: %v", err)
	}
	if _, err := Evaluate(Folder(c), nil); err == nil || !strings.Contains(err.Error(), "cutpaste train") {
		t.Errorf("a run without embeddings: %v", err)
	}
	first := 0
	r, err := Train(context.Background(), c, quiet{onUpdate: func(n int) {
		if first == 0 {
			first = n
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if first != 4 {
		t.Errorf("the resumed run began with update %d, not after the third", first)
	}
	if read(t, r.Run, scoresFile) != read(t, whole.Run, scoresFile) {
		t.Error("the scores differ from those of the uninterrupted run")
	}
}

func TestNoUpdatesIsTheUntrainedControl(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 0
	r := train(t, c)
	if *r.ImageAUROC != *r.UntrainedAUROC {
		t.Errorf("untrained %g, after no update %g", *r.UntrainedAUROC, *r.ImageAUROC)
	}
	e, err := loadEmbeddings(r.Run)
	if err != nil {
		t.Fatal(err)
	}
	one := train(t, with(c, func(c *configs.Config) { c.Out, c.Train.Steps = t.TempDir(), 1 }))
	of, err := loadEmbeddings(one.Run)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range e.Levels {
		if !slices.Equal(f.Trained.Test, f.Untrained.Test) || !slices.Equal(f.Trained.Test, of.Levels[0].Untrained.Test) || slices.Equal(f.Trained.Test, of.Levels[0].Trained.Test) {
			t.Error("the features are not those before the first update")
		}
	}
}

func TestALostOrDamagedFileIsMadeAgain(t *testing.T) {
	c := drawn(t)
	r := train(t, c)
	scores, model := read(t, r.Run, scoresFile), read(t, r.Run, modelFile)
	if err := os.Truncate(filepath.Join(r.Run, embeddingsFile), 5000); err != nil {
		t.Fatal(err)
	}
	train(t, c)
	if err := os.Remove(filepath.Join(r.Run, modelFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPredictor(r.Run, nil, false); err == nil || !strings.Contains(err.Error(), "cutpaste train") {
		t.Errorf("a run without its model: %v", err)
	}
	train(t, c)
	if read(t, r.Run, scoresFile) != scores || read(t, r.Run, modelFile) != model {
		t.Error("what was made again differs")
	}
}

func TestWrongWeightsMakeNoRunFolder(t *testing.T) {
	c := drawn(t)
	c.Net.Weights = filepath.Join(t.TempDir(), "nothing.safetensors")
	var wrong *configs.Error
	if _, err := Train(context.Background(), c, quiet{}); !errors.As(err, &wrong) || wrong.Key != "net.weights" {
		t.Errorf("weights that are not there: %v", err)
	}
	for _, key := range []string{"CUTPASTE_WEIGHTS", "TORCH_HOME", "CUTPASTE_CACHE"} {
		t.Setenv(key, filepath.Join(t.TempDir(), key))
	}
	c.Net.Weights = "imagenet"
	if _, err := Train(context.Background(), c, quiet{}); !errors.As(err, &wrong) || wrong.Key != "net.weights" || !strings.Contains(err.Error(), os.Getenv("CUTPASTE_WEIGHTS")) || !strings.Contains(err.Error(), "cutpaste weights fetch resnet18") {
		t.Errorf("ImageNet weights that are not here: %v", err)
	}
	if _, err := os.Stat(Folder(c)); err == nil {
		t.Error("a run folder was made")
	}
}

func TestADensityThatCannotBeFittedIsRefusedBeforeTraining(t *testing.T) {
	c := drawn(t)
	var wrong *configs.Error
	_, err := Train(context.Background(), with(c, func(c *configs.Config) { c.Density.Covariance = "empirical" }), quiet{})
	if !errors.As(err, &wrong) || wrong.Key != "density.covariance" || !strings.Contains(err.Error(), "ledoit_wolf") {
		t.Errorf("12 pictures of 512 features: %v", err)
	}
	for i := 3; i < 12; i++ {
		if err := os.Remove(filepath.Join(c.Data.Root, c.Data.Category, "train", "good", fmt.Sprintf("%03d.png", i))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Train(context.Background(), c, quiet{}); !errors.Is(err, gde.ErrTooFew) || !strings.Contains(err.Error(), "at least 4, ") {
		t.Errorf("three pictures: %v", err)
	}
	if _, err := os.Stat(Folder(c)); err == nil {
		t.Error("a run folder was made")
	}
}

func TestWithoutAnomalousPicturesScoresAreKept(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 1
	for _, d := range synth.Defects(c.Data.Category) {
		for _, part := range []string{"test", "ground_truth"} {
			if err := os.RemoveAll(filepath.Join(c.Data.Root, c.Data.Category, part, d)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var notes []string
	r, err := Train(context.Background(), c, quiet{notes: &notes})
	if err != nil || !strings.Contains(strings.Join(notes, " "), "no anomalous test picture") {
		t.Fatalf("%v, notes %q", err, notes)
	}
	if r.ImageAUROC != nil || r.OracleF1 != nil || len(r.Notes) == 0 || r.TestNormal != 4 {
		t.Errorf("AUROC of one class: %+v", r)
	}
	if n := strings.Count(read(t, r.Run, scoresFile), "\n"); n != 5 {
		t.Errorf("scores.csv has %d lines", n)
	}
	if !strings.Contains(read(t, r.Run, resultFile), `"image_auroc": null`) {
		t.Error("result.json has an AUROC")
	}
}
