package wholeset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The whole of Write is tried by the packages that draw sets, data/synth above all.
// Here are the things that no set of theirs does.

// description is what a small set is a function of.
type description struct {
	Word string   `json:"word"`
	List []string `json:"list"`
	N    int      `json:"n"`
}

func small(d description, jobs ...func(dir string) error) Set {
	return Set{Noun: "small set", Manifest: "small.json", Description: d, Folders: []string{"a/b"}, Workers: 1, Jobs: jobs}
}

func content(text string) func(dir string) error {
	return func(dir string) error { return WriteFile(filepath.Join(dir, "a/b/file"), []byte(text)) }
}

// helloSum is, by sha256sum, the digest of "<sha256 of hello>  a/b/file\n".
const helloSum = "bd5131cac523471ce2b9ccfbcdc5b86f9d252703924495e65b0f2a03604878ee"

// The manifest is the description with the digest after it.
func TestManifest(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	if err := Write(t.Context(), dir, small(description{"w", []string{"x", "y"}, 3}, content("hello"))); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "small.json"))
	want := `{
  "word": "w",
  "list": [
    "x",
    "y"
  ],
  "n": 3,
  "files": "sha256:SUM"
}
`
	if want = strings.Replace(want, "SUM", helloSum, 1); err != nil || string(got) != want {
		t.Errorf("%v, the manifest is\n%s", err, got)
	}
}

// What is different about another set is named key by key, those that one of them
// lacks too.
func TestDifferences(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	if err := Write(t.Context(), dir, small(description{"w", []string{"x"}, 3}, content("hello"))); err != nil {
		t.Fatal(err)
	}
	other := small(description{"v", []string{"x", "y"}, 3}, content("hello"))
	err := Write(t.Context(), dir, other)
	if want := `already holds another small set (list is ["x"] there and ["x","y"] here; word is w there and v here)`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
	other.Description = struct {
		Word string   `json:"word"`
		List []string `json:"list"`
		More bool     `json:"more"`
	}{"w", []string{"x"}, true}
	err = Write(t.Context(), dir, other)
	if want := `(more is not given there and true here; n is 3 there and not given here)`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

// Two jobs that write one file are an error, and nothing is left.
func TestOneFileTwice(t *testing.T) {
	root := t.TempDir()
	err := Write(t.Context(), filepath.Join(root, "set"), small(description{}, content("one"), content("two")))
	if err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(root); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// A file is given a second name, that of a link's file too; what cannot be linked to
// is copied.
func TestLink(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(at("file"), []byte("hello"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", at("link")); err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(at("file"))
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{"file", "link"} {
		if err := Link(at(from), at("to-"+from)); err != nil {
			t.Fatal(err)
		}
		if to, err := os.Lstat(at("to-" + from)); err != nil || !os.SameFile(file, to) {
			t.Errorf("%s: %v, %v is another file", from, err, to)
		}
	}
	if err := Link(at("file"), at("to-file")); err == nil {
		t.Error("a file was written over")
	}
	if err := Link(at("none"), at("to-none")); err == nil {
		t.Error("there is no file, and no error")
	}
	// Another disk, where there is one.
	far, err := os.MkdirTemp("/dev/shm", "link")
	if err != nil {
		t.Skip("no second disk: ", err)
	}
	defer os.RemoveAll(far)
	if err := Link(at("file"), filepath.Join(far, "copy")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(far, "copy")); err != nil || string(text) != "hello" {
		t.Errorf("%v, the copy is %q", err, text)
	}
}
