package run

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

func missing(t *testing.T, path ...string) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(path...))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return err != nil
}

// The first level is the run's own result, as it is without others; each other
// has a folder. All are scored again, and can be chosen from.
func TestLevels(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 1
	alone := train(t, with(c, func(c *configs.Config) { c.Out = t.TempDir() }))
	c.Embed.Levels = []string{"pool", "layer3"}
	r := train(t, c)
	level := filepath.Join(r.Run, "levels", "layer3")
	if r.Features != "pool" || len(r.Levels) != 1 || r.Levels[0].Features != "layer3" || r.Levels[0].Run != level || len(r.Settings) != len(alone.Settings) {
		t.Fatalf("the result is %+v", r)
	}
	pool, layer3 := read(t, r.Run, scoresFile), read(t, level, scoresFile)
	if pool != read(t, alone.Run, scoresFile) || pool == layer3 {
		t.Error("pool's scores are not those without another level, or layer3's the same")
	}
	if own, its := read(t, r.Run, resultFile), read(t, level, resultFile); strings.Contains(own, "layer3") || !strings.Contains(its, `"features": "layer3"`) {
		t.Errorf("result.json of the run: %s\nof the level: %s", own, its)
	}

	bare, err := Evaluate(r.Run, []string{"density.normalize=false"})
	if err != nil {
		t.Fatal(err)
	}
	if s := read(t, bare.Run, "levels", "layer3", scoresFile); s == layer3 || missing(t, bare.Run, configFile) {
		t.Error("another density has the same scores at layer3, or no configuration")
	}
	chosen, err := Evaluate(r.Run, []string{"embed.levels=layer3"})
	if err != nil {
		t.Fatal(err)
	}
	if read(t, chosen.Run, scoresFile) != layer3 || !missing(t, chosen.Run, "levels") || chosen.Run == r.Run {
		t.Errorf("layer3 alone: %+v", chosen)
	}
	var wrong *configs.Error
	if _, err := Evaluate(r.Run, []string{"embed.levels=pool,layer2"}); !errors.As(err, &wrong) || wrong.Key != "embed.levels" || !strings.Contains(err.Error(), "embed.levels=pool,layer3,layer2") {
		t.Errorf("a level that is not stored: %v", err)
	}
	if read(t, r.Run, scoresFile) != pool || read(t, level, scoresFile) != layer3 {
		t.Error("the run's own scores changed")
	}

	t.Run("predict", func(t *testing.T) {
		for _, of := range []struct{ level, scores string }{{"pool", pool}, {"layer3", layer3}} {
			p, err := OpenPredictor(r.Run, []string{"embed.levels=" + of.level}, false)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Free()
			want := r
			if of.level == "layer3" {
				want = r.Levels[0]
			}
			var got []Verdict
			file := filepath.Join(c.Data.Root, c.Data.Category, "test", "good", "000.png")
			if err := p.Predict(context.Background(), []string{file}, func(v Verdict) { got = append(got, v) }); err != nil || got[0].Err != nil {
				t.Fatal(err, got)
			}
			_, row, _ := strings.Cut(of.scores, "test/good/000.png,good,false,")
			text, _, _ := strings.Cut(row, ",")
			score, err := strconv.ParseFloat(text, 64)
			// The batch is another, so sums may round differently.
			if err != nil || math.Abs(got[0].Score-score) > 1e-3*score || got[0].Threshold != want.Threshold.Value {
				t.Errorf("%s: %+v, the run has %g and the threshold %g (%v)", of.level, got[0], score, want.Threshold.Value, err)
			}
		}
	})

	t.Run("another level later", func(t *testing.T) {
		c := with(c, func(c *configs.Config) { c.Embed.Levels = []string{"layer2", "pool"} })
		model := read(t, r.Run, modelFile)
		again, err := Train(context.Background(), c, quiet{onUpdate: func(int) { t.Error("it was trained again") }})
		if err != nil {
			t.Fatal(err)
		}
		if again.Features != "layer2" || read(t, r.Run, "levels", "pool", scoresFile) != pool || read(t, r.Run, modelFile) != model {
			t.Errorf("the result is %+v", again)
		}
		// layer3, which the command does not list, is kept.
		if read(t, level, scoresFile) != layer3 || len(again.Levels) != 2 {
			t.Errorf("the result is %+v", again)
		}
		holds(t, r.Run, "layer2", "pool", "layer3")
	})
}

// holds says that the run in dir has embeddings and a configuration of these levels.
func holds(t *testing.T, dir string, levels ...string) {
	t.Helper()
	e, err := loadEmbeddings(dir)
	if err != nil || !slices.Equal(e.names(), levels) {
		t.Errorf("stored are %v, %v", e, err)
	}
	if c, err := readConfig(dir); err != nil || !slices.Equal(c.Embed.Levels, levels) {
		t.Errorf("config.yaml is %+v, %v", c, err)
	}
}

// A trained run gets a level without training also when its checkpoint is gone, and
// has the old ones with it.
func TestALevelForARunWithoutItsCheckpoint(t *testing.T) {
	c := drawn(t)
	for _, steps := range []int{2, 0} {
		c := with(c, func(c *configs.Config) { c.Out, c.Train.Steps = t.TempDir(), steps })
		both := train(t, with(c, func(c *configs.Config) { c.Out, c.Embed.Levels = t.TempDir(), []string{"layer3", "pool"} }))
		r := train(t, c)
		if err := os.RemoveAll(filepath.Join(r.Run, "checkpoint")); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, name := range []string{modelFile, headFile, "metrics.csv"} {
			if steps > 0 || name != "metrics.csv" {
				files[name] = read(t, r.Run, name)
			}
		}
		c.Embed.Levels = []string{"layer3"}
		var notes []string
		again, err := Train(context.Background(), c, quiet{notes: &notes, onUpdate: func(int) { t.Error("it was trained again") }})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(notes, "\n"), r.Run+" is trained already") {
			t.Errorf("notes %q", notes)
		}
		for name, content := range files {
			if read(t, r.Run, name) != content {
				t.Errorf("%s is another", name)
			}
		}
		if again.Features != "layer3" || again.Run != r.Run || !missing(t, r.Run, "checkpoint") {
			t.Errorf("the result is %+v", again)
		}
		holds(t, r.Run, "layer3", "pool")
		for _, name := range []string{embeddingsFile, scoresFile, "levels/pool/" + scoresFile} {
			if read(t, r.Run, name) != read(t, both.Run, name) {
				t.Errorf("%s differs from what a run with both levels leaves", name)
			}
		}
	}
}

// A model that cannot be used is no reason to train for hours without a word.
func TestADamagedModelWithoutACheckpoint(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 1
	r := train(t, c)
	if err := os.RemoveAll(filepath.Join(r.Run, "checkpoint")); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(r.Run, modelFile), 5000); err != nil {
		t.Fatal(err)
	}
	c.Embed.Levels = []string{"pool", "layer3"}
	_, err := Train(context.Background(), c, quiet{onUpdate: func(int) { t.Error("it was trained again") }})
	if err == nil || !strings.Contains(err.Error(), modelFile) || !strings.Contains(err.Error(), "remove both files") {
		t.Errorf("the error is %v", err)
	}
	holds(t, r.Run, "pool")
}

func TestALevelThatTheNetLacks(t *testing.T) {
	c := drawn(t)
	c.Embed.Levels = []string{"pool", "level7"}
	var wrong *configs.Error
	if _, err := Train(context.Background(), c, quiet{}); !errors.As(err, &wrong) || wrong.Key != "embed.levels" || !strings.Contains(err.Error(), "level7, which resnet18 lacks; it has pool, layer1, layer2, layer3, layer4") {
		t.Errorf("level7 of a ResNet: %v", err)
	}
	c.Embed.Levels, c.GradCAM.Level = []string{"pool"}, "level7"
	if _, err := Train(context.Background(), c, quiet{}); !errors.As(err, &wrong) || wrong.Key != "gradcam.level" {
		t.Errorf("Grad-CAM at level7 of a ResNet: %v", err)
	}
	c.GradCAM.Level, c.GradCAM.Target, c.Augment.Variant = "last", "2", "scar"
	if _, err := Train(context.Background(), c, quiet{}); !errors.As(err, &wrong) || wrong.Key != "gradcam.target" {
		t.Errorf("Grad-CAM of a class that is not taught: %v", err)
	}
	if !missing(t, Folder(c)) {
		t.Error("a run folder was made")
	}
}

// Every level's features must be enough for the covariance.
func TestALevelWhoseDensityCannotBeFitted(t *testing.T) {
	c := drawn(t)
	c.Density.Covariance, c.Embed.Levels = "empirical", []string{"layer1"}
	if _, err := Train(context.Background(), c, quiet{}); err == nil || !strings.Contains(err.Error(), "features of layer1") || !strings.Contains(err.Error(), "64") {
		t.Errorf("12 pictures of 64 features: %v", err)
	}
}

// Embeddings as they were stored before there were levels are refused with a
// sentence.
func TestEmbeddingsWithoutLevels(t *testing.T) {
	dir := t.TempDir()
	rows := []float32{1, 2}
	err := safetensors.Write(filepath.Join(dir, embeddingsFile), []safetensors.Tensor{
		safetensors.F32("train", []int{1, 2}, rows), safetensors.F32("test", []int{1, 2}, rows),
	}, map[string]string{"train": "[{}]", "test": "[{}]"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loadEmbeddings(dir); err == nil || !strings.Contains(err.Error(), "of another version") || !strings.Contains(err.Error(), "cutpaste train") {
		t.Errorf("embeddings without levels: %v", err)
	}
}
