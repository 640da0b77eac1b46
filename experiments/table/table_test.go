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
		Category: category, Variant: "3way", Seed: seed, Steps: 8, Size: 32, Weights: "scratch",
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

Percent; untrained is the same network before its first update, scored the same way. Compare scores of one protocol only:

1. 32 px, 8 updates, starting weights: scratch, ledoit_wolf covariance
2. 32 px, 8 updates, starting weights: scratch, ledoit_wolf covariance, net.head=[]
`
	if got := mixed.Markdown(); got != want {
		t.Errorf("the table is\n%s\nnot\n%s", got, want)
	}
	one := New([]run.Result{result("bottle", 0, 0.9)}).Markdown()
	if strings.Contains(one, "protocol") || !strings.HasSuffix(one, "way. 32 px, 8 updates, starting weights: scratch, ledoit_wolf covariance.\n") {
		t.Errorf("one run: %s", one)
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
		if err := os.MkdirAll(filepath.Join(root, folder), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, folder, "result.json"), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("a/seed-0", result("bottle", 0, 0.9))
	put("a/seed-0/evaluations/1", result("bottle", 0, 0.9))
	put("a/seed-1", result("bottle", 1, 0.8))
	put("b/seed-0", result("bottle", 0, 0.7, "net.head=[]"))
	if got, err := Read(root); err != nil || len(got) != 3 {
		t.Fatalf("%d results, %v", len(got), err)
	}
	put("c/seed-0", result("bottle", 0, 0.9))
	_, err := Read(root)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(root, "a/seed-0")) || !strings.Contains(err.Error(), filepath.Join(root, "c/seed-0")) {
		t.Errorf("the same seed twice: %v", err)
	}
}
