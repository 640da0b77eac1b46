package torch

import (
	"os"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	if d, err := Find("cpu"); d != CPU || err != nil {
		t.Errorf("cpu: %q, %v", d, err)
	}
	for _, name := range []string{"", "gpu", "cuda:", "cuda:x", "cuda:-1", "CUDA"} {
		_, err := Find(name)
		if err == nil || !strings.Contains(err.Error(), "use auto, cpu, cuda or cuda:N") {
			t.Errorf("device %q: %v", name, err)
		}
	}
}

func TestFindWithoutCUDA(t *testing.T) {
	if devices, _ := CUDA(); devices > 0 {
		t.Skip("this machine has a CUDA device")
	}
	if d, err := Find("auto"); d != CPU || err != nil {
		t.Errorf("auto: %q, %v", d, err)
	}
	for _, name := range []string{"cuda", "cuda:0", "cuda:7"} {
		_, err := Find(name)
		if err == nil {
			t.Fatalf("%s was found", name)
		}
		text := err.Error()
		if strings.Contains(text, "\n") || !strings.Contains(text, "use device=cpu") || !strings.HasPrefix(text, "device cuda:") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

func TestFindWithCUDA(t *testing.T) {
	devices, reason := CUDA()
	if devices == 0 {
		t.Skip("no CUDA device: " + reason)
	}
	for _, name := range []string{"auto", "cuda", "cuda:0"} {
		if d, err := Find(name); d != "cuda:0" || err != nil {
			t.Errorf("%s: %q, %v", name, d, err)
		}
	}
	if _, err := Find("cuda:99"); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("cuda:99: %v", err)
	}
	inScope(t, func() {
		x := From([]float32{1, 2}, 1, 2).To("cuda:0")
		y := Linear(x, From([]float32{3, 4}, 1, 2).To("cuda:0"), Tensor{})
		Device("cuda:0").Synchronize()
		wantNear(t, "product", Read[float64](y), []float64{11}, 0)
	})
}

func TestSynchronizeCPU(t *testing.T) {
	inScope(t, CPU.Synchronize)
	if CPU.IsCUDA() || !Device("cuda:1").IsCUDA() {
		t.Error("IsCUDA is wrong")
	}
}

// cuBLAS repeats its sums only with a workspace of a set size, which is asked for
// where determinism is, unless the user chose one.
func TestDeterministicWorkspace(t *testing.T) {
	const name = "CUBLAS_WORKSPACE_CONFIG"
	t.Setenv(name, "") // is put back as it was at the end
	for _, c := range []struct {
		before string
		on     bool
		want   string
	}{{"", true, ":4096:8"}, {":16:8", true, ":16:8"}, {"", false, ""}} {
		os.Unsetenv(name)
		if c.before != "" {
			os.Setenv(name, c.before)
		}
		inScope(t, func() { SetDeterministic(c.on) })
		if got := os.Getenv(name); got != c.want {
			t.Errorf("%q became %q with determinism %v, want %q", c.before, got, c.on, c.want)
		}
	}
	inScope(t, func() { SetDeterministic(false) }) // libtorch's own default
}
