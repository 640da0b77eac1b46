package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A run of two levels, from the shell: one object with the further level in it, a
// table with a column for them, and any of them chosen to judge with.
func TestTrainWithLevels(t *testing.T) {
	root := category(t, "dish")
	for _, name := range []string{"3", "4", "5"} {
		writePNG(t, filepath.Join(root, "dish", "train/good", name+".png"), 32, name[0])
	}
	keys := []string{"data.root=" + root, "data.category=dish", "data.size=32", "data.cache=off", "data.workers=1", "device=cpu", "amp=off", "channels_last=off", "threads=1",
		"train.steps=0", "embed.levels=pool,layer2"}
	config := filepath.Join(filepath.Dir(testdata), "..", "..", "configs", "demo.yaml")
	got := cli(append([]string{"train", config, "--json"}, keys...)...)
	if got.code != exitDone {
		t.Fatalf("%+v", got)
	}
	o := got.object(t)
	levels, _ := o["levels"].([]any)
	dir, _ := o["run"].(string)
	if o["features"] != "pool" || o["weights"] != "scratch" || len(levels) != 1 || strings.Count(got.stdout, "\n") != 1 {
		t.Fatalf("the result is %s", got.stdout)
	}
	if level := levels[0].(map[string]any); level["features"] != "layer2" || level["run"] != filepath.Join(dir, "levels", "layer2") {
		t.Errorf("the level is %v", level)
	}

	table := cli("table", "runs")
	for _, part := range []string{"| features |", "| 3way | pool | dish |", "| 3way | layer2 | dish |", " – |", "no update (a control"} {
		if !strings.Contains(table.stdout, part) {
			t.Errorf("the table lacks %q:\n%s", part, table.stdout)
		}
	}
	if again := cli("evaluate", dir); !strings.Contains(again.stdout, "Threshold of pool from") || !strings.Contains(again.stdout, filepath.Join("levels", "layer2", "scores.csv")) {
		t.Errorf("evaluate: %+v", again)
	}
	picture := filepath.Join(root, "dish", "test/bad/0.png")
	pool, layer2 := cli("predict", dir, picture), cli("predict", dir, picture, "embed.levels=layer2")
	if pool.code != 0 || layer2.code != 0 || pool.stdout == layer2.stdout {
		t.Errorf("pool: %+v\nlayer2: %+v", pool, layer2)
	}
	if wrong := cli("predict", dir, picture, "embed.levels=layer1"); wrong.code != exitWrong || !strings.Contains(wrong.stderr, "embed.levels=pool,layer2,layer1") {
		t.Errorf("a level that is not stored: %+v", wrong)
	}
}

func TestTrainRefusesALevelThatTheNetLacks(t *testing.T) {
	root := category(t, "dish")
	got := cli("train", filepath.Join(filepath.Dir(testdata), "..", "..", "configs", "demo.yaml"), "data.root="+root, "data.category=dish", "embed.levels=level7", "--json")
	if o := got.object(t); got.code != exitWrong || o["key"] != "embed.levels" || !strings.Contains(got.stderr, "layer4") {
		t.Errorf("%+v", got)
	}
}
