package locate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// CUDAHeaders returns the folders with the headers of CUDA's runtime that this
// torch's own headers include: beside it (NVIDIA's wheels), in the cache, in
// $CUDA_HOME or where CUDA's toolkit is usually put. The major version must be
// the torch's. PyPI's torch alone brings the headers in part only: those in
// crt/ are in a wheel that it does not require. The error is half a sentence,
// the reason.
func (t *Torch) CUDAHeaders(cache string) ([]string, error) {
	major, _, ok := strings.Cut(t.CUDAVersion, ".")
	if !ok {
		return nil, fmt.Errorf("torch %s in %s was made without CUDA", t.Version, t.Dir)
	}
	beside := filepath.Join(filepath.Dir(t.Dir), "nvidia")
	candidates := [][]string{
		{filepath.Join(beside, "cu"+major, "include")},
		{filepath.Join(beside, "cuda_runtime/include"), filepath.Join(beside, "cuda_nvcc/include")}, // the wheels up to CUDA 12
	}
	kept, err := filepath.Glob(filepath.Join(cache, headersName(major+".*")))
	if err != nil {
		return nil, err
	}
	for _, dir := range kept {
		folders, err := filepath.Glob(filepath.Join(dir, "nvidia/*/include"))
		if err != nil {
			return nil, err
		}
		candidates = append(candidates, folders)
	}
	if home := os.Getenv("CUDA_HOME"); home != "" {
		candidates = append(candidates, []string{filepath.Join(home, "include")})
	}
	candidates = append(candidates, []string{"/usr/local/cuda/include"})
	for _, folders := range candidates {
		if complete(folders, major) {
			return folders, nil
		}
	}
	return nil, fmt.Errorf("the headers of CUDA %s are neither beside %s nor in the cache nor in /usr/local/cuda; fetch them (go run ./tools/libtorch headers) or name a CUDA %s toolkit in CUDA_HOME", t.CUDAVersion, t.Dir, major)
}

// complete tells whether the folders together have the headers of a CUDA.
func complete(folders []string, major string) bool {
	var compiler, runtime bool
	for _, dir := range folders {
		compiler = compiler || isFile(filepath.Join(dir, "crt/host_config.h"))
		runtime = runtime || runtimeMajor(dir) == major
	}
	return compiler && runtime
}

var runtimeVersion = regexp.MustCompile(`(?m)^#define\s+CUDART_VERSION\s+(\d+)\d{3}\b`)

// runtimeMajor reads CUDA's major version from its runtime's header, "" where
// there is none.
func runtimeMajor(include string) string {
	text, err := os.ReadFile(filepath.Join(include, "cuda_runtime_api.h"))
	if err != nil {
		return ""
	}
	if m := runtimeVersion.FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}
