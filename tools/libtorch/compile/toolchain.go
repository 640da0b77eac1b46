package compile

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// Toolchain is a C++ compiler that also links.
type Toolchain struct {
	CXX     string // as it is called
	Version string // first line of --version
}

// FindToolchain takes $CXX, or g++.
func FindToolchain(ctx context.Context) (*Toolchain, error) {
	cxx := os.Getenv("CXX")
	if cxx == "" {
		cxx = "g++"
	}
	path, err := exec.LookPath(cxx)
	if err != nil {
		return nil, fmt.Errorf("the C++ compiler %s is not there; install it (Debian and Ubuntu: sudo apt-get install g++) or name another one in CXX", cxx)
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --version fails (%w); name a working C++ compiler in CXX", path, err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return &Toolchain{CXX: path, Version: first}, nil
}

// bytesPerJob is the memory of one compiler on libtorch's headers: GCC 12 took
// 1.2 to 1.4 GB for gotorch's sources.
const bytesPerJob = 1.5e9

// Jobs is how many compilers run at once: one a core, as far as the memory that
// is free goes.
func Jobs() int {
	jobs := runtime.GOMAXPROCS(0)
	if free := memAvailable(); free > 0 {
		jobs = min(jobs, int(float64(free)/bytesPerJob))
	}
	return max(1, jobs)
}

// memAvailable returns bytes from /proc/meminfo, 0 where it is unknown.
func memAvailable() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "MemAvailable: %d kB", &kib); err == nil {
			return kib * 1024
		}
	}
	return 0
}
