package install

import (
	"path"
	"strings"

	"github.com/cutpaste/cutpaste/tools/fetch"
)

// wheel is a pinned file of PyPI and which part of it is unpacked.
type wheel struct {
	fetch.File
	// keep tells whether a file of the wheel is wanted, by its name in it.
	keep func(name string) bool
}

// set is what belongs to one version of torch.
type set struct {
	cpu     []wheel // all that libtorch_cpu.so needs
	cuda    []wheel // all that torch requires on Linux but what is for Python
	headers []wheel // what code that uses torch's CUDA part is compiled against
	// unpacked are the bytes that each takes once installed, as measured; they
	// are for the question whether the disk has room, asked before the download.
	cpuUnpacked, cudaUnpacked, headersUnpacked int64
}

// sets are those of locate.Releases, by the version.
//
// The wheels are those of torch's metadata, for Linux on amd64. "cp312" is chosen
// for no reason but to choose one: the C++ libraries and headers are the same in
// the wheels for every Python. libtorch_cpu.so was linked with CUDA's profiler
// and runtime (libcupti, libcudart), so these two come along even where there is
// no GPU; they need no driver to be loaded. CUDA's headers stand apart from the
// others, since they serve with a GPU or without one, and a torch of the user's
// own.
var sets = map[string]set{"2.11.0": cuda13, "2.8.0": cuda12}

// keepTorchCPU takes the headers, the three libraries of the CPU part, and what
// says which version and under which licence this is.
func keepTorchCPU(name string) bool {
	switch name {
	case "torch/lib/libtorch_cpu.so", "torch/lib/libc10.so", "torch/lib/libgomp.so.1", "torch/version.py":
		return true
	}
	return strings.HasPrefix(name, "torch/include/") || isLicence(name)
}

// keepTorchCUDA adds the other libraries but Python's.
func keepTorchCUDA(name string) bool {
	switch name {
	case "torch/lib/libtorch_python.so", "torch/lib/libshm.so":
		return false
	}
	return keepTorchCPU(name) || path.Dir(name) == "torch/lib" && strings.Contains(path.Base(name), ".so")
}

func keepOnly(file string) func(string) bool {
	return func(name string) bool { return name == file || isLicence(name) }
}

func keepLibraries(name string) bool {
	return strings.HasPrefix(name, "nvidia/") && strings.Contains(path.Base(name), ".so") || isLicence(name)
}

func keepHeaders(name string) bool {
	return strings.HasPrefix(name, "nvidia/") && strings.Contains(name, "/include/") || isLicence(name)
}

func isLicence(name string) bool {
	folder, rest, _ := strings.Cut(name, "/")
	return strings.HasSuffix(folder, ".dist-info") && (rest == "METADATA" || strings.HasPrefix(strings.ToLower(rest), "licen") || rest == "NOTICE")
}
