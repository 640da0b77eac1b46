package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
	"github.com/cutpaste/cutpaste/tools/libtorch/torchtest"
)

// clean unsets what the user's environment would decide.
func clean(t *testing.T) (root, cache string) {
	t.Helper()
	t.Setenv("LIBTORCH", "")
	t.Setenv("CUDA", "0")
	t.Setenv("TORCH", "")
	return t.TempDir(), filepath.Join(t.TempDir(), "libtorch")
}

// chosen is the folder that choose takes, "" for none.
func chosen(t *testing.T, root, cache string, cuda bool) string {
	t.Helper()
	torch, err := choose(root, cache, locate.Choice{Release: locate.Releases[0], WithCUDA: cuda})
	if err != nil {
		t.Fatal(err)
	}
	if torch == nil {
		return ""
	}
	return torch.Dir
}

func TestChoose(t *testing.T) {
	root, cache := clean(t)
	if got := chosen(t, root, cache, false); got != "" {
		t.Fatalf("with nothing there it took %s", got)
	}
	cached := torchtest.Make(t, filepath.Join(cache, locate.Releases[0].SetName(false), "torch"), "2.11.0", true)
	if got := chosen(t, root, cache, false); got != cached {
		t.Errorf("with one in the cache it took %q", got)
	}
	own := torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), "2.9.0", true)
	t.Setenv("LIBTORCH", own)
	if got := chosen(t, root, cache, false); got != own {
		t.Errorf("with LIBTORCH it took %q", got)
	}
	t.Setenv("LIBTORCH", filepath.Join(own, "include"))
	if _, err := choose(root, cache, locate.Choice{}); err == nil || !strings.HasPrefix(err.Error(), "LIBTORCH: ") {
		t.Errorf("with a wrong LIBTORCH: %v", err)
	}
	t.Setenv("LIBTORCH", own)
	t.Setenv("CUDA", "1")
	if _, err := choose(root, cache, locate.Choice{}); err == nil || !strings.Contains(err.Error(), own+" has no CUDA part") {
		t.Errorf("with a LIBTORCH without CUDA, and CUDA=1: %v", err)
	}
}

func TestChooseRemembersTheUsersOwn(t *testing.T) {
	root, cache := clean(t)
	build := filepath.Join(root, "build")
	if err := os.MkdirAll(filepath.Join(build, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	use := func(dir string) {
		t.Helper()
		torch, err := locate.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := layOut(build, torch); err != nil {
			t.Fatal(err)
		}
	}
	cpu := torchtest.Make(t, filepath.Join(cache, locate.Releases[0].SetName(false), "torch"), "2.11.0", true)
	own := torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), "2.9.0", true)
	use(own)
	if got := chosen(t, root, cache, false); got != own {
		t.Errorf("it forgot the user's own and took %q", got)
	}
	// A driver on the machine is no reason to leave what the user chose; CUDA=1 is.
	if got := chosen(t, root, cache, true); got != own {
		t.Errorf("for the driver it took %q", got)
	}
	t.Setenv("CUDA", "1")
	if got := chosen(t, root, cache, true); got != "" {
		t.Errorf("for CUDA=1 it took %q, which has no CUDA", got)
	}
	t.Setenv("CUDA", "")
	t.Setenv("TORCH", "2.11.0")
	if got := chosen(t, root, cache, false); got != cpu {
		t.Errorf("for TORCH=2.11.0 it took %q", got)
	}
	t.Setenv("TORCH", "")
	// The cache's CPU set, in contrast, makes way when a driver appears.
	t.Setenv("CUDA", "")
	use(cpu)
	if got := chosen(t, root, cache, false); got != cpu {
		t.Errorf("it took %q", got)
	}
	if got := chosen(t, root, cache, true); got != "" {
		t.Errorf("for the driver it took %q, which has no CUDA", got)
	}
}

func TestLayOut(t *testing.T) {
	build := t.TempDir()
	if err := os.MkdirAll(filepath.Join(build, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"2.9.0", "2.11.0"} { // the second replaces the first
		torch, err := locate.Open(torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), version, true))
		if err != nil {
			t.Fatal(err)
		}
		if err := layOut(build, torch); err != nil {
			t.Fatal(err)
		}
		there, err := locate.Open(filepath.Join(build, "libtorch"))
		if err != nil {
			t.Fatal(err)
		}
		if there.Version != version {
			t.Errorf("build/libtorch is %s, want %s", there.Version, version)
		}
	}
	if text, err := os.ReadFile(filepath.Join(build, "lib/libtorch.so")); err != nil || string(text) != "INPUT(-ltorch_cpu)\n" {
		t.Errorf("linker script %q, %v", text, err)
	}
}

func TestVerbs(t *testing.T) {
	clean(t)
	for _, args := range [][]string{nil, {"nothing"}, {"install", "now"}} {
		if err := runVerb(t.Context(), args); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
	t.Setenv("LIBTORCH", t.TempDir())
	for _, verb := range []string{"install", "build", "find"} {
		if err := runVerb(t.Context(), []string{verb}); err == nil || !strings.Contains(err.Error(), "LIBTORCH") {
			t.Errorf("%s with an empty LIBTORCH: %v", verb, err)
		}
	}
	t.Setenv("CUDA", "maybe")
	if err := runVerb(t.Context(), []string{"find"}); err == nil || !strings.Contains(err.Error(), "CUDA=maybe") {
		t.Errorf("CUDA=maybe: %v", err)
	}
	t.Chdir("/")
	if err := runVerb(t.Context(), []string{"find"}); err == nil || !strings.Contains(err.Error(), "not inside the repository") {
		t.Errorf("outside the repository: %v", err)
	}
}

func TestModuleFolder(t *testing.T) {
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := moduleFolder(t.Context(), root, gotorch)
	if err != nil {
		t.Fatal(err)
	}
	if sources, err := filepath.Glob(filepath.Join(dir, "cgotorch/*.cc")); err != nil || len(sources) != 9 {
		t.Errorf("%d sources in %s, want gotorch's nine", len(sources), dir)
	}
	if _, err := moduleFolder(t.Context(), root, "example.com/no/such/module"); err == nil || !strings.Contains(err.Error(), "cannot be had") {
		t.Errorf("unknown module: %v", err)
	}
}
