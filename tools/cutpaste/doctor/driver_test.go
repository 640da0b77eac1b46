package doctor

import (
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
)

func TestFits(t *testing.T) {
	now := &locate.Torch{Version: "2.11.0+cu130", CUDAVersion: "13.0"}
	old := &locate.Torch{Version: "2.8.0+cu128", CUDAVersion: "12.8"}
	for _, c := range []struct {
		driver string
		torch  *locate.Torch
		state  State
		want   string
	}{
		{"580.65.06", now, OK, "NVIDIA 580.65.06; libtorch's CUDA 13.0 needs 580 or newer"},
		{"580.65.06", old, OK, "NVIDIA 580.65.06; libtorch's CUDA 12.8 needs 525 or newer"},
		{"550.54.14", old, OK, "NVIDIA 550.54.14; libtorch's CUDA 12.8 needs 525 or newer, libtorch 2.11.0 with CUDA 13.0 would need 580"},
		{"550.54.14", now, Note, "NVIDIA 550.54.14 is too old for libtorch's CUDA 13.0, which needs 580 or newer"},
		{"", now, Note, "NVIDIA, of unknown version (/libcuda); libtorch's CUDA 13.0 needs 580 or newer"},
	} {
		got := fits(&locate.Driver{File: "/libcuda", Version: c.driver}, c.torch)
		if got.State != c.state || got.Text != c.want || strings.Contains(c.want, "too old") != (got.Next != "") {
			t.Errorf("driver %q, torch %s: %+v, want %q", c.driver, c.torch.Version, got, c.want)
		}
	}
}
