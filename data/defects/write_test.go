package defects

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/data"
)

// save writes a picture as a PNG file, grey if its colours are.
func save(t *testing.T, file string, img *data.Image, grey bool) {
	t.Helper()
	var out image.Image
	if grey {
		g := image.NewGray(image.Rect(0, 0, img.W, img.H))
		for i := range g.Pix {
			g.Pix[i] = img.Pix[3*i]
		}
		out = g
	} else {
		rgb := image.NewNRGBA(image.Rect(0, 0, img.W, img.H))
		for i := range img.W * img.H {
			rgb.SetNRGBA(i%img.W, i/img.W, color.NRGBA{img.Pix[3*i], img.Pix[3*i+1], img.Pix[3*i+2], 255})
		}
		out = rgb
	}
	var b bytes.Buffer
	if err := png.Encode(&b, out); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// twoCategories are a red-and-noise one and a grey one, with a defect that is real.
func twoCategories(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	for k, name := range []string{"noise", "grey"} {
		for i := range 3 {
			img := noisy(32+k, 24, uint64(10*k+i))
			if name == "grey" {
				img = plain(32+k, 24, uint8(100+i), 0, 0)
			}
			save(t, filepath.Join(root, name, fmt.Sprintf("train/good/%d.png", i)), img, k == 1)
			if i < 2 {
				save(t, filepath.Join(root, name, fmt.Sprintf("test/good/%d.png", i)), img, k == 1)
				save(t, filepath.Join(root, name, fmt.Sprintf("test/real/%d.png", i)), img, k == 1)
			}
		}
	}
	return root
}

// usual are the options of both categories.
func usual() Options {
	return Options{Categories: []string{"noise", "grey"}, Seed: 5, Size: 0.4}
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The layout, and every picture in it against Draw's and its mask.
func TestWrite(t *testing.T) {
	root, dir := twoCategories(t), filepath.Join(t.TempDir(), "set")
	calls := 0
	o := usual()
	o.Progress = func(done, total int) {
		if calls++; done != calls || total != 10 { // 3 + 2 pictures in each
			t.Errorf("progress is %d of %d at call %d", done, total, calls)
		}
	}
	made, err := Write(t.Context(), root, dir, o)
	if err != nil || made.Pictures != 4*7 || !slices.Equal(made.Categories, []string{"grey", "noise"}) {
		t.Fatalf("%+v, %v", made, err)
	}
	if got := len(files(t, dir)); got != 1+2*(3+2+2*7+2*7) {
		t.Errorf("%d files", got)
	}
	for _, name := range made.Categories {
		c, err := data.Open(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Notes) > 0 || len(c.Train) != 3 || len(c.Test) != 2+2*7 {
			t.Errorf("%s: %d and %d pictures, notes %q", name, len(c.Train), len(c.Test), c.Notes)
		}
		for _, it := range c.Test {
			index := int(filepath.Base(it.Path)[0] - '0')
			original, err := data.Decode(filepath.Join(root, name, "test/good", fmt.Sprintf("%d.png", index)), 0)
			if err != nil {
				t.Fatal(err)
			}
			img, err := data.Decode(it.Path, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !it.Anomalous {
				if !bytes.Equal(img.Pix, original.Pix) {
					t.Errorf("%s %s is another picture than the root's", name, it.Rel)
				}
				continue
			}
			mask, err := data.ReadMask(it.Mask, 0)
			if err != nil {
				t.Fatal(err)
			}
			var d Defect
			for _, one := range All {
				if one.Name() == it.Defect {
					d = one
				}
			}
			want, where := Draw(original, d, img, o.Size, o.Seed+hash(name), index)
			if !bytes.Equal(mask.On, where.On) {
				t.Errorf("%s %s: another mask than Draw's", name, it.Rel)
			}
			if d.Fill == Color && !bytes.Equal(img.Pix, want.Pix) {
				t.Errorf("%s %s: another picture than Draw's", name, it.Rel)
			}
			for i, on := range mask.On {
				pixel := img.Pix[3*i : 3*i+3]
				if on == 0 && !bytes.Equal(pixel, original.Pix[3*i:3*i+3]) {
					t.Fatalf("%s %s: a pixel outside of the mask is another", name, it.Rel)
				}
				// What fills noise is grey of 100 to 102.
				if name == "noise" && on != 0 && d.Fill == Natural && (pixel[0] < 100 || pixel[0] > 102 || pixel[1] != pixel[0] || pixel[2] != pixel[0]) {
					t.Fatalf("%s %s: %v is from no other category", name, it.Rel, pixel)
				}
			}
		}
	}
}

// The same again is found there; other orders of naming are the same; drawn anew
// elsewhere it has the same bytes; for one category alone, those of that one.
func TestWriteAgain(t *testing.T) {
	root, to := twoCategories(t), t.TempDir()
	must := func(dir string, o Options) map[string]string {
		t.Helper()
		if _, err := Write(t.Context(), root, filepath.Join(to, dir), o); err != nil {
			t.Fatal(err)
		}
		return files(t, filepath.Join(to, dir))
	}
	first := must("a", usual())
	o := usual()
	o.Categories = []string{"grey", "noise", "grey"}
	must("a", o)
	for name, text := range must("b", o) {
		if first[name] != text {
			t.Errorf("%s has other bytes in another place", name)
		}
	}
	o.Categories = []string{"noise"}
	for name, text := range must("c", o) {
		if name != manifestName && first[name] != text {
			t.Errorf("%s has other bytes alone", name)
		}
	}
	o = usual()
	o.Seed++
	if _, err := Write(t.Context(), root, filepath.Join(to, "a"), o); err == nil || !strings.Contains(err.Error(), "another set of drawn defects (seed is 5 there and 6 here)") {
		t.Errorf("another seed: %v", err)
	}
	other := must("d", o)
	if other["grey/test/heart_color/0.png"] == first["grey/test/heart_color/0.png"] {
		t.Error("another seed draws the same heart")
	}
	save(t, filepath.Join(root, "noise/test/good/1.png"), noisy(32, 24, 99), false)
	if _, err := Write(t.Context(), root, filepath.Join(to, "a"), usual()); err == nil {
		t.Error("another picture in the root, and the set is taken for the same")
	}
}

// What cannot be drawn is said before anything is, and nothing is left.
func TestWriteRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(root string, o *Options)
		want   string
	}{
		"unknown category": {func(_ string, o *Options) { o.Categories = []string{"nose"} }, "choose one of noise"},
		"no normal test picture": {func(root string, _ *Options) {
			os.RemoveAll(filepath.Join(root, "grey/test/good"))
		}, `category "grey" has no normal test picture`},
		"one category": {func(root string, o *Options) {
			os.RemoveAll(filepath.Join(root, "grey"))
			o.Categories = []string{"noise"}
		}, "noise is the only category"},
		"empty folder": {func(root string, o *Options) { o.Natural = root }, "holds no PNG"},
		"no folder":    {func(root string, o *Options) { o.Natural = filepath.Join(root, "none") }, "cannot be read"},
		"size 0":       {func(_ string, o *Options) { o.Size = 0 }, "choose more than 0"},
		"small picture": {func(root string, _ *Options) {
			save(t, filepath.Join(root, "grey/test/good/1.png"), plain(9, 7, 1, 1, 1), true)
		}, "has 9 x 7 pixels"},
		"no picture": {func(root string, _ *Options) {
			os.WriteFile(filepath.Join(root, "grey/test/good/1.png"), []byte("text"), 0o666)
		}, "is not a PNG"},
	} {
		root, to := twoCategories(t), t.TempDir()
		o := usual()
		c.change(root, &o)
		_, err := Write(t.Context(), root, filepath.Join(to, "set"), o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if left, _ := os.ReadDir(to); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

// 000.png and 000.jpg keep names of their own.
func TestStems(t *testing.T) {
	got := stems([]data.Item{{Path: "a/000.jpg"}, {Path: "a/000.png"}, {Path: "a/001.png"}, {Path: "a/x.y.png"}})
	if want := []string{"000.jpg", "000.png", "001", "x.y"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
