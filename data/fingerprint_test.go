package data

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func fingerprintOf(t *testing.T, root, name string) string {
	t.Helper()
	c, err := Open(root, name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFingerprint(t *testing.T) {
	files := []string{"c/train/good/0.png", "c/train/good/1.png", "c/test/cut/0.png", "c/ground_truth/cut/0_mask.png"}
	root := tree(t, files...)
	f := fingerprintOf(t, root, "c")
	// By hand, with GNU coreutils 9.1, in c (each file holds its own path):
	// sha256sum ground_truth/cut/0_mask.png test/cut/0.png train/good/0.png train/good/1.png | sha256sum
	const want = "77cde75353de06cc82aed916fea77051c29cc23448f70ba3e9e74e09dae024c2"
	if f != want {
		t.Errorf("fingerprint %s, want %s", f, want)
	}

	write(t, filepath.Join(root, "c/license.txt"), []byte("ignored"))
	write(t, filepath.Join(root, "c/train/good/notes.txt"), []byte("ignored"))
	if fingerprintOf(t, root, "c") != f {
		t.Error("files that are ignored change it")
	}
	if err := os.Rename(filepath.Join(root, "c"), filepath.Join(root, "d")); err != nil {
		t.Fatal(err)
	}
	if fingerprintOf(t, root, "d") != f {
		t.Error("the category's name changes it")
	}

	seen := map[string]string{f: "the original"}
	differs := func(what string) {
		t.Helper()
		g := fingerprintOf(t, root, "d")
		if old, ok := seen[g]; ok {
			t.Errorf("%s has the fingerprint of %s", what, old)
		}
		seen[g] = what
	}
	for i, file := range []string{"d/train/good/0.png", "d/test/cut/0.png", "d/ground_truth/cut/0_mask.png"} {
		write(t, filepath.Join(root, file), fmt.Append(nil, i))
		differs(file + " changed")
	}
	os.Rename(filepath.Join(root, "d/train/good/1.png"), filepath.Join(root, "d/train/good/2.png"))
	differs("a renamed picture")
	write(t, filepath.Join(root, "d/test/good/0.png"), []byte("new"))
	differs("a new picture")
	os.Remove(filepath.Join(root, "d/ground_truth/cut/0_mask.png"))
	differs("no mask")
}

func TestFingerprintError(t *testing.T) {
	root := tree(t, "c/train/good/0.png", "c/train/good/1.png")
	c, err := Open(root, "c")
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(root, "c/train/good/1.png"))
	_, err = c.Fingerprint()
	wantError(t, err, `"c"`, "1.png")
}
