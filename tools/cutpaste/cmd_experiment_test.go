package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A suite starts this program anew for each of its jobs, and in a test this program is
// the test.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "train" {
		os.Exit(newApp(os.Stdout, os.Stderr, os.Environ()).run(context.Background(), os.Args[1:]))
	}
	os.Exit(m.Run())
}

// dishes are drawn categories of a few small pictures.
func dishes(t *testing.T, names ...string) (root string) {
	t.Helper()
	for _, name := range names {
		at, err := filepath.Abs(category(t, name)) // in a folder of its own
		if err != nil {
			t.Fatal(err)
		}
		from := filepath.Join(at, name)
		if root == "" {
			root = at
		} else if err := os.Rename(from, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"3", "4", "5"} {
			writePNG(t, filepath.Join(root, name, "train/good", file+".png"), 32, file[0])
		}
	}
	return root
}

// suiteFile writes a suite of two methods, an ensemble among them, and its controls.
func suiteFile(t *testing.T, root string, categories string) string {
	t.Helper()
	base := filepath.Join(filepath.Dir(testdata), "..", "..", "configs", "demo.yaml")
	text := fmt.Sprintf(`
title: Dishes
base: %s
set: {data.root: %s, data.size: 32, data.cache: "off", data.workers: 1, device: cpu, amp: "off", channels_last: "off", threads: 1, train.steps: 1, train.batch: 2, out: %s}
categories: %s
seeds: [0, 1]
published: {in: cutpaste, table: Table 1}
methods:
  one: {title: CutPaste, set: {augment.variant: cutpaste}, seeds: [0], published: CutPaste}
  two: {title: CutPaste (3-way), set: {augment.variant: 3way}, ensemble: 2, published: {run: CutPaste (3-way), ensemble: Ensemble of 5 CutPaste (3-way)}}
controls:
  random: {title: random weights, set: {train.steps: 0}, seeds: [0]}
`, base, root, filepath.Join(t.TempDir(), "runs"), categories)
	path := filepath.Join(t.TempDir(), "dishes.yaml")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// A suite goes on past a job that fails, names it with its log, and finishes what is
// missing when the command is given again; a category that is not there is said.
func TestExperiment(t *testing.T) {
	t.Setenv("OMP_WAIT_POLICY", "passive")
	root := dishes(t, "bottle", "dish")
	broken := filepath.Join(root, "dish", "test/bad/0.png")
	whole, err := os.ReadFile(broken)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(broken, whole[:len(whole)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	file := suiteFile(t, root, "[bottle, dish, gone]")

	if dry := cli("experiment", file, "--dry-run", "--json").object(t); len(dry["jobs"].([]any)) != 8 || dry["done"] != 0.0 || dry["missing"].(map[string]any)["gone"] == nil {
		t.Fatalf("the jobs are %v", dry)
	}
	got := cli("experiment", file, "--jobs", "2", "--json")
	o := got.object(t)
	failed, _ := o["failed"].([]any)
	if got.code != exitSome || o["jobs"] != 8.0 || o["done"] != 4.0 || len(failed) != 4 {
		t.Fatalf("%+v", got)
	}
	first := failed[0].(map[string]any)
	log, err := os.ReadFile(first["log"].(string))
	if err != nil || !strings.Contains(string(log), "0.png") || !strings.Contains(first["error"].(string), "dish") || !strings.Contains(got.stderr, first["log"].(string)) {
		t.Errorf("the failure is %v, its log %q, %v", first, log, err)
	}

	if err := os.WriteFile(broken, whole, 0o666); err != nil {
		t.Fatal(err)
	}
	// The pictures are others now, so these runs are begun anew, as their error says.
	folder := o["folder"].(string)
	for _, method := range []string{"one", "two", "random"} {
		if err := os.RemoveAll(filepath.Join(folder, method, "dish")); err != nil {
			t.Fatal(err)
		}
	}
	again := cli("experiment", file, "--jobs", "2")
	if again.code != exitDone {
		t.Fatalf("%+v", again)
	}
	for _, part := range []string{
		"8 jobs, 8 finished (4 before), 0 failed", "| gone | – |", "| bottle |", "CutPaste (3-way), ensemble of 2", "random weights (control)",
		"data.size=32 (published: 64)", "gone has no values: ", "What each further model brings",
	} {
		if !strings.Contains(again.stdout, part) {
			t.Errorf("the table lacks %q:\n%s", part, again.stdout)
		}
	}
	for _, name := range []string{"table.md", "table.csv", "table.tex", "table.html", "results.csv", "suite.json"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
	// Nothing is left to do, and tables are made again from the folder alone.
	before, err := os.ReadFile(filepath.Join(folder, "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if o := cli("experiment", file, "--json").object(t); o["skipped"] != 8.0 {
		t.Errorf("all were finished, and it says %v", o)
	}
	if after, _ := os.ReadFile(filepath.Join(folder, "results.csv")); string(after) != string(before) {
		t.Errorf("rows were added to a finished suite: %d bytes, then %d", len(before), len(after))
	}
	table := cli("table", folder)
	if table.code != exitDone || !strings.Contains(again.stdout, strings.TrimSuffix(table.stdout, table.stdout[strings.LastIndex(table.stdout, "\nTables: "):])) {
		t.Errorf("the table from the folder is another:\n%s", table.stdout)
	}
}

func TestExperimentPlan(t *testing.T) {
	t.Setenv("OMP_WAIT_POLICY", "passive")
	root := dishes(t, "dish")
	file := suiteFile(t, root, "all")
	got := cli("experiment", file, "methods=one", "--plan", "--json")
	o := got.object(t)
	methods, _ := o["methods"].([]any)
	if got.code != exitDone || len(methods) != 2 || o["jobs"] != 2.0 || o["hours"].(float64) <= 0 || o["peak_memory_bytes"].(float64) <= 1e6 || o["disk_bytes"].(float64) <= 1e6 {
		t.Fatalf("%+v", got)
	}
	if dry := cli("experiment", file, "--dry-run", "--json").object(t); dry["done"] != 0.0 {
		t.Errorf("the plan has left runs behind: %v", dry)
	}
}

func TestExperimentRefuses(t *testing.T) {
	root := dishes(t, "dish")
	file := suiteFile(t, root, "all")
	for want, args := range map[string][]string{
		"the suite must stand before":        {"train.steps=1", file},
		"did you mean two":                   {file, "methods=tow"},
		"is what the suite's methods differ": {file, "augment.variant=scar"},
		"seeds has 1 twice":                  {file, "seeds=1,1"},
		"there is no key":                    {file, "train.stps=1"},
		"has none of the suite's categories": {file, "categories=plate"},
		"the suite cannot be read":           {file + ".yaml"},
		"--jobs -1":                          {file, "--jobs", "-1"},
	} {
		got := cli(append([]string{"experiment", "--dry-run"}, args...)...)
		if got.code != exitWrong || !strings.Contains(got.stderr, want) {
			t.Errorf("%v: want %q, got %+v", args, want, got)
		}
	}
}
