package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// tree makes files below a new folder, with a path as content, so that all
// differ; layouts are read without looking into files.
func tree(t *testing.T, paths ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, p := range paths {
		if strings.HasSuffix(p, "/") {
			if err := os.MkdirAll(filepath.Join(root, p), 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		write(t, filepath.Join(root, p), []byte(p))
	}
	return root
}

func rels(items []Item) []string {
	var out []string
	for _, it := range items {
		out = append(out, it.Rel)
	}
	return out
}

func TestOpen(t *testing.T) {
	root := tree(t,
		"nut/train/good/b.png", "nut/train/good/a.JPG", "nut/train/good/c.Tiff", "nut/train/good/10.png", "nut/train/good/9.bmp",
		"nut/train/good/Thumbs.db", "nut/train/good/.DS_Store", "nut/train/good/._a.JPG", "nut/train/good/notes.txt", "nut/license.txt",
		"nut/test/good/000.png", "nut/test/scratch/000.png", "nut/test/scratch/001.jpeg", "nut/test/scratch-2/000.png", "nut/test/.hidden/000.png",
		"nut/ground_truth/scratch/000_mask.png", "nut/ground_truth/scratch/001_mask.PNG", "nut/ground_truth/scratch-2/000.bmp",
	)
	c, err := Open(root, "nut")
	if err != nil {
		t.Fatal(err)
	}
	// 10.png before 9.bmp and the capital J as bytes sort.
	if got, want := rels(c.Train), []string{"train/good/10.png", "train/good/9.bmp", "train/good/a.JPG", "train/good/b.png", "train/good/c.Tiff"}; !slices.Equal(got, want) {
		t.Errorf("train %q, want %q", got, want)
	}
	// "scratch-2/" before "scratch/", as the whole path sorts.
	if got, want := rels(c.Test), []string{"test/good/000.png", "test/scratch-2/000.png", "test/scratch/000.png", "test/scratch/001.jpeg"}; !slices.Equal(got, want) {
		t.Errorf("test %q, want %q", got, want)
	}
	for i, want := range []Item{
		{Defect: "good"},
		{Defect: "scratch-2", Anomalous: true, Mask: "ground_truth/scratch-2/000.bmp"},
		{Defect: "scratch", Anomalous: true, Mask: "ground_truth/scratch/000_mask.png"},
		{Defect: "scratch", Anomalous: true, Mask: "ground_truth/scratch/001_mask.PNG"},
	} {
		got := c.Test[i]
		if want.Mask != "" {
			want.Mask = filepath.Join(root, "nut", want.Mask)
		}
		want.Rel, want.Path = got.Rel, filepath.Join(root, "nut", got.Rel)
		if got != want {
			t.Errorf("item %d is %+v, want %+v", i, got, want)
		}
	}
	if it := c.Train[0]; it.Defect != "good" || it.Anomalous || it.Mask != "" {
		t.Errorf("training item %+v", it)
	}
	if len(c.Notes) > 0 {
		t.Errorf("notes %q on a complete category", c.Notes)
	}
}

func TestOpenNotes(t *testing.T) {
	two := []string{"c/train/good/0.png", "c/train/good/1.png"}
	for _, c := range []struct {
		name  string
		files []string
		says  string // of the only note
	}{
		{"no test", nil, "no test folder"},
		{"empty test", []string{"c/test/"}, "holds no pictures"},
		{"no masks at all", []string{"c/test/cut/0.png"}, "no ground_truth folder"},
		{"good needs no masks", []string{"c/test/good/0.png"}, ""},
		{"one mask missing", []string{"c/test/cut/0.png", "c/test/cut/1.png", "c/ground_truth/cut/0_mask.png"}, "test/cut: 1 of 2 pictures without a mask (1.png)"},
		{"mask alone", []string{"c/test/cut/0.png", "c/ground_truth/cut/0_mask.png", "c/ground_truth/cut/7_mask.png"}, "ground_truth/cut: 1 mask without a picture, left out (7_mask.png)"},
		{"masks of an unknown defect", []string{"c/test/good/0.png", "c/ground_truth/cut/0_mask.png"}, "ground_truth/cut: 1 mask without"},
		{"other formats", []string{"c/test/good/0.png", "c/train/good/2.webp"}, "train/good: 1 picture left out (2.webp)"},
		{"folder in a folder", []string{"c/test/good/0.png", "c/train/good/more/2.png"}, "train/good: 1 folder inside left out (more)"},
		{"another training folder", []string{"c/test/good/0.png", "c/train/bad/2.png"}, "train: 1 folder inside left out (bad)"},
		{"pictures beside the folders", []string{"c/test/good/0.png", "c/test/1.png"}, "test: 1 picture outside"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Open(tree(t, append(c.files, two...)...), "c")
			if err != nil {
				t.Fatal(err)
			}
			if c.says == "" && len(got.Notes) == 0 {
				return
			}
			if len(got.Notes) != 1 || c.says == "" || !strings.Contains(got.Notes[0], c.says) {
				t.Errorf("notes %q, want one with %q", got.Notes, c.says)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	root := tree(t,
		"bottle/train/good/0.png", "bottle/train/good/1.png",
		"cable/train/good/0.png", "cable/train/good/1.png",
		"screw/train/good/0.png", "screw/train/good/1.png",
		"one/train/good/0.png",
		"empty/train/good/",
		"texts/train/good/readme.txt",
		"gifs/train/good/0.gif",
		"nested/train/good/inner/0.png",
		"untrained/test/good/0.png",
		"file.png",
	)
	for _, c := range []struct {
		root, category string
		key            string // of a configs.Error, "" for another error
		says           []string
	}{
		{"", "bottle", "data.root", []string{"data.root", "no folder is named"}},
		{filepath.Join(root, "nowhere"), "bottle", "data.root", []string{"nowhere does not exist", "data.root"}},
		{filepath.Join(root, "file.png"), "bottle", "data.root", []string{"is a file"}},
		{root, "", "data.category", []string{"no category is named", "bottle, "}},
		{root, "botle", "data.category", []string{`no category "botle"`, root, "choose one of bottle, "}},
		{root, "Screws", "data.category", []string{"choose one of screw, "}},
		{root, "../x", "data.category", []string{"is no name of a folder"}},
		{root, "..", "data.category", []string{"is no name of a folder"}},
		{root, "file.png", "data.category", []string{"is a file, not a folder"}},
		{filepath.Join(root, "bottle"), "bottle", "data.category", []string{"looks like a category", "data.root=" + root + " data.category=bottle"}},
		{filepath.Join(root, "bottle", "train"), "bottle", "data.category", []string{"no folder in it has train/good"}},
		{root, "one", "", []string{`"one" has a single normal picture (0.png)`, "at least two"}},
		{root, "empty", "", []string{`"empty" has no picture to train on`, "it is empty"}},
		{root, "texts", "", []string{"no picture to train on", "only readme.txt"}},
		{root, "gifs", "", []string{"no picture to train on", "convert 0.gif to PNG"}},
		{root, "nested", "", []string{"no picture to train on", "only folders (inner)"}},
		{root, "untrained", "", []string{`"untrained" has no train/good folder`}},
	} {
		_, err := Open(c.root, c.category)
		wantError(t, err, c.says...)
		var wrong *configs.Error
		if errors.As(err, &wrong) != (c.key != "") || wrong != nil && wrong.Key != c.key {
			t.Errorf("%v: a configs.Error with key %+v, want %q", err, wrong, c.key)
		}
	}
}

func TestUnreadableFolders(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read every folder")
	}
	for _, folder := range []string{"c", "c/train/good", "c/test", "c/test/cut", "c/ground_truth", "c/ground_truth/cut"} {
		root := tree(t, "c/train/good/0.png", "c/train/good/1.png", "c/test/cut/0.png", "c/ground_truth/cut/0_mask.png")
		path := filepath.Join(root, folder)
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		_, err := Open(root, "c")
		os.Chmod(path, 0o755)
		wantError(t, err, path, "cannot be read")
		if !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%v does not wrap fs.ErrPermission", err)
		}
	}
}

func TestLinks(t *testing.T) {
	real := tree(t, "store/0.png", "store/1.png", "store/2.png", "masks/0_mask.png")
	root := tree(t, "c/train/", "c/test/", "c/ground_truth/")
	link := func(from, to string) {
		t.Helper()
		if err := os.Symlink(from, filepath.Join(root, to)); err != nil {
			t.Skipf("this file system has no links: %v", err)
		}
	}
	link(filepath.Join(real, "store"), "c/train/good")
	link(filepath.Join(real, "store"), "c/test/cut")
	link(filepath.Join(real, "masks"), "c/ground_truth/cut")
	link(filepath.Join(root, "c"), "d")
	link(filepath.Join(root, "nowhere"), "gone")
	c, err := Open(root, "d")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Train) != 3 || len(c.Test) != 3 || c.Test[0].Mask == "" {
		t.Errorf("%d train, %d test, first %+v", len(c.Train), len(c.Test), c.Test[0])
	}
	names, err := Categories(root)
	if err != nil || !slices.Equal(names, []string{"c", "d"}) {
		t.Errorf("categories %q, %v", names, err)
	}
	_, err = Open(root, "gone")
	wantError(t, err, "a link to a folder that does not exist")

	// A link to a picture that is gone is listed, so that reading it says so.
	link(filepath.Join(real, "gone.png"), "c/test/cut/3.png")
	c, err = Open(root, "c")
	if err != nil || len(c.Test) != 4 {
		t.Fatalf("%d test pictures, %v", len(c.Test), err)
	}
	_, err = Decode(c.Test[3].Path, 0)
	wantError(t, err, "3.png")
}

func TestCategories(t *testing.T) {
	root := tree(t, "b/train/good/", "a/train/good/0.png", "c/test/good/0.png", "d.txt", ".e/train/good/0.png")
	names, err := Categories(root)
	if err != nil || !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("categories %q, %v", names, err)
	}
	names, err = Categories(t.TempDir())
	if err != nil || len(names) > 0 {
		t.Errorf("an empty folder has %q, %v", names, err)
	}
	_, err = Categories(filepath.Join(root, "d.txt"))
	wantError(t, err, "d.txt is a file")
}

func TestFolder(t *testing.T) {
	root := tree(t, "new/2.png", "new/1.JPG", "new/readme.md", "new/deep/3.png")
	items, err := Folder(filepath.Join(root, "new"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Item{
		{Path: filepath.Join(root, "new", "1.JPG"), Rel: "1.JPG", Defect: "new"},
		{Path: filepath.Join(root, "new", "2.png"), Rel: "2.png", Defect: "new"},
	}
	if !slices.Equal(items, want) {
		t.Errorf("%+v, want %+v", items, want)
	}
	_, err = Folder(filepath.Join(root, "old"))
	wantError(t, err, "old", "cannot be read")
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int // counted by hand
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"bottle", "botle", 1}, {"Screw", "screw", 0},
		{"kitten", "sitting", 3}, {"carpet", "cable", 3}, {"ab", "ba", 2},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
