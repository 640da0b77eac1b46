package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A patch model from the shell: what it found is in the result for people and for
// programs, drawn, in the table, and said of new pictures with their maps.
func TestPatchModelFromTheShell(t *testing.T) {
	t.Chdir(t.TempDir()) // where runs/ goes
	root := filepath.Join(t.TempDir(), "pictures")
	if got := cli("data", "synth", root, "--size=48", "--category=weave", "--train=6", "--good=2", "--defects=1"); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	config := filepath.Join(filepath.Dir(testdata), "..", "..", "configs", "demo-patch.yaml")
	keys := []string{"data.root=" + root, "data.category=weave", "data.size=48", "data.crop=32", "data.cache=off", "device=cpu", "amp=off", "channels_last=off", "threads=1", "train.steps=0"}
	got := cli(append([]string{"train", config, "--json"}, keys...)...)
	if got.code != exitDone {
		t.Fatalf("%+v", got)
	}
	o := got.object(t)
	dir, _ := o["run"].(string)
	if o["features"] != "windows" || o["pixel_auroc"] == nil || o["aupro"] == nil {
		t.Fatalf("the result is %s", got.stdout)
	}
	if again := cli("evaluate", dir, "localize.bins=1000"); !strings.Contains(again.stdout, "Pixels (windows, compared at 48 x 48") || !strings.Contains(again.stdout, " ± ") {
		t.Errorf("evaluate: %+v", again)
	}
	if table := cli("table", "runs"); !strings.Contains(table.stdout, "| pixel AUROC |") || !strings.Contains(table.stdout, "| windows | weave |") {
		t.Errorf("table: %+v", table)
	}

	drawn := cli("pictures", dir, "--hardest=1", "--json")
	if o := drawn.object(t); drawn.code != exitDone || o["hardest"] != filepath.Join(dir, "pictures", "hardest.png") {
		t.Fatalf("%+v", drawn)
	}
	for _, name := range []string{"hardest.png", "roc.svg", "pro.svg", "scores.svg", "panels/good/000.png", "maps/good/000.png"} {
		if _, err := os.Stat(filepath.Join(dir, "pictures", name)); err != nil {
			t.Error(err)
		}
	}

	where := filepath.Join(t.TempDir(), "where")
	verdicts := cli("predict", dir, filepath.Join(root, "weave", "test", "good"), "--maps", where)
	rows, err := csv.NewReader(strings.NewReader(verdicts.stdout)).ReadAll()
	if err != nil || len(rows) != 3 || strings.Join(rows[0], ",") != "path,score,threshold,verdict,seconds,error" {
		t.Fatalf("%+v, %v", verdicts, err)
	}
	files, err := os.ReadDir(where)
	if err != nil || len(files) != 4 || files[0].Name() != "000.map.png" || files[1].Name() != "000.panel.png" {
		t.Errorf("%v, %v", files, err)
	}
	one := cli("predict", dir, filepath.Join(root, "weave", "test", "good", "000.png"), "--maps", where, "--json")
	if !strings.Contains(one.stdout, `"map":"`+filepath.Join(where, "000.map.png")+`"`) || !strings.Contains(one.stdout, `"seconds":`) {
		t.Errorf("%+v", one)
	}
}
