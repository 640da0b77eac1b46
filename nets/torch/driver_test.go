package torch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// oldDriver is a libcuda.so.1 that knows nothing but its version, which is for
// CUDA 10.1.
const oldDriver = `int cuDriverGetVersion(int *version) { *version = 10010; return 0; }`

// A driver that is too old, and a libtorch without CUDA where there is a driver,
// are told in a sentence that says what to do. The test runs itself once more
// with that driver.
func TestReasonOfAnOldDriver(t *testing.T) {
	const again = "CUTPASTE_TEST_OLD_DRIVER"
	if os.Getenv(again) != "" {
		_, reason := CUDA()
		fmt.Printf("<<%s>>\n", reason)
		return
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "cuda.c")
	if err := os.WriteFile(source, []byte(oldDriver), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-o", filepath.Join(dir, "libcuda.so.1"), source).CombinedOutput(); err != nil {
		t.Skipf("no driver can be made: %v: %s", err, out)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestReasonOfAnOldDriver$")
	cmd.Env = append(os.Environ(), again+"=1", "LD_LIBRARY_PATH="+dir+":"+os.Getenv("LD_LIBRARY_PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := "this libtorch has no CUDA part ("
	if _, err := os.Stat(filepath.Join(libtorchFolder(t), "libtorch_cuda.so")); err == nil {
		want = "the NVIDIA driver is too old: it is for CUDA 10.1, and this libtorch for CUDA 1"
	}
	got := regexp.MustCompile(`<<.*>>`).FindString(string(out))
	if !strings.HasPrefix(got, "<<"+want) || !strings.Contains(got, "make build") {
		t.Errorf("%s\nwant %q and so on", out, want)
	}
}

// libtorchFolder is where this process has libtorch from.
func libtorchFolder(t *testing.T) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	library := regexp.MustCompile(`/.*/libtorch_cpu\.so`).Find(maps)
	if library == nil {
		t.Fatal("libtorch is not loaded")
	}
	return filepath.Dir(string(library))
}
