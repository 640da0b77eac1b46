package locate

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Driver is an NVIDIA driver that was found.
type Driver struct {
	// File is the one by which it was recognised.
	File string
	// Version is the driver's own, such as "580.65.06", or "" if nothing says it.
	Version string
}

// Branch is the driver's major version, such as 580, or 0 where the version is
// not known.
func (d *Driver) Branch() int {
	digits, _, _ := strings.Cut(d.Version, ".")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// runs tells whether programs made with a version of CUDA run on the driver, as
// far as is known.
func (d *Driver) runs(cuda string) bool { return d.Branch() == 0 || d.Branch() >= DriverNeeded(cuda) }

// moduleVersion is written by the kernel's module. In containers it is the
// host's.
const moduleVersion = "/proc/driver/nvidia/version"

// driverSigns are the files by which an NVIDIA driver is seen without asking
// it: the kernel module's, and its library where distributions and container
// runtimes put it.
var driverSigns = []string{
	moduleVersion,
	"/usr/lib/x86_64-linux-gnu/libcuda.so.1",
	"/usr/lib64/libcuda.so.1",
	"/usr/lib/libcuda.so.1",
	"/usr/local/nvidia/lib64/libcuda.so.1",
	"/usr/lib/wsl/lib/libcuda.so.1",
}

// FindDriver returns the NVIDIA driver of this machine, or nil where there is
// none. Folders of LD_LIBRARY_PATH count as well.
func FindDriver() *Driver {
	signs := driverSigns
	for _, dir := range filepath.SplitList(os.Getenv("LD_LIBRARY_PATH")) {
		signs = append([]string{filepath.Join(dir, "libcuda.so.1")}, signs...)
	}
	for _, file := range signs {
		if isFile(file) {
			module, _ := os.ReadFile(moduleVersion) // there is none in WSL
			return &Driver{File: file, Version: driverVersion(string(module), file, askDriver)}
		}
	}
	return nil
}

var (
	// NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024
	// NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (...)
	moduleLine = regexp.MustCompile(`(?m)^NVRM version:.*?\s(\d{3,}\.\d[\d.]*)`)
	// libcuda.so.1 is a link to the library, which bears the version.
	libraryName = regexp.MustCompile(`^libcuda\.so\.(\d{3,}\.\d[\d.]*)$`)
	plainNumber = regexp.MustCompile(`^\d{3,}\.\d[\d.]*$`)
)

// driverVersion takes the version from what the kernel's module says, from the
// name of the library behind the file, or from the answer of the driver's tool.
func driverVersion(module, file string, ask func() string) string {
	if m := moduleLine.FindStringSubmatch(module); m != nil {
		return m[1]
	}
	if m := libraryName.FindStringSubmatch(filepath.Base(resolved(file))); m != nil {
		return m[1]
	}
	first, _, _ := strings.Cut(strings.TrimSpace(ask()), "\n")
	if plainNumber.MatchString(first) {
		return first
	}
	return ""
}

// resolved is the file that a path leads to, or the path.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// askDriver runs nvidia-smi, in WSL the only one that tells.
func askDriver() string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, command := range []string{"nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi"} {
		out, err := exec.CommandContext(ctx, command, "--query-gpu=driver_version", "--format=csv,noheader").Output()
		if err == nil {
			return string(out)
		}
	}
	return ""
}
