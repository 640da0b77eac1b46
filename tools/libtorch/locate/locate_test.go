package locate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/tools/libtorch/torchtest"
)

func TestOpenTakesTheFolderOrTheOneAbove(t *testing.T) {
	site := t.TempDir()
	dir := torchtest.Make(t, filepath.Join(site, "torch"), "2.11.0+cu130", true)
	for _, path := range []string{dir, site, dir + "/", filepath.Join(site, "torch/../torch")} {
		got, err := Open(path)
		if err != nil {
			t.Fatalf("Open(%s): %v", path, err)
		}
		if got.Dir != dir || got.Version != "2.11.0+cu130" || !got.CXX11ABI || got.CUDA {
			t.Errorf("Open(%s) = %+v", path, got)
		}
	}
}

func TestOpenResolvesLinks(t *testing.T) {
	dir := torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), "2.6.0", false)
	link := filepath.Join(t.TempDir(), "libtorch")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	got, err := Open(link)
	if err != nil {
		t.Fatal(err)
	}
	if got.Dir != dir {
		t.Errorf("Dir = %s, want %s", got.Dir, dir)
	}
	if got.CXX11ABI {
		t.Error("a library with the old std::string was taken for one with the new")
	}
}

func TestOpenReadsTheArchivesVersion(t *testing.T) {
	parent := t.TempDir()
	dir := torchtest.Make(t, filepath.Join(parent, "libtorch"), "2.9.0", true)
	if err := os.Remove(filepath.Join(dir, "version.py")); err != nil {
		t.Fatal(err)
	}
	torchtest.Write(t, filepath.Join(dir, "build-version"), "2.9.0+cpu\n")
	torchtest.Write(t, filepath.Join(dir, "lib/libtorch_cuda.so"), "")
	got, err := Open(parent)
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != "2.9.0+cpu" || !got.CUDA {
		t.Errorf("Open = %+v", got)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	good := func(t *testing.T) string {
		return torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), "2.11.0", true)
	}
	remove := func(name string) func(*testing.T) string {
		return func(t *testing.T) string {
			dir := good(t)
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			return dir
		}
	}
	for _, c := range []struct {
		name string
		make func(*testing.T) string
		want string
	}{
		{"no folder", func(t *testing.T) string { return filepath.Join(t.TempDir(), "absent") }, "no such file"},
		{"no headers", remove("include/ATen/ATen.h"), "include/ATen/ATen.h is missing"},
		{"no library", remove("lib/libtorch_cpu.so"), "lib/libtorch_cpu.so is missing"},
		{"no version", remove("version.py"), "which version"},
		{"torch 1", func(t *testing.T) string {
			return torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), "1.13.1", true)
		}, "is torch 1.13.1, and this program needs 2.x"},
		{"too old a torch 2", func(t *testing.T) string {
			return torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), "2.5.1+cu124", true)
		}, "is torch 2.5.1+cu124, and this program needs 2.x from 2.6 on"},
		{"a torch to come", func(t *testing.T) string {
			return torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), "3.0.0", true)
		}, "is torch 3.0.0"},
		{"library that is none", func(t *testing.T) string {
			dir := good(t)
			torchtest.Write(t, filepath.Join(dir, "lib/libc10.so"), "<html>")
			return dir
		}, "libc10.so is not a library"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(c.make(t))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestIdentityIgnoresTheFolderOnly(t *testing.T) {
	identity := func(version string, abi bool) string {
		got, err := Open(torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), version, abi))
		if err != nil {
			t.Fatal(err)
		}
		return got.Identity()
	}
	here := identity("2.11.0", true)
	if there := identity("2.11.0", true); there != here {
		t.Errorf("the same wheel in another folder: %q, %q", here, there)
	}
	if other := identity("2.10.0", true); other == here {
		t.Errorf("another version has the same identity %q", here)
	}
	if old := identity("2.11.0", false); old == here {
		t.Errorf("another ABI has the same identity %q", here)
	}
}

func TestCache(t *testing.T) {
	t.Setenv("CUTPASTE_CACHE", "/somewhere")
	if got, err := Cache(); err != nil || got != "/somewhere/libtorch" {
		t.Errorf("Cache() = %s, %v", got, err)
	}
	t.Setenv("CUTPASTE_CACHE", "")
	t.Setenv("XDG_CACHE_HOME", "/home/me/.cache")
	if got, err := Cache(); err != nil || got != "/home/me/.cache/cutpaste/libtorch" {
		t.Errorf("Cache() = %s, %v", got, err)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := Cache(); err == nil || !strings.Contains(err.Error(), "set CUTPASTE_CACHE") {
		t.Errorf("without a home: %v", err)
	}
}
