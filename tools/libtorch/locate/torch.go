// Package locate answers where libtorch is: in a folder that the user names, in
// the cache that tools/libtorch fills, or nowhere yet.
//
// A torch folder is what PyPI's wheel calls torch/ and pytorch.org's archive
// calls libtorch/: include/ with the headers and lib/ with libtorch_cpu.so and
// libc10.so. Nothing here runs Python or loads a library; the version and the
// C++ ABI are read from files.
package locate

import (
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Torch is one torch folder, checked to be complete enough to compile and link
// against.
type Torch struct {
	// Dir is the folder that holds include/ and lib/, absolute, with symbolic
	// links resolved.
	Dir string
	// Version is what the folder says of itself, such as "2.11.0+cu130".
	Version string
	// CXX11ABI tells which std::string the libraries were compiled with.
	// PyPI's wheels of 2.6 and before used the old one; code that links to them
	// must be compiled alike.
	CXX11ABI bool
	// CUDA tells whether libtorch_cuda.so is there too.
	CUDA bool
	// CUDAVersion is the CUDA that the torch was made with, such as "13.0", or
	// "" for one without. Its libraries need not be there.
	CUDAVersion string
	// bytes is the size of libtorch_cpu.so, part of Identity.
	bytes int64
}

// needed are the files without which a folder is of no use, relative to it.
var needed = []string{
	"include/ATen/ATen.h",
	"include/torch/csrc/api/include/torch/torch.h",
	"lib/libtorch_cpu.so",
	"lib/libc10.so",
}

// Open checks the torch folder at path. Path may also be the folder above it:
// Python's site-packages, or a folder with pytorch.org's archive in it.
func Open(path string) (*Torch, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	for _, sub := range []string{"torch", "libtorch"} {
		if isFile(filepath.Join(dir, sub, needed[2])) {
			dir = filepath.Join(dir, sub)
			break
		}
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, fmt.Errorf("no libtorch at %s: %w", path, plain(err))
	}
	for _, name := range needed {
		if !isFile(filepath.Join(dir, name)) {
			return nil, fmt.Errorf("%s is no torch folder: %s is missing; name the folder that has include/ and lib/ "+
				"(python3 -c 'import torch; print(torch.__path__[0])' prints it)", path, name)
		}
	}
	t := &Torch{Dir: dir, CUDA: isFile(filepath.Join(dir, "lib/libtorch_cuda.so"))}
	if t.Version, err = version(dir); err != nil {
		return nil, err
	}
	if !supported(t.Version) {
		return nil, fmt.Errorf("%s is torch %s, and this program needs 2.x from 2.6 on (2.6.0, 2.8.0 and 2.11.0 were tried); unset LIBTORCH to have one fetched", dir, t.Version)
	}
	t.CUDAVersion = cudaVersion(dir, t.Version)
	if t.CXX11ABI, err = usesCXX11ABI(filepath.Join(dir, "lib/libc10.so")); err != nil {
		return nil, err
	}
	info, err := os.Stat(filepath.Join(dir, "lib/libtorch_cpu.so"))
	if err != nil {
		return nil, err
	}
	t.bytes = info.Size()
	return t, nil
}

// Identity tells apart libtorchs for which code must be compiled anew. The
// folder is not part of it: the same wheel unpacked elsewhere is the same.
func (t *Torch) Identity() string {
	return fmt.Sprintf("torch %s, cxx11 abi %t, libtorch_cpu.so %d bytes", t.Version, t.CXX11ABI, t.bytes)
}

// String names the version and the folder, for people.
func (t *Torch) String() string {
	kind := "CPU only"
	if t.CUDA {
		kind = strings.TrimSpace("CPU and CUDA " + t.CUDAVersion)
	}
	return fmt.Sprintf("libtorch %s (%s) in %s", t.Version, kind, t.Dir)
}

// supported tells whether the C++ sources compile against a version. 2.4 was
// tried and lacks the way to wait for any device (VirtualGuardImpl's
// synchronizeDevice), which 2.5 lacks too.
func supported(version string) bool {
	var major, minor int
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	return err == nil && major == 2 && minor >= 6
}

var versionLine = regexp.MustCompile(`(?m)^__version__\s*=\s*['"]([^'"]+)['"]`)

// version reads the wheel's version.py or the archive's build-version.
func version(dir string) (string, error) {
	if text, err := os.ReadFile(filepath.Join(dir, "version.py")); err == nil {
		if m := versionLine.FindSubmatch(text); m != nil {
			return string(m[1]), nil
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "build-version")); err == nil {
		if v := strings.TrimSpace(string(text)); v != "" {
			return v, nil
		}
	}
	return "", fmt.Errorf("%s does not say which version of torch it is: neither version.py nor build-version does; take the whole folder of a wheel or of pytorch.org's archive", dir)
}

var (
	cudaLine   = regexp.MustCompile(`(?m)^cuda\b[^=\n]*=\s*['"](\d+\.\d+)`)
	cudaSuffix = regexp.MustCompile(`\+cu(\d+)(\d)$`)
)

// cudaVersion reads it from the wheel's version.py, or from the end of the
// version, where the archive has it: 2.9.0+cu128.
func cudaVersion(dir, version string) string {
	if text, err := os.ReadFile(filepath.Join(dir, "version.py")); err == nil {
		if m := cudaLine.FindSubmatch(text); m != nil {
			return string(m[1])
		}
	}
	if m := cudaSuffix.FindStringSubmatch(version); m != nil {
		return m[1] + "." + m[2]
	}
	return ""
}

// usesCXX11ABI looks for a symbol with GCC's tag of the new std::string.
func usesCXX11ABI(lib string) (bool, error) {
	f, err := elf.Open(lib)
	if err != nil {
		return false, fmt.Errorf("%s is not a library for Linux: %w", lib, plain(err))
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return false, fmt.Errorf("%s has no symbols to link to: %w", lib, plain(err))
	}
	for _, s := range symbols {
		if strings.Contains(s.Name, "N3c10") && strings.Contains(s.Name, "__cxx11") {
			return true, nil
		}
	}
	return false, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// plain drops the operation and path that an *fs.PathError repeats, since the
// sentences here name the path themselves.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
