package trainer

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

func TestCacheFits(t *testing.T) {
	const gb = 1_000_000_000
	for _, c := range []struct {
		setting    string
		need, free int64
		fits       bool
		err        string
	}{
		{"auto", gb, 2 * gb, true, ""},
		{"auto", gb + 1, 2 * gb, false, ""},
		{"on", 2 * gb, 2 * gb, true, ""},
		{"on", 9 * gb, 8 * gb, false, "data.device_cache=on would keep 9.0 GB of pictures on cuda:1, which has 8.0 GB free; set it to auto or off, or lower data.size"},
	} {
		fits, err := cacheFits(c.setting, c.need, c.free, "cuda:1")
		if fits != c.fits || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%s, %d of %d bytes: %v, %v", c.setting, c.need, c.free, fits, err)
		}
	}
}

// Libtorch's own words for it: CUDA's allocator and the host's.
func TestOutOfMemoryIsOneSentence(t *testing.T) {
	const knobs = "; lower train.batch, or lower data.size, or lower jobs_per_device, or set amp=bf16, or set data.device_cache=off; a saved checkpoint is kept"
	c, n := configs.Default(), Numerics{Device: "cuda:0", Amp: torch.FP32}
	c.JobsPerDevice = 2
	for text, want := range map[string]string{
		"CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.11 GiB of which 10.00 MiB is free.": "cuda:0 is out of memory (20.00 MiB could not be had)" + knobs,
		"DefaultCPUAllocator: can't allocate memory: you tried to allocate 123456 bytes. Error code 12":                        "cuda:0 is out of memory (123456 bytes could not be had)" + knobs,
		"CUDA error: out of memory": "cuda:0 is out of memory (more could not be had)" + knobs,
	} {
		err := explained(&torch.Error{Msg: text}, c, n)
		var e *MemoryError
		if !errors.As(err, &e) || err.Error() != want {
			t.Errorf("%q became %q, want %q", text, err, want)
		}
	}
	c.Data.Crop = 64
	if err := explained(&torch.Error{Msg: "CUDA error: out of memory"}, c, n); !strings.Contains(err.Error(), "lower train.batch, or lower data.crop, or") {
		t.Errorf("with crops: %v", err)
	}
	for _, err := range []error{nil, io.EOF, &torch.Error{Msg: "shapes"}} {
		if got := explained(err, c, n); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// A batch that no machine has room for, for real.
func TestOutOfMemoryOnTheHost(t *testing.T) {
	err := explained(torch.Do(func() error {
		torch.Scope(func() { torch.Zeros(torch.CPU, 1<<20, 1<<20, 1<<12) })
		return nil
	}), configs.Default(), Numerics{Device: torch.CPU})
	want := "cpu is out of memory (18014398509481984 bytes could not be had); lower train.batch, or lower data.size; a saved checkpoint is kept"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
