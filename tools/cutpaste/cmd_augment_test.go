package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
)

// The rows of the sheet are what a Loader hands to training, if the pictures
// stand in the first update.
func TestViewsAreThoseOfTraining(t *testing.T) {
	root := category(t, "sound")
	for _, keys := range [][]string{{"augment.variant=3way"}, {"augment.variant=union"}, {"augment.variant=cutpaste", "data.crop=16"},
		{"augment.variant=rotation"}, {"augment.variant=cutout", "augment.cutout.fill=random"}, {"augment.variant=confetti"}} {
		c, err := configs.Load("", append(keys, "data.root="+root, "data.category=sound", "data.size=32", "data.cache=off",
			"train.batch=1", "train.steps=1"), nil)
		if err != nil {
			t.Fatal(err)
		}
		sound, err := data.Open(root, "sound")
		if err != nil {
			t.Fatal(err)
		}
		// One picture, so that the order in which training draws them does not matter.
		p, err := data.Load(t.Context(), sound.Train[:1], data.LoadOptions{Size: 32})
		if err != nil {
			t.Fatal(err)
		}
		loader := data.NewLoader(t.Context(), p, c, 0)
		defer loader.Close()
		batch, err := loader.Next()
		if err != nil {
			t.Fatal(err)
		}
		row := views(p, c)[0]
		if !bytes.Equal(row[0].Pix, p.At(0)) {
			t.Error("the first cell is not the source picture")
		}
		var seen []uint8
		for _, cell := range row[1:] {
			seen = append(seen, cell.Pix...)
		}
		if !bytes.Equal(seen, batch.Pix) {
			t.Errorf("%q: the sheet shows other pictures than training sees", keys)
		}
	}
}

func TestAugment(t *testing.T) {
	root := category(t, "sound")
	out := filepath.Join(t.TempDir(), "sheet.PNG")
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("data: {size: 32, cache: \"off\"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"augment", file, "data.root=" + root, "data.category=sound", "--out", out, "--rows=9"}
	got := cli(args...)
	if want := "The sheet of 3 pictures from sound is " + out + ".\n"; got.code != 0 || got.stdout != want {
		t.Fatalf("%+v, want %q", got, want)
	}
	first, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	// Four cells of 128 pixels and five margins of 8; three rows below a title.
	if b := img.Bounds(); b.Dx() != 4*128+5*8 || b.Dy() != 8+16+3*(128+16+8) {
		t.Errorf("the sheet is %v", b)
	}

	o := cli(append(args, "--json")...).object(t)
	if again, err := os.ReadFile(out); err != nil || !bytes.Equal(again, first) || o["sheet"] != out || o["variant"] != "3way" {
		t.Errorf("the same command draws another sheet, or says %v (%v)", o, err)
	}
	if cli(append(args, "seed=1")...); err != nil {
		t.Fatal(err)
	}
	if other, err := os.ReadFile(out); err != nil || bytes.Equal(other, first) {
		t.Errorf("another seed draws the same sheet (%v)", err)
	}

	nowhere := cli("augment", file, "data.root="+root, "data.category=sound", "--out", filepath.Join(root, "no", "sheet.png"))
	if nowhere.code != exitFailed || !strings.Contains(nowhere.stderr, "its folder does not exist") {
		t.Errorf("%+v", nowhere)
	}
	if wrong := cli("augment", file, "data.root="+root, "data.category=sond"); wrong.code != exitWrong || !strings.Contains(wrong.stderr, "choose one of sound") {
		t.Errorf("%+v", wrong)
	}
}

func TestEvenly(t *testing.T) {
	items := make([]data.Item, 10)
	for i := range items {
		items[i].Rel = string(rune('0' + i))
	}
	for n, want := range map[int]string{1: "0", 3: "036", 10: "0123456789", 20: "0123456789"} {
		var got []string
		for _, it := range evenly(items, n) {
			got = append(got, it.Rel)
		}
		if !slices.Equal(got, strings.Split(want, "")) {
			t.Errorf("%d of them are %q, want %q", n, got, want)
		}
	}
}
