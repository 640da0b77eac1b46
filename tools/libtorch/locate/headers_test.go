package locate

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/tools/libtorch/torchtest"
)

func TestCUDAVersion(t *testing.T) {
	for _, c := range []struct{ version, line, want string }{
		{"2.11.0+cu130", "cuda: Optional[str] = '13.0'", "13.0"}, // PyPI's wheel
		{"2.6.0", "cuda: Optional[str] = '12.4'", "12.4"},
		{"2.8.0", "cuda = '12.8'", "12.8"},
		{"2.9.0+cu128", "", "12.8"}, // pytorch.org's archive
		{"2.9.0+cpu", "cuda: Optional[str] = None", ""},
	} {
		dir := torchtest.Make(t, filepath.Join(t.TempDir(), "torch"), c.version, true)
		torchtest.Write(t, filepath.Join(dir, "version.py"), "__version__ = '"+c.version+"'\n"+c.line+"\n")
		torch, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if torch.CUDAVersion != c.want {
			t.Errorf("%s, %q: CUDA %q, want %q", c.version, c.line, torch.CUDAVersion, c.want)
		}
	}
}

func TestCUDAHeaders(t *testing.T) {
	t.Setenv("CUDA_HOME", "")
	site, cache, home := t.TempDir(), t.TempDir(), t.TempDir()
	torch := Torch{Dir: filepath.Join(site, "torch"), Version: "2.11.0+cu130", CUDAVersion: "13.0"}
	headers := func(dir, version string) {
		torchtest.Write(t, filepath.Join(dir, "cuda_runtime_api.h"), "#ifndef X\n#define CUDART_VERSION  "+version+"\n")
		torchtest.Write(t, filepath.Join(dir, "crt/host_config.h"), "")
	}
	found := func(why, want string) {
		t.Helper()
		if got, err := torch.CUDAHeaders(cache); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v; want %q", why, got, err, want)
		}
	}
	missing := func(why, want string) {
		t.Helper()
		if got, err := torch.CUDAHeaders(cache); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want an error with %q", why, got, err, want)
		}
	}
	missing("nowhere", "the headers of CUDA 13.0 are neither beside "+torch.Dir)
	torchtest.Write(t, filepath.Join(site, "nvidia/cu13/include/cuda_runtime_api.h"), "#define CUDART_VERSION 13000\n")
	missing("without crt/, as PyPI's torch comes", "go run ./tools/libtorch headers")
	old := filepath.Join(home, "include")
	headers(old, "12080")
	t.Setenv("CUDA_HOME", home)
	missing("of another CUDA", "are neither beside")
	headers(old, "13010")
	found("CUDA_HOME", old)
	kept := filepath.Join(cache, headersName("13.0"), "nvidia/cu13/include")
	headers(kept, "13000")
	found("the cache", kept)
	headers(filepath.Join(site, "nvidia/cu13/include"), "13000")
	found("beside", filepath.Join(site, "nvidia/cu13/include"))

	torch.CUDAVersion = "12.8"
	missing("for another CUDA", "the headers of CUDA 12.8")
	runtime, compiler := filepath.Join(site, "nvidia/cuda_runtime/include"), filepath.Join(site, "nvidia/cuda_nvcc/include")
	torchtest.Write(t, filepath.Join(runtime, "cuda_runtime_api.h"), "#define CUDART_VERSION 12080\n")
	missing("without CUDA 12's crt/", "the headers of CUDA 12.8")
	torchtest.Write(t, filepath.Join(compiler, "crt/host_config.h"), "")
	found("in CUDA 12's two folders", runtime+" "+compiler)

	torch.CUDAVersion = ""
	missing("without CUDA", "was made without CUDA")
}
