package locate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// CUDAHeaders returns the folder with the headers of CUDA's runtime that this
// torch's own headers include: beside it (NVIDIA's wheels), in the cache, in
// $CUDA_HOME or where CUDA's toolkit is usually put. The major version must be
// the torch's. PyPI's torch alone brings the headers in part only: those in
// crt/ are in a wheel that it does not require. The error is half a sentence,
// the reason.
func (t *Torch) CUDAHeaders(cache string) (string, error) {
	major, _, ok := strings.Cut(t.CUDAVersion, ".")
	if !ok {
		return "", fmt.Errorf("torch %s in %s was made without CUDA", t.Version, t.Dir)
	}
	beside := filepath.Join(filepath.Dir(t.Dir), "nvidia")
	candidates := []string{
		filepath.Join(beside, "cu"+major, "include"),
		filepath.Join(beside, "cuda_runtime/include"), // the wheels up to CUDA 12
	}
	kept, err := filepath.Glob(filepath.Join(cache, "cuda-"+major+".*-headers/nvidia/*/include"))
	if err != nil {
		return "", err
	}
	candidates = append(candidates, kept...)
	if home := os.Getenv("CUDA_HOME"); home != "" {
		candidates = append(candidates, filepath.Join(home, "include"))
	}
	candidates = append(candidates, "/usr/local/cuda/include")
	for _, dir := range candidates {
		if isFile(filepath.Join(dir, "crt/host_config.h")) && runtimeMajor(dir) == major {
			return dir, nil
		}
	}
	return "", fmt.Errorf("the headers of CUDA %s are neither beside %s nor in the cache nor in /usr/local/cuda; fetch them (go run ./tools/libtorch headers) or name a CUDA %s toolkit in CUDA_HOME", t.CUDAVersion, t.Dir, major)
}

// HeadersName is the name in the cache of the folder above nvidia/ with the
// headers of a version of CUDA, such as 13.0.
func HeadersName(cuda string) string { return "cuda-" + cuda + "-headers" }

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
