package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), make([]byte, 1234), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "a/b"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a/b/file"), make([]byte, 1000), 0o644); err != nil {
		t.Fatal(err)
	}
	if n := used(dir); n != 2234 {
		t.Errorf("%d bytes are used, want 2234", n)
	}
	if n := used(filepath.Join(dir, "nowhere")); n != 0 {
		t.Errorf("%d bytes are used in a folder that is not there", n)
	}
	for path, want := range map[string]bool{"": true, "nowhere/deep": true, "file": false, "file/below": false} {
		if got := writable(filepath.Join(dir, path)); got != want {
			t.Errorf("%q: writable is %v", path, got)
		}
	}
	if free(dir) <= 0 || free(filepath.Join(dir, "nowhere/deep")) <= 0 {
		t.Errorf("%d bytes are free", free(dir))
	}
}

func TestPictureCache(t *testing.T) {
	dir := t.TempDir()
	if f := pictureCache("off"); f.State != OK || !strings.HasPrefix(f.Text, "off") {
		t.Errorf("%+v", f)
	}
	if f := pictureCache(dir); f.State != OK || !strings.HasPrefix(f.Text, "nothing in "+dir+", ") {
		t.Errorf("%+v", f)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if f := pictureCache(file); f.State != Note || f.Next == "" {
		t.Errorf("%+v", f)
	}
	if f := runs(file); f.State != Missing || f.Next == "" {
		t.Errorf("%+v", f)
	}
}

// By hand.
func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "nothing", 1500: "2 kB", 12_345_678: "12 MB", 2_250_000_000: "2.2 GB"} {
		if got := size(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}

func TestLoaded(t *testing.T) {
	if path := loaded("libtorch_cpu.so"); !filepath.IsAbs(path) {
		t.Errorf("libtorch is loaded from %q", path)
	}
	if path := loaded("libxyzzy.so"); path != "" {
		t.Errorf("a library that does not exist is loaded from %q", path)
	}
}
