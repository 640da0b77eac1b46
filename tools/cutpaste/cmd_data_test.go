package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/data/synth"
)

func TestDataCheck(t *testing.T) {
	root := category(t, "sound")
	got := cli("data", "check", root)
	golden(t, "check-sound.golden", got.stdout)
	if got.code != 0 || got.stderr != "" {
		t.Errorf("ends with %d and says %q", got.code, got.stderr)
	}
	if o := cli("data", "check", root, "sound", "--json").object(t); o["ok"] != true {
		t.Errorf("%v", o)
	}
}

// A broken category ends with 1 and its report says why; another one beside it
// is looked at all the same.
func TestDataCheckFindsErrors(t *testing.T) {
	root := category(t, "broken")
	for _, file := range []string{"train/good/1.png", "train/good/2.png"} {
		if err := os.Truncate(filepath.Join(root, "broken", file), 60); err != nil {
			t.Fatal(err)
		}
	}
	writePNG(t, filepath.Join(root, "broken/ground_truth/bad/0_mask.png"), 16, 255)
	writePNG(t, filepath.Join(root, "lonely/train/good/0.png"), 32, 1)
	got := cli("data", "check", root)
	golden(t, "check-broken.golden", got.stdout)
	if got.code != exitFailed || got.stderr != "" {
		t.Errorf("ends with %d and says %q", got.code, got.stderr)
	}
	as := cli("data", "check", root, "--json")
	o := as.object(t)
	if as.code != exitFailed || o["ok"] != false || len(o["categories"].([]any)) != 2 {
		t.Errorf("%d %v", as.code, o)
	}
	// A category that is asked for by name and cannot be opened is an error.
	if one := cli("data", "check", root, "lonely"); one.code != exitFailed || !strings.Contains(one.stderr, "single normal picture") {
		t.Errorf("%+v", one)
	}
}

// The folder can come from a configuration.
func TestDataCheckWithAConfiguration(t *testing.T) {
	root := category(t, "sound")
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("data: {category: sound, max_pixels: 256}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := cli("data", "check", file, "data.root="+root, "data.max_pixels=2000"); got.code != 0 {
		t.Errorf("%+v", got)
	}
	if got := cli("data", "check", file, "data.root="+root); got.code != exitFailed { // 32 x 32 is more than 256
		t.Errorf("%+v", got)
	}
}

func TestDataSynth(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "drawn")
	args := []string{"data", "synth", dir, "--size=32", "--train=2", "--good=1", "--defects=1", "--category=gear,weave"}
	got := cli(args...)
	if want := "14 pictures of gear, weave, 32 pixels wide, are in "; got.code != 0 || !strings.HasPrefix(got.stdout, want) {
		t.Fatalf("%+v, want %q", got, want)
	}
	if again := cli(args...); again != got {
		t.Errorf("the second time: %+v", again)
	}
	if o := cli(append(args, "--json")...).object(t); o["pictures"] != 14.0 || o["root"] != dir {
		t.Errorf("%v", o)
	}
	if check := cli("data", "check", dir); check.code != 0 {
		t.Errorf("%+v", check)
	}
	if other := cli(append(args, "--seed=1")...); other.code != exitFailed || !strings.Contains(other.stderr, "seed is 0 there and 1 here") {
		t.Errorf("another set in its place: %+v", other)
	}
}

// The ranges of the flags are those of package synth: it refuses what is just
// outside of them too.
func TestDataSynthRanges(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "drawn")
	for _, change := range []func(o *synth.Options){
		func(o *synth.Options) { o.Size = 31 },
		func(o *synth.Options) { o.Size = 1025 },
		func(o *synth.Options) { o.Train = 100_001 },
		func(o *synth.Options) { o.TestGood = 100_001 },
		func(o *synth.Options) { o.TestPerDefect = 100_001 },
		func(o *synth.Options) { o.Categories = []string{"xyzzy"} },
	} {
		o := synth.Default()
		change(&o)
		if checkSynth(o) == nil || synth.Write(t.Context(), dir, o) == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}

// Every kind of defect of every normal test picture, which data check finds in order.
func TestDataDefects(t *testing.T) {
	root := category(t, "sound")
	natural, out := t.TempDir(), filepath.Join(t.TempDir(), "table6")
	writePNG(t, filepath.Join(natural, "0.png"), 40, 9)
	alone := cli("data", "defects", root, out)
	if alone.code != exitWrong || !strings.Contains(alone.stderr, "--natural") {
		t.Errorf("one category, and nothing natural: %+v", alone)
	}
	args := []string{"data", "defects", root, out, "--natural", natural, "--categories=sound", "--size=0.5"}
	got := cli(args...)
	good, err := os.ReadDir(filepath.Join(root, "sound/test/good"))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d pictures with a defect, 7 of each normal test picture of sound, are in %s.\n", 7*len(good), out); got.code != 0 || got.stdout != want {
		t.Fatalf("%+v, want %q", got, want)
	}
	if again := cli(args...); again != got {
		t.Errorf("the second time: %+v", again)
	}
	if o := cli(append(args, "--json")...).object(t); o["pictures"] != float64(7*len(good)) || o["root"] != out {
		t.Errorf("%v", o)
	}
	if check := cli("data", "check", out); check.code != 0 {
		t.Errorf("%+v", check)
	}
	var folders []string
	for _, d := range []string{"digit_color", "ellipse_color", "ellipse_natural", "good", "heart_color", "heart_natural", "square_color", "square_natural"} {
		folders = append(folders, filepath.Join(out, "sound/test", d))
	}
	if there, err := filepath.Glob(filepath.Join(out, "sound/test/*")); err != nil || !slices.Equal(there, folders) {
		t.Errorf("%v, there are %q", err, there)
	}
	// Red and blue are 9 all over the only natural picture, and nowhere else.
	img, err := data.Decode(filepath.Join(out, "sound/test/square_natural/0.png"), 0)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for p := img.Pix; len(p) > 0; p = p[3:] {
		if p[0] == 9 && p[2] == 9 {
			shown++
		}
	}
	if shown < 16 { // the smallest square, 8 pixels from corner to corner, has about 32
		t.Error("the square shows something else than the natural picture")
	}

	for want, args := range map[string][]string{
		"seed is 0 there and 1 here": {root, out, "--natural", natural, "--size=0.5", "--seed=1"},
		"--size must be":             {root, out, "--natural", natural, "--size=2"},
		"choose one of sound":        {root, out + "2", "--natural", natural, "--categories=sond"},
		"data.root":                  {natural, out + "2"},
	} {
		if got := cli(append([]string{"data", "defects"}, args...)...); got.code == 0 || !strings.Contains(got.stderr, want) {
			t.Errorf("%q: %+v, want %q", args, got, want)
		}
	}
}
