package install

import (
	"regexp"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
)

// A slip of the keyboard in the tables would be found only by the download.
func TestWheelsAreWellFormed(t *testing.T) {
	sum := regexp.MustCompile(`^[0-9a-f]{64}$`)
	for _, r := range locate.Releases {
		s, ok := sets[r.Version]
		if !ok {
			t.Fatalf("torch %s has no wheels", r.Version)
		}
		for name, list := range map[string][]wheel{r.SetName(false): s.cpu, r.SetName(true): s.cuda, r.HeadersName(): s.headers} {
			seen := map[string]bool{}
			for _, w := range list {
				if !sum.MatchString(w.SHA256) || seen[w.SHA256] {
					t.Errorf("%s: %s: hash %q is none or another wheel's", name, w.Name, w.SHA256)
				}
				seen[w.SHA256] = true
				if !strings.HasPrefix(w.Name, strings.ReplaceAll(w.Project, "-", "_")+"-") || !strings.HasSuffix(w.Name, "x86_64.whl") {
					t.Errorf("%s: %s is no wheel of %s for amd64", name, w.Name, w.Project)
				}
				if w.Bytes < 50_000 || w.Bytes > 1_000_000_000 {
					t.Errorf("%s: %s of %d bytes", name, w.Name, w.Bytes)
				}
			}
			if name != r.HeadersName() && !strings.HasPrefix(list[0].Name, "torch-"+r.Version+"-") {
				t.Errorf("%s: %s is not torch %s, which the cache's folder is named after", name, list[0].Name, r.Version)
			}
		}
	}
}

// The names are from the wheels' own lists.
func TestKeep(t *testing.T) {
	for _, c := range []struct {
		name                string
		cpu, cuda, libs, hs bool // torch for the CPU, for CUDA; NVIDIA's libraries, headers
	}{
		{"torch/lib/libtorch_cpu.so", true, true, false, false},
		{"torch/lib/libc10.so", true, true, false, false},
		{"torch/lib/libgomp.so.1", true, true, false, false},
		{"torch/version.py", true, true, false, false},
		{"torch/include/ATen/ATen.h", true, true, false, false},
		{"torch/include/torch/csrc/api/include/torch/version.h", true, true, false, false},
		{"torch/lib/libtorch_cuda.so", false, true, false, false},
		{"torch/lib/libtorch_cuda_linalg.so", false, true, false, false},
		{"torch/lib/libc10_cuda.so", false, true, false, false},
		{"torch/lib/libcaffe2_nvrtc.so", false, true, false, false},
		{"torch/lib/libtorch_python.so", false, false, false, false},
		{"torch/lib/libshm.so", false, false, false, false},
		{"torch/lib/libshm/libshm.h", false, false, false, false},
		{"torch/bin/ptxas", false, false, false, false},
		{"torch/_C.cpython-312-x86_64-linux-gnu.so", false, false, false, false},
		{"torch/__init__.py", false, false, false, false},
		{"torch-2.11.0.dist-info/METADATA", true, true, true, true},
		{"torch-2.11.0.dist-info/licenses/LICENSE", true, true, true, true},
		{"torch-2.11.0.dist-info/RECORD", false, false, false, false},
		{"nvidia/cudnn/lib/libcudnn.so.9", false, false, true, false},
		{"nvidia/cu13/lib/libcudart_static.a", false, false, false, false},
		{"nvidia/cu13/include/crt/math_functions.h", false, false, false, true},
		{"nvidia/__init__.py", false, false, false, false},
	} {
		for what, f := range map[string]struct {
			keep func(string) bool
			want bool
		}{
			"torch for the CPU": {keepTorchCPU, c.cpu}, "torch for CUDA": {keepTorchCUDA, c.cuda},
			"libraries": {keepLibraries, c.libs}, "headers": {keepHeaders, c.hs},
		} {
			if got := f.keep(c.name); got != f.want {
				t.Errorf("%s: %s kept: %t, want %t", what, c.name, got, f.want)
			}
		}
	}
	only := keepOnly("nvidia/cu13/lib/libcupti.so.13")
	if !only("nvidia/cu13/lib/libcupti.so.13") || only("nvidia/cu13/lib/libnvperf_host.so") {
		t.Error("keepOnly keeps another file than its own")
	}
}
