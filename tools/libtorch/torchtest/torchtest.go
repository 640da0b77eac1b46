// Package torchtest makes torch folders for tests: the right files with hardly
// anything in them, compiled by the real compiler.
package torchtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// stub has the symbols that tell the two ABIs apart, and one to link to.
const stub = `#include <string>
namespace c10 { int length(std::string s) { return static_cast<int>(s.size()); } }
int libtorch() { return 2; }
`

// libraries are the stub compiled for the old and the new std::string, once a
// test program.
var libraries = [2]func() ([]byte, error){
	sync.OnceValues(func() ([]byte, error) { return library("-D_GLIBCXX_USE_CXX11_ABI=0") }),
	sync.OnceValues(func() ([]byte, error) { return library("-D_GLIBCXX_USE_CXX11_ABI=1") }),
}

func library(abi string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "torchtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("g++", "-shared", "-fPIC", abi, "-o", filepath.Join(dir, "stub.so"), "-x", "c++", "-")
	cmd.Stdin = strings.NewReader(stub)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("g++: %w: %s", err, out)
	}
	return os.ReadFile(filepath.Join(dir, "stub.so"))
}

// Make writes a torch folder of the given version into dir (which is made), with
// the new or the old std::string, and returns dir.
func Make(t testing.TB, dir, version string, cxx11ABI bool) string {
	t.Helper()
	Write(t, filepath.Join(dir, "include/ATen/ATen.h"), "#pragma once\n")
	Write(t, filepath.Join(dir, "include/torch/csrc/api/include/torch/torch.h"), "#pragma once\nnamespace torch { inline int answer() { return 42; } }\n")
	Write(t, filepath.Join(dir, "version.py"), "from typing import Optional\n\n__version__ = '"+version+"'\ndebug = False\n")
	compiled := libraries[0]
	if cxx11ABI {
		compiled = libraries[1]
	}
	lib, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	Write(t, filepath.Join(dir, "lib/libc10.so"), string(lib))
	Write(t, filepath.Join(dir, "lib/libtorch_cpu.so"), string(lib))
	return dir
}

// Write writes a file and the folders above it.
func Write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
