package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// What config print prints is the configuration: read back, it is the same.
func TestConfigPrint(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("train:\n  steps: 10\n  batch: 10\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	environ := []string{"CUTPASTE_TRAIN_BATCH=20", "CUTPASTE_OPTIM_LR=0.5"}
	got := cliWith(context.Background(), environ, "config", "print", file, "optim.lr=0.1")
	if got.code != 0 || got.stderr != "" {
		t.Fatalf("%+v", got)
	}
	c, err := configs.Parse([]byte(got.stdout), "printed")
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "mine" || c.Train.Steps != 10 || c.Train.Batch != 20 || c.Optim.Lr != 0.1 {
		t.Errorf("printed %s", got.stdout)
	}
	train := cliWith(context.Background(), environ, "config", "print", file, "optim.lr=0.1", "--json").object(t)["train"].(map[string]any)
	if train["steps"] != 10.0 || train["batch"] != 20.0 {
		t.Errorf("as an object: %v", train)
	}
}

func TestConfigPrintWithoutAFile(t *testing.T) {
	for _, args := range [][]string{{"config", "print"}, {"config", "print", "train.steps=65536"}} {
		c := configs.Default()
		c.Name = "default"
		if got := cli(args...); got.stdout != string(c.YAML()) {
			t.Errorf("%q: %+v", args, got)
		}
	}
}

// A file whose name has a = in it is still a file.
func TestConfigFileWithAnEqualsSign(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a=b.yaml", []byte("seed: 7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if o := cli("config", "print", "a=b.yaml", "--json").object(t); o["seed"] != 7.0 {
		t.Errorf("%v", o)
	}
}

func TestConfigKeys(t *testing.T) {
	golden(t, "keys.golden", cli("config", "keys", "augment.scar", "train.steps").stdout)
	golden(t, "keys-markdown.golden", cli("config", "keys", "augment.scar", "train.steps", "--markdown").stdout)

	all := cli("config", "keys")
	for _, k := range configs.Keys() {
		if !strings.Contains(all.stdout, k.Name+"\n") {
			t.Errorf("%s is missing", k.Name)
		}
	}
	for line := range strings.Lines(all.stdout) {
		if n := len([]rune(line)); n > 81 {
			t.Errorf("%d columns: %s", n-1, line)
		}
	}
	keys := cli("config", "keys", "--json").object(t)["keys"].([]any)
	if first := keys[2].(map[string]any); len(keys) != len(configs.Keys()) || first["name"] != "seed" || first["affects"] != "training" {
		t.Errorf("%d keys, of which the third is %v", len(keys), first)
	}
}
