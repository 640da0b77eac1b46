package locate

import (
	"fmt"
	"os"
	"path/filepath"
)

// driverSigns are the files by which an NVIDIA driver is seen without asking
// it: the kernel module's, and its library where distributions and container
// runtimes put it.
var driverSigns = []string{
	"/proc/driver/nvidia/version",
	"/usr/lib/x86_64-linux-gnu/libcuda.so.1",
	"/usr/lib64/libcuda.so.1",
	"/usr/lib/libcuda.so.1",
	"/usr/local/nvidia/lib64/libcuda.so.1",
	"/usr/lib/wsl/lib/libcuda.so.1",
}

// Driver returns the file by which an NVIDIA driver was recognised, or "" where
// there is none. Folders of LD_LIBRARY_PATH count as well.
func Driver() string {
	for _, dir := range filepath.SplitList(os.Getenv("LD_LIBRARY_PATH")) {
		if file := filepath.Join(dir, "libcuda.so.1"); isFile(file) {
			return file
		}
	}
	for _, file := range driverSigns {
		if isFile(file) {
			return file
		}
	}
	return ""
}

// WantCUDA tells whether CUDA's libraries belong to this machine's libtorch:
// CUDA=1 and CUDA=0 decide, and without them the driver does.
func WantCUDA() (bool, error) {
	switch v := os.Getenv("CUDA"); v {
	case "1":
		return true, nil
	case "0":
		return false, nil
	case "":
		return Driver() != "", nil
	default:
		return false, fmt.Errorf("CUDA=%s is neither 1 (with CUDA's libraries) nor 0 (without); leave it unset to let the driver decide", v)
	}
}
