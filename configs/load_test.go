package configs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLaterLayersWin(t *testing.T) {
	file := write(t, "mine.yaml", "train: {steps: 10, batch: 10}\noptim.lr: 0.5\nnet:\n  head: [64]\ndata:\n")
	environ := []string{"HOME=/x", "CUTPASTE_TRAIN_BATCH=20", "CUTPASTE_TRAIN_PREFETCH=20", "CUTPASTE_NET_HEAD=1,2",
		"CUTPASTE_DEVICE=", "CUTPASTE_WEIGHTS=/w", "CUTPASTE_CACHE=/c", "CUTPASTE_AUGMENT_SCAR_WIDTH_MAX=9.5"}
	args := []string{"train.prefetch=30", "seed=7", "seed=18446744073709551615", "train.deterministic=false", "data.category=001", "data.mean=[0.1, 0.2,0.3]"}
	got, err := Load(file, args, environ)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Name = "mine"
	want.Train.Steps, want.Train.Batch, want.Train.Prefetch = 10, 20, 30 // file, environment, argument
	want.Optim.Lr = 0.5
	want.Net.Head = []int{1, 2}
	want.Augment.Scar.Width.Max = 9.5
	want.Seed = 1<<64 - 1
	want.Train.Deterministic = false
	want.Data.Category = "001"
	want.Data.Mean = []float64{0.1, 0.2, 0.3}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("differs from what is wanted (there): %q", got.Diff(want))
	}
}

func TestWithoutAFileEverythingIsDefault(t *testing.T) {
	got, err := Load("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Name = "default"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got.Diff(want))
	}
}

// Two configs must not share lists with each other or with the schema.
func TestDefaultsAreNotShared(t *testing.T) {
	a := Default()
	a.Net.Head[0], a.Data.Mean[0] = -1, -1
	if b := Default(); b.Net.Head[0] != 512 || b.Data.Mean[0] != 0.485 {
		t.Errorf("a changed default came back: %v %v", b.Net.Head, b.Data.Mean)
	}
}

func TestFileForms(t *testing.T) {
	for _, c := range []struct{ about, text, arg, key, want string }{
		{"empty", "", "", "seed", "0"},
		{"comments", "# nothing\n", "", "seed", "0"},
		{"underscores", "data:\n  max_pixels: 1_000_000\n", "", "data.max_pixels", "1000000"},
		{"leading zero is decimal", "seed: 010\n", "", "seed", "10"},
		{"exponent", "optim: {weight_decay: 3e-5}\n", "", "optim.weight_decay", "0.00003"},
		{"whole number for a real one", "optim: {lr: 1}\n", "", "optim.lr", "1"},
		{"minus zero is zero", "augment: {rotate: -0.0}\n", "", "augment.rotate", "0"},
		{"a word that YAML 1.1 takes for false", "amp: off\n", "", "amp", `"off"`},
		{"digits as text", "data: {category: 001}\n", "", "data.category", `"001"`},
		{"no head", "net: {head: []}\n", "", "net.head", "[]"},
		{"no head as argument", "", "net.head=[]", "net.head", "[]"},
		{"one head as argument", "", "net.head=512", "net.head", "[512]"},
		{"levels", "embed: {levels: [level7, \"pool\"]}\n", "", "embed.levels", "[level7, pool]"},
		{"levels as argument", "", "embed.levels=pool, level7", "embed.levels", "[pool, level7]"},
		{"a value with =", "", "data.root=/a=b", "data.root", `"/a=b"`},
		{"empty text as argument", "data: {root: x}", "data.root=", "data.root", `""`},
		{"alias", "data: {size: &s 32}\nseed: *s\n", "", "seed", "32"},
		{"CUDA device", "device: cuda:1\n", "", "device", `"cuda:1"`},
	} {
		var args []string
		if c.arg != "" {
			args = []string{c.arg}
		}
		got, err := Load(write(t, "x.yaml", c.text), args, nil)
		if err != nil {
			t.Errorf("%s: %v", c.about, err)
			continue
		}
		f, _ := lookup(c.key)
		if s := f.format(f.get(got)); s != c.want {
			t.Errorf("%s: %s is %s, want %s", c.about, c.key, s, c.want)
		}
	}
}

func TestNameOfFile(t *testing.T) {
	for file, want := range map[string]string{"": "default", "a/demo.yaml": "demo", "demo": "demo", ".yaml": "default", "a b.yml": "a b"} {
		if got := nameOf(file); got != want {
			t.Errorf("nameOf(%q) = %q, want %q", file, got, want)
		}
	}
	file := write(t, "file.yaml", "name: mine\n")
	if c, err := Load(file, nil, nil); err != nil || c.Name != "mine" {
		t.Errorf("a name in the file is kept: %v, %v", c, err)
	}
}

func TestMissingFile(t *testing.T) {
	there := write(t, "there.yaml", "")
	_, err := Load(filepath.Join(filepath.Dir(there), "their.yaml"), nil, nil)
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(e.Msg, there) {
		t.Errorf("%v should be an *Error that wraps fs.ErrNotExist and names %s", err, there)
	}
	_, err = Load(t.TempDir(), nil, nil)
	if !errors.As(err, &e) || !strings.Contains(e.Msg, "directory") {
		t.Errorf("a folder as file: %v", err)
	}
}

// The committed files must load, be what their headings promise and state only
// differences from the defaults.
func TestCommittedFiles(t *testing.T) {
	paper, err := Load("paper.yaml", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := paper.Diff(Default(), Training, Scoring); d != nil {
		t.Errorf("paper.yaml differs from the defaults: %q", d)
	}
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, heading := range []string{"# Reproduces:", "# Command:", "# Expected:", "# Time:"} {
			if !strings.Contains(string(text), heading) {
				t.Errorf("%s does not say %q", file, heading)
			}
		}
		if _, err := Load(file, nil, nil); err != nil {
			t.Error(err)
		}
	}
}
