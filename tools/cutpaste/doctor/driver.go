package doctor

import (
	"fmt"
	"path/filepath"

	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
)

// driver compares NVIDIA's driver with what CUDA's libraries need. There is
// nothing to say of a machine without one.
func driver() []Finding {
	d := locate.FindDriver()
	if d == nil {
		return nil
	}
	t, err := locate.Open(filepath.Dir(filepath.Dir(loaded("libtorch_cpu.so"))))
	if err != nil || t.CUDAVersion == "" {
		return nil // a folder without headers, or a libtorch that was made without CUDA
	}
	return []Finding{fits(d, t)}
}

// fits tells whether the libtorch's CUDA runs on the driver and, if the libtorch
// is not the preferred one, whether the driver is the reason.
func fits(d *locate.Driver, t *locate.Torch) Finding {
	f := Finding{Name: "driver", State: OK}
	need := locate.DriverNeeded(t.CUDAVersion)
	switch {
	case d.Branch() == 0:
		f.State, f.Text = Note, fmt.Sprintf("NVIDIA, of unknown version (%s); libtorch's CUDA %s needs %d or newer", d.File, t.CUDAVersion, need)
		return f
	case d.Branch() < need:
		f.State, f.Text = Note, fmt.Sprintf("NVIDIA %s is too old for libtorch's CUDA %s, which needs %d or newer", d.Version, t.CUDAVersion, need)
		f.Next = "update the driver, or make clean, then make build without LIBTORCH and TORCH, which takes a libtorch that fits it"
		return f
	}
	f.Text = fmt.Sprintf("NVIDIA %s; libtorch's CUDA %s needs %d or newer", d.Version, t.CUDAVersion, need)
	if best := locate.Releases[0]; d.Branch() < locate.DriverNeeded(best.CUDA) {
		f.Text += fmt.Sprintf(", libtorch %s with CUDA %s would need %d", best.Version, best.CUDA, locate.DriverNeeded(best.CUDA))
	}
	return f
}
