package locate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/tools/libtorch/torchtest"
)

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		torch, cuda, driver string // driver "none": there is none
		version             string
		withCUDA            bool
		why                 string // part of it, "" for none
	}{
		{"", "", "none", "2.11.0", false, ""},
		{"", "1", "none", "2.11.0", true, ""}, // for another machine
		{"", "", "580.65.06", "2.11.0", true, ""},
		{"", "", "", "2.11.0", true, ""}, // it does not say its version
		{"", "", "575.57.08", "2.8.0", true, "driver 575.57.08 is too old for CUDA 13.0, which needs 580 or newer: libtorch 2.8.0 with CUDA 12.8"},
		{"", "1", "525.60.13", "2.8.0", true, "in place of 2.11.0."},
		{"", "0", "525.60.13", "2.11.0", false, ""},
		{"", "", "470.82.01", "2.11.0", false, "driver 470.82.01 is too old for CUDA 12.8, which needs 525 or newer: libtorch is taken without CUDA"},
		{"2.8.0", "", "none", "2.8.0", false, ""},
		{"2.8.0", "0", "580.65.06", "2.8.0", false, ""},
		{"2.8.0", "", "580.65.06", "2.8.0", true, ""},
		{"2.11.0", "1", "550.54.14", "2.11.0", true, "is taken all the same, as TORCH says."}, // with NVIDIA's compatibility package
	} {
		var d *Driver
		if c.driver != "none" {
			d = &Driver{File: "/somewhere", Version: c.driver}
		}
		got, err := choose(c.torch, c.cuda, d)
		if err != nil || got.Version != c.version || got.WithCUDA != c.withCUDA || !strings.Contains(got.Why, c.why) || c.why == "" && got.Why != "" {
			t.Errorf("TORCH=%s CUDA=%s, driver %s: %+v, %v", c.torch, c.cuda, c.driver, got, err)
		}
	}
	for _, c := range []struct{ torch, cuda, driver, want string }{
		{"2.9.0", "", "580.65.06", "TORCH=2.9.0 is none of the versions that are fetched, which are 2.11.0 and 2.8.0"},
		{"", "yes", "580.65.06", "CUDA=yes is neither"},
		{"", "1", "470.82.01", "driver 470.82.01 is too old for CUDA 12.8, which needs 525 or newer; update the driver"},
	} {
		if _, err := choose(c.torch, c.cuda, &Driver{Version: c.driver}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("TORCH=%s CUDA=%s, driver %s: %v", c.torch, c.cuda, c.driver, err)
		}
	}
}

// A version of CUDA without a known driver would make every driver do.
func TestDriversOfAllReleasesAreKnown(t *testing.T) {
	for _, r := range Releases {
		if DriverNeeded(r.CUDA) == 0 {
			t.Errorf("which driver CUDA %s needs is not known", r.CUDA)
		}
	}
}

func TestInstalled(t *testing.T) {
	cache := t.TempDir()
	now, old := Releases[0], Releases[1]
	got := func(r Release, cuda bool) string {
		torch, err := r.Installed(cache, cuda)
		if err != nil {
			t.Fatal(err)
		}
		if torch == nil {
			return ""
		}
		return filepath.Base(filepath.Dir(torch.Dir))
	}
	if got(now, false) != "" || got(now, true) != "" {
		t.Error("something is installed in an empty cache")
	}
	torchtest.Make(t, filepath.Join(cache, now.SetName(true), "torch"), now.Version, true)
	if got(now, false) != now.SetName(true) {
		t.Error("the CUDA set does not serve where the CPU set would do")
	}
	if got(old, false) != "" {
		t.Error("another version serves")
	}
	torchtest.Make(t, filepath.Join(cache, now.SetName(false), "torch"), now.Version, true)
	if got(now, false) != now.SetName(false) || got(now, true) != now.SetName(true) {
		t.Errorf("with both: cpu %s, cuda %s", got(now, false), got(now, true))
	}
	if err := os.RemoveAll(filepath.Join(cache, now.SetName(false), "torch/lib")); err != nil {
		t.Fatal(err)
	}
	if _, err := now.Installed(cache, false); err == nil || !strings.Contains(err.Error(), "delete "+filepath.Join(cache, now.SetName(false))) {
		t.Errorf("damaged cache: %v", err)
	}
}
