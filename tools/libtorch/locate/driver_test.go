package locate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cutpaste/cutpaste/tools/libtorch/torchtest"
)

func TestDriverVersion(t *testing.T) {
	dir := t.TempDir()
	torchtest.Write(t, filepath.Join(dir, "libcuda.so.535.183.01"), "")
	link := filepath.Join(dir, "libcuda.so.1")
	if err := os.Symlink("libcuda.so.535.183.01", link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, module, file, tool, want string
	}{
		{"module", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n", link, "", "550.54.14"},
		{"open module", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22-I3)\n", link, "", "580.65.06"},
		{"library's name", "", link, "", "535.183.01"},
		{"tool, with two GPUs", "", "/usr/lib/wsl/lib/libcuda.so.1", "551.61\n551.61\n", "551.61"},
		{"tool that fails", "", "/usr/lib/wsl/lib/libcuda.so.1", "NVIDIA-SMI has failed because it couldn't communicate", ""},
		{"nothing", "", "/usr/lib/wsl/lib/libcuda.so.1", "", ""},
	} {
		if got := driverVersion(c.module, c.file, func() string { return c.tool }); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBranch(t *testing.T) {
	for version, want := range map[string]int{"580.65.06": 580, "551.61": 551, "": 0, "unknown": 0} {
		if got := (&Driver{Version: version}).Branch(); got != want {
			t.Errorf("%q: %d, want %d", version, got, want)
		}
	}
}

// A library on the path is a driver too.
func TestFindDriver(t *testing.T) {
	dir := t.TempDir()
	torchtest.Write(t, filepath.Join(dir, "libcuda.so.1"), "")
	t.Setenv("LD_LIBRARY_PATH", "/nowhere:"+dir)
	if got := FindDriver(); got == nil || got.File != filepath.Join(dir, "libcuda.so.1") {
		t.Errorf("%+v", got)
	}
}
