package run

import (
	"context"
	"errors"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/metric"
)

// A model of whole pictures has maps by Grad-CAM, of the level and the class that are
// asked for.
func TestGradCAMOfARun(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 1
	r := train(t, c)
	if r.PixelAUROC == nil || r.Pixels.Maps != OfGradCAM || r.Pixels.Of != "map" || r.Pixels.Size != 32 || r.UntrainedPixelAUROC == nil {
		t.Fatalf("the result is %+v", r)
	}
	var wrong *configs.Error
	if _, err := Evaluate(r.Run, []string{"gradcam.level=layer3"}); !errors.As(err, &wrong) || wrong.Key != "gradcam.level" {
		t.Errorf("another level: %v", err)
	}
	scores := read(t, r.Run, scoresFile)
	c.GradCAM = configs.GradCAM{Target: "normal", Level: "layer3"}
	other, err := Train(context.Background(), c, quiet{onUpdate: func(int) { t.Error("it was trained again") }})
	if err != nil || *other.PixelAUROC == *r.PixelAUROC || read(t, r.Run, scoresFile) != scores || !slices.Contains(other.Settings, "gradcam.target=normal") {
		t.Errorf("layer3: %+v, %v", other, err)
	}
	// What explains the normal class is small where a defect is.
	g, err := loadGrids(r.Run)
	if err != nil || g.Height != 2 {
		t.Fatal(err, g)
	}
	one, err := newMapper(c, 2, 2).at([]float32{1, 2, 3, 4})
	if err != nil || one[0] != -1 || one[32*32-1] != -4 {
		t.Errorf("the map is %v (%v)", one, err)
	}
}

// The run's figures are those of its maps and masks, at either size, and those of
// histograms lie within their bounds.
func TestPixelMetricsAreOfTheMaps(t *testing.T) {
	r := train(t, drawnPatch(t))
	album, err := OpenAlbum(r.Run, nil)
	if err != nil {
		t.Fatal(err)
	}
	var p metric.Pixels
	for i := range album.Len() {
		m, err := album.Map(i)
		if err != nil {
			t.Fatal(err)
		}
		mask, err := album.Mask(i)
		if err != nil {
			t.Fatal(err)
		}
		if of, _ := album.Page(i); of.Anomalous != (mask != nil) {
			t.Errorf("%s: a mask of %d pixels", of.Path, len(mask))
		}
		if err := p.Add(m, mask, album.Size); err != nil {
			t.Fatal(err)
		}
	}
	want, err := p.Metrics(0.3)
	if err != nil || *r.PixelAUROC != want.AUROC || *r.AUPRO != want.AUPRO || *r.PixelAveragePrecision != want.AP || r.Pixels.Regions != want.Regions || r.Pixels.Normal != want.Normal {
		t.Errorf("the run has %+v, its maps %+v (%v)", r.Localized, want, err)
	}
	if !(album.Least <= album.Low && album.Low < album.High && album.High <= album.Most) {
		t.Errorf("the range is %+v", album.Range)
	}
	roc, pro, err := album.PixelCurves(100)
	if err != nil || len(roc) < 3 || len(pro) < 3 {
		t.Errorf("curves of %d and %d points: %v", len(roc), len(pro), err)
	}

	// The drawn pictures have 48 pixels, the maps 32.
	large, err := Evaluate(r.Run, []string{"localize.resolution=mask"})
	if err != nil || large.Pixels.Of != "mask" || large.Pixels.Normal+large.Pixels.Anomalous != 48*48*album.Len() {
		t.Errorf("at the masks' size: %+v, %v", large.Pixels, err)
	}
	rough, err := Evaluate(r.Run, []string{"localize.bins=256"})
	if err != nil || rough.Pixels.Bounds == nil {
		t.Fatal(err)
	}
	for name, v := range map[string][3]float64{
		"AUROC": {*rough.PixelAUROC, *r.PixelAUROC, rough.Pixels.Bounds.AUROC},
		"AP":    {*rough.PixelAveragePrecision, *r.PixelAveragePrecision, rough.Pixels.Bounds.AP},
		"AUPRO": {*rough.AUPRO, *r.AUPRO, rough.Pixels.Bounds.AUPRO},
	} {
		if math.Abs(v[0]-v[1]) > v[2] || v[2] > 0.1 {
			t.Errorf("%s of 256 bins is %g ± %g, exactly it is %g", name, v[0], v[2], v[1])
		}
	}
	limited, err := Evaluate(r.Run, []string{"localize.fpr_limit=0.05"})
	if err != nil || limited.Pixels.FPRLimit != 0.05 || *limited.AUPRO == *r.AUPRO || *limited.PixelAUROC != *r.PixelAUROC {
		t.Errorf("up to 0.05: %+v, %v", limited.Localized, err)
	}
}

func noted(r *Result, words ...string) bool {
	return slices.ContainsFunc(r.Notes, func(n string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(n, w) })
	})
}

// Trouble with masks and maps costs pixel metrics at most, and is said.
func TestPixelMetricsThatAreUndefined(t *testing.T) {
	c := drawnPatch(t)
	truth := filepath.Join(c.Data.Root, c.Data.Category, "ground_truth")
	masks, err := filepath.Glob(filepath.Join(truth, "*", "*.png"))
	if err != nil || len(masks) < 3 {
		t.Fatal(masks, err)
	}
	// One mask is empty, and one picture has none.
	f, err := os.Create(masks[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, image.NewGray(image.Rect(0, 0, 48, 48))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(masks[1]); err != nil {
		t.Fatal(err)
	}
	r := train(t, c)
	all := r.TestNormal + r.TestAnomalous
	if r.PixelAUROC == nil || r.Pixels.Images != all-1 || !noted(r, "1 of the masks mark no pixel", "localize.resolution=map") {
		t.Errorf("one empty mask, one missing: %+v, %q", r.Pixels, r.Notes)
	}
	scores := read(t, r.Run, scoresFile)
	evaluated := func(what string, words ...string) {
		t.Helper()
		r, err := Evaluate(r.Run, nil)
		if err != nil || r.PixelAUROC != nil || r.ImageAUROC == nil || read(t, r.Run, scoresFile) != scores {
			t.Errorf("%s: %+v, %v", what, r, err)
		} else if len(words) > 0 && !noted(r, words...) {
			t.Errorf("%s: %q", what, r.Notes)
		}
	}
	if err := os.WriteFile(masks[2], []byte("\x89PNG\r\n\x1a\nno picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	evaluated("a damaged mask", "pixel metrics are left out", filepath.Base(masks[2]))
	if err := os.RemoveAll(truth); err != nil {
		t.Fatal(err)
	}
	evaluated("no masks", "no test picture has a mask")
	if err := os.Rename(c.Data.Root, c.Data.Root+"-moved"); err != nil {
		t.Fatal(err)
	}
	evaluated("no pictures", "pixel metrics are left out", c.Data.Root)
}

// Pictures that have moved are found where they are, and where they are nowhere what
// was measured stays. Changed masks are measured, and it is said.
func TestPicturesThatMoved(t *testing.T) {
	c := drawnPatch(t)
	r := train(t, c)
	moved := c.Data.Root + "-moved"
	if err := os.Rename(c.Data.Root, moved); err != nil {
		t.Fatal(err)
	}
	kept, err := Evaluate(r.Run, nil)
	if err != nil || kept.PixelAUROC == nil || *kept.PixelAUROC != *r.PixelAUROC || !noted(kept, "measured before", c.Data.Root) {
		t.Errorf("nowhere: %+v, %v", kept, err)
	}
	other, err := Evaluate(r.Run, []string{"localize.smooth=2"})
	if err != nil || other.PixelAUROC != nil || !noted(other, "left out") {
		t.Errorf("nowhere, with other maps: %+v, %v", other, err)
	}
	root := "data.root=" + moved
	found, err := Evaluate(r.Run, []string{root, "localize.smooth=2"})
	if err != nil || found.PixelAUROC == nil || noted(found, "changed") || found.Run != other.Run {
		t.Errorf("elsewhere: %+v, %v", found, err)
	}
	if _, err := OpenAlbum(r.Run, []string{root}); err != nil {
		t.Error(err)
	}
	masks, err := filepath.Glob(filepath.Join(moved, c.Data.Category, "ground_truth", "*", "*.png"))
	if err != nil || len(masks) < 2 {
		t.Fatal(masks, err)
	}
	if err := os.Rename(masks[0], masks[1]); err != nil {
		t.Fatal(err)
	}
	if changed, err := Evaluate(r.Run, []string{root}); err != nil || changed.PixelAUROC == nil || !noted(changed, "have changed since") {
		t.Errorf("other masks: %+v, %v", changed, err)
	}
}

// Keys of the other kind of model change nothing, and it is said.
func TestIdleKeys(t *testing.T) {
	patch, whole := drawnPatch(t), drawn(t)
	patch.GradCAM.Target = "normal"
	whole.Train.Steps, whole.Localize.Smooth, whole.Localize.Resolution = 1, 3, "mask"
	for key, r := range map[string]*Result{"gradcam.target=normal": train(t, patch), "localize.smooth=3": train(t, whole)} {
		if !noted(r, key+" changes nothing here") || slices.Contains(r.Settings, key) {
			t.Errorf("%s: %q, settings %q", key, r.Notes, r.Settings)
		}
	}
}

// A run of whole pictures whose maps are lost is still scored and judges pictures.
func TestWithoutMaps(t *testing.T) {
	c := drawn(t)
	c.Train.Steps = 1
	r := train(t, c)
	if err := os.Remove(filepath.Join(r.Run, mapsFile)); err != nil {
		t.Fatal(err)
	}
	if again, err := Evaluate(r.Run, nil); err != nil || *again.ImageAUROC != *r.ImageAUROC || !noted(again, "measured before", mapsFile) {
		t.Errorf("%+v, %v", again, err)
	}
	p, err := OpenPredictor(r.Run, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	p.Free()
	if _, err := OpenPredictor(r.Run, nil, true); err == nil || !strings.Contains(err.Error(), "cutpaste train") {
		t.Errorf("maps: %v", err)
	}
	if _, err := OpenAlbum(r.Run, nil); err == nil || !strings.Contains(err.Error(), mapsFile) {
		t.Errorf("pictures: %v", err)
	}
}

// A map that is not finite leaves a picture without a score, and nothing is written.
func TestNaNInAMap(t *testing.T) {
	r := train(t, drawnPatch(t))
	g, err := loadGrids(r.Run)
	if err != nil {
		t.Fatal(err)
	}
	scores := read(t, r.Run, scoresFile)
	g.Trained[9+4] = float32(math.NaN())
	if err := g.save(r.Run); err != nil {
		t.Fatal(err)
	}
	if _, err := Evaluate(r.Run, nil); err == nil || !strings.Contains(err.Error(), "NaN") || !strings.Contains(err.Error(), g.Test[1].Path) {
		t.Errorf("a window that scores NaN: %v", err)
	}
	if read(t, r.Run, scoresFile) != scores {
		t.Error("the scores are gone")
	}
	image := train(t, drawn(t))
	if g, err = loadGrids(image.Run); err != nil {
		t.Fatal(err)
	}
	g.Trained[0] = float32(math.Inf(1))
	if err := g.save(image.Run); err != nil {
		t.Fatal(err)
	}
	if again, err := Evaluate(image.Run, nil); err != nil || again.PixelAUROC != nil || again.ImageAUROC == nil || !noted(again, "pixel metrics are left out", g.Test[0].Path) {
		t.Errorf("Grad-CAM of infinity: %+v, %v", again, err)
	}
}
