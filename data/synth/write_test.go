package synth

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// small is a quick set: 1 + 1 + 4 pictures of each category.
func small() Options {
	return Options{Seed: 4, Size: 32, Train: 1, TestGood: 1, TestPerDefect: 1, Workers: 2}
}

// files returns the contents of every file below dir by relative path.
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

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestWriteLayout(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "set")
	o := small()
	o.TestPerDefect = 2
	if err := Write(context.Background(), dir, o); err != nil {
		t.Fatal(err)
	}
	want := []string{"synth.json"}
	for _, c := range Categories() {
		want = append(want, c+"/train/good/000.png", c+"/test/good/000.png")
		for _, d := range Defects(c) {
			for i := range 2 {
				want = append(want, fmt.Sprintf("%s/test/%s/%03d.png", c, d, i), fmt.Sprintf("%s/ground_truth/%s/%03d_mask.png", c, d, i))
			}
		}
	}
	var have []string
	for name := range files(t, dir) {
		have = append(have, name)
	}
	slices.Sort(want)
	slices.Sort(have)
	if !slices.Equal(have, want) {
		t.Errorf("files:\n%s\nwant:\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
	if entries, _ := os.ReadDir(filepath.Dir(dir)); len(entries) != 1 {
		t.Errorf("%v are beside the set, want nothing", entries)
	}
}

// What is in the files must be what the drawing functions gave: RGB without alpha, masks of 0 and 255.
func TestWrittenPicturesAreTheDrawnOnes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	o := small()
	o.Categories = []string{"gear"}
	if err := Write(context.Background(), dir, o); err != nil {
		t.Fatal(err)
	}
	pix, mask := find("gear").damaged(o.Seed, "rust", 0, o.Size)
	img := decode(t, filepath.Join(dir, "gear/test/rust/000.png"))
	if img.ColorModel() != color.RGBAModel { // how image/png reads RGB without alpha
		t.Errorf("the picture's colour model is %v, want RGB without alpha", img.ColorModel())
	}
	gray, ok := decode(t, filepath.Join(dir, "gear/ground_truth/rust/000_mask.png")).(*image.Gray)
	if !ok {
		t.Fatal("the mask is not greyscale")
	}
	marked := 0
	for i := range o.Size * o.Size {
		x, y := i%o.Size, i/o.Size
		c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
		if c.R != pix[3*i] || c.G != pix[3*i+1] || c.B != pix[3*i+2] {
			t.Fatalf("pixel (%d, %d) is %v, drawn as %v", x, y, c, pix[3*i:3*i+3])
		}
		if gray.GrayAt(x, y).Y != mask[i] {
			t.Fatalf("mask pixel (%d, %d) is %d, drawn as %d", x, y, gray.GrayAt(x, y).Y, mask[i])
		}
		if mask[i] == 255 {
			marked++
		}
	}
	if marked == 0 {
		t.Error("the mask is empty")
	}
}

// Neither the number of workers nor how much else is asked for may change a picture.
func TestPicturesDoNotDependOnWhatElseIsDrawn(t *testing.T) {
	root := t.TempDir()
	one, many := small(), small()
	one.Workers, one.Categories = 1, []string{"stone", "blister"}
	many.Workers, many.Train, many.TestGood, many.TestPerDefect = 5, 3, 2, 2
	for name, o := range map[string]Options{"one": one, "many": many} {
		if err := Write(context.Background(), filepath.Join(root, name), o); err != nil {
			t.Fatal(err)
		}
	}
	less, more := files(t, filepath.Join(root, "one")), files(t, filepath.Join(root, "many"))
	delete(less, manifestName) // it says how much was asked for
	if len(less) != 2*(1+1+4*2) {
		t.Fatalf("%d files drawn, want 20", len(less))
	}
	for name, content := range less {
		if more[name] != content {
			t.Errorf("%s differs", name)
		}
	}
}

func TestWriteReportsProgress(t *testing.T) {
	o := small()
	o.Categories = []string{"weave"}
	var calls []int
	o.Progress = func(done, total int) {
		if total != 6 {
			t.Errorf("the total is %d, want 6", total)
		}
		calls = append(calls, done)
	}
	dir := filepath.Join(t.TempDir(), "set")
	for _, want := range [][]int{{1, 2, 3, 4, 5, 6}, {6}} { // drawn, then found there
		calls = nil
		if err := Write(context.Background(), dir, o); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(calls, want) {
			t.Errorf("progress went %v, want %v", calls, want)
		}
	}
}

func TestWriteTwiceTouchesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	o := small()
	if err := Write(context.Background(), dir, o); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	file := filepath.Join(dir, "gear/train/good/000.png")
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	o.Workers = 1                                                // changes no picture
	o.Categories = []string{"gear", "blister", "stone", "weave"} // nor does their order
	if err := os.WriteFile(filepath.Join(dir, ".hidden"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(context.Background(), dir, o); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("the second Write touched %s", file)
	}
}

func TestWriteIntoAnEmptyFolderAndThroughALink(t *testing.T) {
	root := t.TempDir()
	empty, link := filepath.Join(root, "empty"), filepath.Join(root, "link")
	if err := os.Mkdir(empty, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(empty, link); err != nil {
		t.Fatal(err)
	}
	o := small()
	o.Categories = []string{"gear"}
	if err := Write(context.Background(), link, o); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced")
	}
	if _, err := os.Stat(filepath.Join(empty, "gear/train/good/000.png")); err != nil {
		t.Error(err)
	}
}

func TestWriteRefusesAFolderThatHoldsSomethingElse(t *testing.T) {
	o := small()
	o.Categories = []string{"gear"}
	for name, c := range map[string]struct {
		spoil func(dir string) error
		want  string
	}{
		"foreign file": {func(dir string) error {
			os.RemoveAll(dir)
			os.Mkdir(dir, 0o777)
			return os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine"), 0o666)
		}, "notes.txt"},
		"file in its place": {func(dir string) error {
			os.RemoveAll(dir)
			return os.WriteFile(dir, []byte("mine"), 0o666)
		}, "is a file, not a folder"},
		"another set": {func(dir string) error {
			os.RemoveAll(dir)
			other := o
			other.Size, other.Train = 48, 2
			return Write(context.Background(), dir, other)
		}, "size is 48 there and 32 here; train is 2 there and 1 here"},
		"changed picture": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "gear/train/good/000.png"), []byte("mine"), 0o666)
		}, "was changed"},
		"extra picture": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "gear/train/good/mine.png"), []byte("mine"), 0o666)
		}, "was changed"},
		"missing picture": {func(dir string) error {
			return os.Remove(filepath.Join(dir, "gear/train/good/000.png"))
		}, "was changed"},
		"unreadable description": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, manifestName), []byte("{"), 0o666)
		}, "not readable as the description"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "set")
			if err := Write(context.Background(), dir, o); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			before := files(t, root)
			err := Write(context.Background(), dir, o)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want one with %q and the folder", err, c.want)
			}
			after := files(t, root)
			if len(before) != len(after) {
				t.Errorf("%d files before, %d after", len(before), len(after))
			}
			for name, content := range before {
				if after[name] != content {
					t.Errorf("%s was touched", name)
				}
			}
		})
	}
}

func TestWriteCancelledLeavesNothing(t *testing.T) {
	root := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	o := small()
	o.Progress = func(done, total int) {
		if done == 3 {
			cancel()
		}
	}
	err := Write(ctx, filepath.Join(root, "set"), o)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if entries, _ := os.ReadDir(root); len(entries) > 0 {
		t.Errorf("%v was left behind", entries)
	}
}

func TestWriteSweepsWhatAKilledRunLeft(t *testing.T) {
	root := t.TempDir()
	for name, age := range map[string]time.Duration{
		".set.partial-1":   25 * time.Hour, // left by a killed run
		".set.partial-2":   time.Hour,      // perhaps still being drawn
		".other.partial-1": 25 * time.Hour,
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Join(path, "gear"), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Now(), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	o := small()
	o.Categories = []string{"gear"}
	if err := Write(context.Background(), filepath.Join(root, "set"), o); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, _ := os.ReadDir(root)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{".other.partial-1", ".set.partial-2", "set"}; !slices.Equal(left, want) {
		t.Errorf("%v are left, want %v", left, want)
	}
}
