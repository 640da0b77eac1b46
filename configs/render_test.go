package configs

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// golden compares text with testdata/name; UPDATE_GOLDEN=1 rewrites the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; UPDATE_GOLDEN=1 writes it", err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("line %d is\n%s\nwant\n%s\nUPDATE_GOLDEN=1 rewrites %s", i+1, g[i], w[i], file)
			return
		}
	}
	t.Errorf("%d lines, want %d; UPDATE_GOLDEN=1 rewrites %s", len(g), len(w), file)
}

// A golden file that no test compares with is dead weight.
func TestEveryGoldenFileIsUsed(t *testing.T) {
	files, err := filepath.Glob("testdata/*")
	want := []string{"testdata/default.golden", "testdata/errors.golden", "testdata/hash.golden", "testdata/keys.golden"}
	if err != nil || !slices.Equal(files, want) {
		t.Errorf("testdata has %q, want %q (%v)", files, want, err)
	}
}

func TestKeysGolden(t *testing.T) {
	var b strings.Builder
	for _, k := range Keys() {
		fmt.Fprintf(&b, "%s (%s, default %s)\n  %s\n  range: %s\n  source: %s\n  affects: %s\n", k.Name, k.Type, k.Default, k.Help, k.Range, k.Source, k.Affects)
	}
	golden(t, "keys.golden", b.String())
}

func TestYAMLGolden(t *testing.T) {
	golden(t, "default.golden", string(Default().YAML()))
}

func TestSchemaIsSound(t *testing.T) {
	seen := map[string]string{}
	fields := map[any]string{}
	c := new(Config)
	for _, f := range schema {
		if f.limit != nil && !f.limit.holds(f.def) {
			t.Errorf("the default of %s is out of its own range", f.name)
		}
		if f.help == "" || f.source == "" {
			t.Errorf("%s lacks help or source", f.name)
		}
		env := envName(f.name)
		if seen[env] != "" || reservedEnv[env] {
			t.Errorf("%s belongs to %s already", env, seen[env])
		}
		seen[env] = f.name
		if p := f.at(c); fields[p] != "" {
			t.Errorf("%s and %s are the same field", f.name, fields[p])
		} else {
			fields[p] = f.name
		}
	}
	if n := leaves(reflect.TypeOf(*c)); n != len(schema) {
		t.Errorf("the struct has %d settings and the schema %d keys", n, len(schema))
	}
}

func leaves(t reflect.Type) int {
	if t.Kind() != reflect.Struct {
		return 1
	}
	n := 0
	for i := range t.NumField() {
		n += leaves(t.Field(i).Type)
	}
	return n
}

// random gives every key a value that is not its default, by its type; the
// values need not pass the checks across keys.
func random(r *rand.Rand) *Config {
	c := new(Config)
	for _, f := range schema {
		switch f.def.(type) {
		case string:
			words := []string{"", "a", "off", "null", "~", "001", "1.5", "true", "a b", "ä\"\\:#", "/x/y-z", "3way", "1:30", "-", ".", "=", "0x1f", "2020-01-02"}
			f.set(c, words[r.IntN(len(words))])
		case int:
			f.set(c, int(r.Uint64()>>1))
		case uint64:
			f.set(c, r.Uint64())
		case bool:
			f.set(c, r.IntN(2) == 0)
		case float64:
			f.set(c, r.NormFloat64()*[]float64{1, 1e-20, 1e20}[r.IntN(3)])
		case []int:
			f.set(c, []int{1, r.IntN(100)}[:r.IntN(3)])
		case []float64:
			f.set(c, []float64{r.Float64(), r.Float64(), 1})
		case []string:
			f.set(c, []string{"off", "a b", "~", "1.5", "level7"}[r.IntN(5):])
		case []Phase:
			f.set(c, []Phase{{1, r.Float64(), "head", "frozen"}, {1 + r.IntN(100), 1e-9, "all", "train"}}[:r.IntN(3)])
		}
	}
	return c
}

// What is written must be read back, value by value, whatever the value.
func TestWrittenValuesAreReadBack(t *testing.T) {
	for seed := range uint64(200) {
		c := random(rand.New(rand.NewPCG(seed, 1)))
		back := new(Config)
		for _, f := range schema {
			g := *f
			g.limit = number{min: -1, max: 1} // kept only for its text
			v, err := g.fromNode(nodeOf(t, g.format(g.get(c))))
			if v == nil {
				t.Fatalf("%s: %v", f.name, err)
			}
			f.set(back, v)
		}
		if !reflect.DeepEqual(c, back) {
			t.Fatalf("seed %d: %q", seed, c.Diff(back))
		}
	}
}

func TestParseIsTheInverseOfYAML(t *testing.T) {
	c, err := Load("demo.yaml", []string{"data.root=/a b/ä", "net.head=[]", "amp=off", "optim.weight_decay=1e-9", "seed=12345678901234567890"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(c.YAML(), "config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, back) || !bytes.Equal(c.YAML(), back.YAML()) {
		t.Errorf("came back with differences: %q", c.Diff(back))
	}
}

// change moves one key to another value of its type.
func change(f *field, c *Config) {
	switch v := f.get(c).(type) {
	case string:
		f.set(c, v+"x")
	case int:
		f.set(c, v+1)
	case uint64:
		f.set(c, v+1)
	case bool:
		f.set(c, !v)
	case float64:
		f.set(c, v+1e-9)
	case []int:
		f.set(c, append(slices.Clone(v), 1))
	case []float64:
		f.set(c, append(slices.Clone(v), 1))
	case []string:
		f.set(c, append(slices.Clone(v), "x"))
	case []Phase:
		f.set(c, append(slices.Clone(v), Phase{1, 0.03, "all", "train"}))
	}
}

func TestHashAndDiffFollowWhatAKeyAffects(t *testing.T) {
	base := Default()
	for _, f := range schema {
		c := Default()
		change(f, c)
		if moved := c.Hash() != base.Hash(); moved != (f.affects == Training) {
			t.Errorf("%s affects %s, and the hash moved: %v", f.name, f.affects, moved)
		}
		if d := c.Diff(base); len(d) != 1 || !strings.HasPrefix(d[0], f.name+": ") {
			t.Errorf("changing %s gives the differences %q", f.name, d)
		}
		for _, a := range []Affects{Nothing, Scoring, Training} {
			if n := len(c.Diff(base, a)); (n == 1) != (a == f.affects) {
				t.Errorf("changing %s gives %d differences that affect %s", f.name, n, a)
			}
		}
	}
}

func TestDiffText(t *testing.T) {
	a, b := Default(), Default()
	b.Optim.Lr, b.Net.Head = 0.01, nil
	want := []string{"net.head: [512, 128] here, [] there", "optim.lr: 0.03 here, 0.01 there"}
	if got := a.Diff(b); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestChanged(t *testing.T) {
	c := Default()
	if got := c.Changed(); len(got) > 0 {
		t.Errorf("the defaults differ from themselves in %q", got)
	}
	c.Optim.Lr, c.Net.Head, c.Density.Ridge, c.Out = 0.01, nil, 1, "elsewhere"
	want := []string{"net.head=[]", "optim.lr=0.01", "density.ridge=1"}
	if got := c.Changed(Training, Scoring); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Hashes stand in stored runs, so they must not drift.
func TestHashIsStable(t *testing.T) {
	golden(t, "hash.golden", Default().Hash()+"\n")
}

// The protocol's keys that change neither weights nor scores, and those that
// change scores alone.
func TestWhatKeysAffect(t *testing.T) {
	var nothing, scoring []string
	for _, k := range Keys() {
		switch k.Affects {
		case Nothing:
			nothing = append(nothing, k.Name)
		case Scoring:
			scoring = append(scoring, k.Name)
		}
	}
	wantNothing := []string{"name", "label", "device", "threads", "jobs_per_device", "out", "data.workers", "data.cache", "data.device_cache", "data.max_pixels", "augment.on",
		"train.log_every", "train.checkpoint_every", "train.prefetch", "train.graph", "localize.memory", "localize.store", "log.mlflow", "log.mlflow_experiment"}
	wantScoring := []string{"embed.levels", "density.covariance", "density.ridge", "density.normalize", "density.quantile", "density.folds",
		"localize.window", "localize.stride", "localize.gaussian", "localize.score", "localize.upsample", "localize.sigma", "localize.normalize_border", "localize.smooth", "localize.image_score", "localize.top", "localize.resolution", "localize.fpr_limit", "localize.bins", "gradcam.target", "gradcam.level"}
	if !slices.Equal(nothing, wantNothing) || !slices.Equal(scoring, wantScoring) {
		t.Errorf("nothing: %q\nscoring: %q", nothing, scoring)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("seed: 1\nnet: {head: [1, 2]}\n"))
	f.Add([]byte("a: &a\n  b: *a\n"))
	f.Add([]byte("? x\n: - y\n--- \n"))
	f.Add([]byte("train: &t\n  steps: 5\n<<: *t\n"))
	f.Add([]byte("train: {phases: &p [{steps: 5}, *p]}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text, "f.yaml")
		if err != nil {
			return
		}
		back, err := Parse(c.YAML(), "f.yaml")
		if err != nil || !reflect.DeepEqual(c, back) {
			t.Errorf("%q does not come back: %v", text, err)
		}
	})
}
