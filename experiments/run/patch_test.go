package run

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// drawnPatch is drawn, for a patch model with 3 x 3 windows.
func drawnPatch(t *testing.T) *configs.Config {
	t.Helper()
	c := drawn(t)
	c.Train.Steps = 2
	c.Augment.Variant = "cutpaste" // whose patches fit into such a crop
	c.Data.Crop, c.Net.Stem, c.Localize.Stride = 16, "imagenet", 8
	return c
}

// A patch model's run is scored by its windows' maps, can be scored again by them,
// and judges new pictures as it did its own.
func TestPatchModel(t *testing.T) {
	c := drawnPatch(t)
	r := train(t, c)
	if r.Features != OfWindows || r.ImageAUROC == nil || r.PixelAUROC == nil || r.AUPRO == nil || *r.AUPRO < 0 || *r.AUPRO > 1 || r.Pixels.Maps != OfWindows {
		t.Fatalf("the result is %+v", r)
	}
	if !missing(t, r.Run, embeddingsFile) || missing(t, r.Run, mapsFile) || missing(t, r.Run, gaussiansDir) {
		t.Error("the run has stored something else than maps and Gaussians")
	}
	scores, result := read(t, r.Run, scoresFile), read(t, r.Run, resultFile)
	if !strings.Contains(result, `"pixel_auroc": `) || !strings.Contains(result, `"aupro": `) {
		t.Errorf("result.json: %s", result)
	}
	again, err := Evaluate(r.Run, nil)
	if err != nil || read(t, r.Run, scoresFile) != scores || *again.PixelAUROC != *r.PixelAUROC || *again.AUPRO != *r.AUPRO {
		t.Errorf("scored again: %+v, %v", again, err)
	}
	other, err := Evaluate(r.Run, []string{"localize.smooth=3", "localize.image_score=top", "localize.top=9"})
	if err != nil || read(t, other.Run, scoresFile) == scores || *other.PixelAUROC == *r.PixelAUROC || !slices.Contains(other.Settings, "localize.smooth=3") {
		t.Errorf("smoothed: %+v, %v", other, err)
	}
	var wrong *configs.Error
	if _, err := Evaluate(r.Run, []string{"localize.stride=4"}); !errors.As(err, &wrong) || wrong.Key != "localize.stride" || !strings.Contains(err.Error(), "trains nothing anew") {
		t.Errorf("other windows: %v", err)
	}

	p, err := OpenPredictor(r.Run, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Free()
	file := filepath.Join(c.Data.Root, c.Data.Category, "test", "good", "000.png")
	var got []Verdict
	if err := p.Predict(context.Background(), []string{file, file}, func(v Verdict) { got = append(got, v) }); err != nil || len(got) != 2 || got[0].Err != nil {
		t.Fatal(err, got)
	}
	_, row, _ := strings.Cut(scores, "test/good/000.png,good,false,")
	text, _, _ := strings.Cut(row, ",")
	score, err := strconv.ParseFloat(text, 64)
	// The batch is another, so sums may round differently.
	if err != nil || math.Abs(got[1].Score-score) > 1e-4*score || got[0].Threshold != r.Threshold.Value || !(got[0].Seconds > 0) {
		t.Errorf("%+v, the run has %g (%v)", got[1], score, err)
	}
	if len(got[0].Map) != 32*32 || len(got[0].Picture) != 3*32*32 || float64(slices.Max(got[0].Map)) != got[0].Score {
		t.Error("the score is not the largest of the map")
	}

	// Other windows need the command again, which trains nothing.
	var notes []string
	untouched := quiet{notes: &notes, onUpdate: func(int) { t.Error("it was trained again") }}
	c.Localize.Stride, c.Localize.Store = 16, 0
	wider, err := Train(context.Background(), c, untouched)
	if err != nil || read(t, r.Run, scoresFile) == scores || wider.Run != r.Run {
		t.Errorf("stride 16: %+v, %v", wider, err)
	}
	if !strings.Contains(strings.Join(notes, " "), "localize.store=0.1,") {
		t.Errorf("no word of Gaussians that are not kept: %q", notes)
	}
	if _, err := OpenPredictor(r.Run, nil, false); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "localize.store") {
		t.Errorf("without Gaussians: %v", err)
	}
	c.Localize.Stride, c.Localize.Store = 8, 1
	if _, err := Train(context.Background(), c, untouched); err != nil || read(t, r.Run, scoresFile) != scores || missing(t, r.Run, gaussiansDir) {
		t.Errorf("stride 8 again: %v", err)
	}
}

// The threshold is a quantile of held-out normal pictures, by their maps.
func TestPatchThreshold(t *testing.T) {
	c := drawnPatch(t)
	c.Density.Quantile = 1
	r := train(t, c)
	g, err := loadGrids(r.Run)
	if err != nil || len(g.Held) != 12*3*3 {
		t.Fatal(err, len(g.Held))
	}
	held, err := newMapper(c, 3, 3).scores(g, g.Held, g.Train, c)
	if err != nil || r.Threshold.Value != slices.Max(held) {
		t.Errorf("the threshold is %g, the largest held-out score %g (%v)", r.Threshold.Value, slices.Max(held), err)
	}
}

// Without an update the run is its own control.
func TestPatchControl(t *testing.T) {
	c := drawnPatch(t)
	c.Train.Steps = 0
	r := train(t, c)
	if *r.ImageAUROC != *r.UntrainedAUROC || *r.PixelAUROC != *r.UntrainedPixelAUROC {
		t.Errorf("the control is %+v", r)
	}
}

// What cannot be fitted is refused before anything is trained.
func TestPatchThatDoesNotFit(t *testing.T) {
	for key, change := range map[string]func(*configs.Config){
		"localize.memory":    func(c *configs.Config) { c.Localize.Memory, c.Localize.Gaussian = 0.001, "per-location" },
		"density.covariance": func(c *configs.Config) { c.Density.Covariance, c.Localize.Gaussian = "empirical", "per-location" },
	} {
		c := drawnPatch(t)
		change(c)
		var wrong *configs.Error
		_, err := Train(context.Background(), c, quiet{onUpdate: func(int) { t.Error("it was trained") }})
		if !errors.As(err, &wrong) || wrong.Key != key || !missing(t, Folder(c)) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
