package table

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/run"
)

func result(category string, seed uint64, auroc float64, settings ...string) run.Result {
	control := 0.5
	return run.Result{
		Category: category, Variant: "3way", Seed: seed, Steps: 8, Size: 32,
		Start: run.Start{Weights: "scratch"}, Features: "pool",
		Covariance: "ledoit_wolf", ImageAUROC: &auroc, UntrainedAUROC: &control, Settings: settings,
	}
}

func TestOnlySeedsAreAveraged(t *testing.T) {
	mixed := New([]run.Result{
		result("bottle", 0, 0.9), result("bottle", 1, 0.8), result("screw", 0, 0.65),
		result("bottle", 0, 0.7, "net.head=[]"),
	})
	// By hand: the standard error of 0.9 and 0.8 is 0.05, the mean of 85 and 65 is 75.
	const want = `| variant | category | image AUROC | untrained | difference | average precision | seeds | protocol |
|---|---|--:|--:|--:|--:|--:|--:|
| 3way | bottle | 85.0 ± 5.0 | 50.0 | +35.0 | – | 2 | 1 |
| 3way | screw | 65.0 | 50.0 | +15.0 | – | 1 | 1 |
| 3way | average | 75.0 | 50.0 | +25.0 | – |  | 1 |
| 3way | bottle | 70.0 | 50.0 | +20.0 | – | 1 | 2 |

Percent; untrained is the same network before its first update, with random weights, scored the same way. Compare scores of one protocol only:

1. 32 px, 8 updates, ledoit_wolf covariance
2. 32 px, 8 updates, ledoit_wolf covariance, net.head=[]
`
	if got := mixed.Markdown(); got != want {
		t.Errorf("the table is\n%s\nnot\n%s", got, want)
	}
	one := New([]run.Result{result("bottle", 0, 0.9)}).Markdown()
	if strings.Contains(one, "protocol") || !strings.HasSuffix(one, "with random weights, scored the same way. 32 px, 8 updates, ledoit_wolf covariance.\n") {
		t.Errorf("one run: %s", one)
	}
}

// fineTuned is the result of a run that started from a file.
func fineTuned(file, sum, features, category string, auroc float64) run.Result {
	r := result(category, 0, auroc)
	r.Start, r.Features = run.Start{Weights: file, WeightsSHA256: sum}, features
	return r
}

// Before and after fine-tuning, pooled and at a level, as the paper's Table 3 has
// them: starting weights and features have columns, and no average crosses them.
func TestStartingWeightsAndFeaturesHaveColumns(t *testing.T) {
	control := fineTuned("b4.pth", "0123456789abcdef", "pool", "bottle", 0.5)
	control.Steps = 0
	got := New([]run.Result{
		fineTuned("/cache/b4.pth", "0123456789abcdef", "level7", "bottle", 0.9),
		fineTuned("/cache/b4.pth", "0123456789abcdef", "level7", "screw", 0.7),
		fineTuned("/cache/b4.pth", "0123456789abcdef", "pool", "bottle", 0.6),
		fineTuned("other.pth", "fedcba9876543210", "pool", "bottle", 0.55),
		result("bottle", 0, 0.65),
		control,
	})
	const want = `| variant | starts from | features | category | image AUROC | untrained | difference | average precision | seeds | protocol |
|---|---|---|---|--:|--:|--:|--:|--:|--:|
| 3way | scratch | pool | bottle | 65.0 | 50.0 | +15.0 | – | 1 | 1 |
| 3way | b4.pth (01234567...) | pool | bottle | 60.0 | 50.0 | +10.0 | – | 1 | 1 |
| 3way | b4.pth (01234567...) | level7 | bottle | 90.0 | 50.0 | +40.0 | – | 1 | 1 |
| 3way | b4.pth (01234567...) | level7 | screw | 70.0 | 50.0 | +20.0 | – | 1 | 1 |
| 3way | b4.pth (01234567...) | level7 | average | 80.0 | 50.0 | +30.0 | – |  | 1 |
| 3way | other.pth (fedcba98...) | pool | bottle | 55.0 | 50.0 | +5.0 | – | 1 | 1 |
| 3way | b4.pth (01234567...) | pool | bottle | 50.0 | 50.0 | – | – | 1 | 2 |

Percent; untrained is the same network before its first update, with nothing but the weights it starts from, scored the same way. Compare scores of one protocol only:

1. 32 px, 8 updates, ledoit_wolf covariance
2. 32 px, no update (a control: the weights as they start), ledoit_wolf covariance
`
	if got := got.Markdown(); got != want {
		t.Errorf("the table is\n%s\nnot\n%s", got, want)
	}
	csv := strings.Split(got.CSV(), "\n")
	if csv[0] != "variant,category,image_auroc,stderr,untrained_image_auroc,average_precision,n,features,weights,weights_sha256,protocol,maps,pixel_auroc,pixel_stderr,untrained_pixel_auroc,pixel_average_precision,aupro" ||
		csv[3] != `3way,bottle,0.9,,0.5,,1,level7,/cache/b4.pth,0123456789abcdef,"32 px, 8 updates, ledoit_wolf covariance",,,,,,` {
		t.Errorf("the rows are %q", csv)
	}
	// The same bytes under another name are the same weights.
	again := fineTuned("copy.pth", "0123456789abcdef", "pool", "bottle", 0.8)
	again.Seed = 1
	if rows := New([]run.Result{fineTuned("b4.pth", "0123456789abcdef", "pool", "bottle", 0.6), again}).Rows; len(rows) != 1 || rows[0].N != 2 {
		t.Errorf("a copy of the file has rows of its own: %+v", rows)
	}
}

// localized is a result whose maps were measured.
func localized(category string, seed uint64, maps string, auroc float64) run.Result {
	r := result(category, seed, 0.6)
	untrained, precision, aupro := 0.5, 0.25, auroc/2
	r.Localized = run.Localized{
		PixelAUROC: &auroc, UntrainedPixelAUROC: &untrained, PixelAveragePrecision: &precision, AUPRO: &aupro,
		Pixels: &run.Pixels{Maps: maps, Of: "map", Size: 32},
	}
	return r
}

// Maps of windows and Grad-CAM have columns where there are any, averaged as image
// scores are, and a run without masks has dashes.
func TestMapsHaveColumns(t *testing.T) {
	patch := localized("screw", 0, run.OfWindows, 0.9)
	patch.Features, patch.Settings = run.OfWindows, []string{"data.crop=16"}
	got := New([]run.Result{
		localized("bottle", 0, run.OfGradCAM, 0.8), localized("bottle", 1, run.OfGradCAM, 0.9),
		localized("screw", 0, run.OfGradCAM, 0.75), patch, with(result("tile", 0, 0.6), "density.normalize=false"),
	})
	const want = `| variant | features | category | image AUROC | untrained | difference | average precision | maps | pixel AUROC | untrained | AUPRO | seeds | protocol |
|---|---|---|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|
| 3way | pool | bottle | 60.0 ± 0.0 | 50.0 | +10.0 | – | Grad-CAM | 85.0 ± 5.0 | 50.0 | 42.5 | 2 | 1 |
| 3way | pool | screw | 60.0 | 50.0 | +10.0 | – | Grad-CAM | 75.0 | 50.0 | 37.5 | 1 | 1 |
| 3way | pool | average | 60.0 | 50.0 | +10.0 | – | Grad-CAM | 80.0 | 50.0 | 40.0 |  | 1 |
| 3way | windows | screw | 60.0 | 50.0 | +10.0 | – | windows | 90.0 | 50.0 | 45.0 | 1 | 2 |
| 3way | pool | tile | 60.0 | 50.0 | +10.0 | – | – | – | – | – | 1 | 3 |

Percent; untrained is the same network before its first update, with random weights, scored the same way. Pixel metrics are of all pixels of all test pictures together, masks brought to the maps' size and AUPRO up to a false-positive rate of 0.3, unless the protocol says otherwise. Compare scores of one protocol only:

1. 32 px, 8 updates, ledoit_wolf covariance
2. 32 px, 8 updates, ledoit_wolf covariance, data.crop=16
3. 32 px, 8 updates, ledoit_wolf covariance, density.normalize=false
`
	if got := got.Markdown(); got != want {
		t.Errorf("the table is\n%s\nnot\n%s", got, want)
	}
	if csv := strings.Split(got.CSV(), "\n"); !strings.HasSuffix(csv[1], ",gradcam,0.8500000000000001,0.04999999999999999,0.5,0.25,0.42500000000000004") {
		t.Errorf("the rows are %q", csv)
	}
}

// with is a result measured under another setting.
func with(r run.Result, setting string) run.Result {
	r.Settings = append(r.Settings, setting)
	return r
}

func put(t *testing.T, folder, text string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "result.json"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Results from before there were levels and hashes count as what they are: of the
// embedding, and of weights of which the name alone is known.
func TestResultsOfOlderVersions(t *testing.T) {
	root := t.TempDir()
	for folder, of := range map[string]string{
		"a/seed-0": `"seed": 0, "weights": "scratch", "image_auroc": 0.9`,
		"a/seed-1": `"seed": 1, "weights": "scratch", "image_auroc": 0.7, "features": "pool"`,
		"b/seed-2": `"seed": 2, "weights": "some.safetensors", "image_auroc": 0.6`,
	} {
		put(t, filepath.Join(root, folder), `{"category": "bottle", "variant": "3way", "steps": 8, "size": 32, "covariance": "ledoit_wolf", "untrained_image_auroc": 0.5, `+of+"}")
	}
	results, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	const want = `| variant | starts from | category | image AUROC | untrained | difference | average precision | seeds |
|---|---|---|--:|--:|--:|--:|--:|
| 3way | scratch | bottle | 80.0 ± 10.0 | 50.0 | +30.0 | – | 2 |
| 3way | some.safetensors | bottle | 60.0 | 50.0 | +10.0 | – | 1 |
`
	if got := New(results).Markdown(); !strings.HasPrefix(got, want+"\n") {
		t.Errorf("the table is\n%s\nnot\n%s", got, want)
	}
}

func TestReadRefusesASeedThatIsThereTwice(t *testing.T) {
	root := t.TempDir()
	put := func(folder string, r run.Result) {
		t.Helper()
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(root, folder), string(text))
	}
	put("a/seed-0", result("bottle", 0, 0.9))
	put("a/seed-0/evaluations/1", result("bottle", 0, 0.9))
	put("a/seed-1", result("bottle", 1, 0.8))
	put("b/seed-0", result("bottle", 0, 0.7, "net.head=[]"))
	put("b/seed-0/levels/level7", fineTuned("b4.pth", "01", "level7", "bottle", 0.8))
	got, err := Read(root)
	if err != nil || len(got) != 4 {
		t.Fatalf("%d results, %v", len(got), err)
	}
	if level := got[2]; level.Features != "level7" || level.Start != (run.Start{Weights: "b4.pth", WeightsSHA256: "01"}) {
		t.Errorf("the level is read as %+v", level)
	}
	put("c/seed-0", result("bottle", 0, 0.9))
	_, err = Read(root)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(root, "a/seed-0")) || !strings.Contains(err.Error(), filepath.Join(root, "c/seed-0")) {
		t.Errorf("the same seed twice: %v", err)
	}
}

func TestADamagedLevelNamesItsRun(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, "seed-0", "levels", "level7")
	put(t, folder, "{")
	if _, err := Read(root); err == nil || !strings.Contains(err.Error(), "`cutpaste evaluate "+filepath.Join(root, "seed-0")+"`") {
		t.Errorf("a damaged result: %v", err)
	}
}
