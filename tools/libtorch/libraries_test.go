package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/tools/libtorch/compile"
	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
	"github.com/cutpaste/cutpaste/tools/libtorch/torchtest"
)

// clone is a folder with what libraries looks at: go.mod, for gotorch's version,
// and a source in each of the folders.
func clone(t *testing.T, folders ...string) string {
	t.Helper()
	here, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(here, name))
		if err != nil {
			t.Fatal(err)
		}
		torchtest.Write(t, filepath.Join(root, name), string(text))
	}
	for _, dir := range folders {
		torchtest.Write(t, filepath.Join(root, dir, "a.cc"), "int a;\n")
	}
	return root
}

func TestLibraries(t *testing.T) {
	t.Setenv("CUTPASTE_CACHE", t.TempDir())
	t.Setenv("CUDA_HOME", "")
	own := &locate.Torch{Dir: filepath.Join(t.TempDir(), "torch"), Version: "2.9.0+cu907", CUDAVersion: "90.7"} // no machine has its headers
	list := func(root string, tests bool) (names []string, all []compile.Library) {
		t.Helper()
		all, err := libraries(t.Context(), root, own, tests)
		if err != nil {
			t.Fatal(err)
		}
		for _, lib := range all {
			names = append(names, strings.TrimSuffix(lib.Name, ".so"))
		}
		return names, all
	}
	product := []string{"libcgotorch", "libcutpaste_torch"}

	root := clone(t)
	if got, _ := list(root, true); !slices.Equal(got, product) {
		t.Errorf("without the folders of the others: %q", got)
	}
	root = clone(t, "nets/torch/shim/cuda", "nets/torch/standin/device")
	stale := filepath.Join(root, "build/lib/libcutpaste_cuda.so")
	torchtest.Write(t, stale, "of another libtorch")
	if got, _ := list(root, false); !slices.Equal(got, product) {
		t.Errorf("without CUDA's headers: %q", got)
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("a library for another libtorch's CUDA was left")
	}
	headers := filepath.Join(filepath.Dir(own.Dir), "nvidia/cu90/include")
	torchtest.Write(t, filepath.Join(headers, "cuda_runtime_api.h"), "#define CUDART_VERSION 90070\n")
	torchtest.Write(t, filepath.Join(headers, "crt/host_config.h"), "")
	got, all := list(root, true)
	if !slices.Equal(got, append(product, "libcutpaste_cuda", "libcutpaste_standin")) {
		t.Fatalf("with all: %q", got)
	}
	if cuda := all[2]; !cuda.Open || !slices.Contains(cuda.Flags, headers) {
		t.Errorf("%+v", cuda)
	}
	if standin := all[3]; standin.Open || slices.Contains(standin.Flags, headers) {
		t.Errorf("%+v", standin)
	}
}
