// Package doctor finds out what this machine offers to training, and what is
// missing.
package doctor

import (
	"fmt"
	"math"
	"runtime"
	"strings"

	"golang.org/x/sys/cpu"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// State is how one finding is to be taken.
type State string

const (
	OK      State = "ok"
	Note    State = "note"    // works, but slower or with less than there could be
	Missing State = "missing" // training cannot work like this
)

// Finding is one thing that was looked at.
type Finding struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	Text  string `json:"text"`
	Next  string `json:"next,omitempty"` // what to do about it
}

// Examine looks at everything that a training with this configuration needs,
// its pictures aside. version is the program's own.
func Examine(c *configs.Config, version string) []Finding {
	found := []Finding{
		{Name: "program", State: OK, Text: version},
		libtorch(),
		gotorch(),
		arithmetic(),
		cuda(),
	}
	found = append(found, driver()...)
	found = append(found, training(c)...)
	return append(found, cores(c), instructions(), memory(), pictureCache(c.Data.Cache), libtorchCache(), runs(c.Out))
}

// arithmetic computes something with libtorch, which needs all its libraries to
// fit together: 1*3 + 2*4.
func arithmetic() Finding {
	f := Finding{Name: "arithmetic", State: OK, Text: "libtorch computes"}
	var got float64
	err := torch.Do(func() error {
		torch.Scope(func() {
			x, w := torch.From([]float32{1, 2}, 1, 2), torch.From([]float32{3, 4}, 1, 2)
			got = float64(torch.Read[float32](torch.Linear(x, w, torch.Tensor{}))[0])
		})
		return nil
	})
	if err == nil && math.Abs(got-11) > 1e-6 {
		err = fmt.Errorf("1*3 + 2*4 came out as %v", got)
	}
	if err != nil {
		f.State, f.Text, f.Next = Missing, "libtorch does not compute: "+err.Error(), "make clean, then make build"
	}
	return f
}

func cuda() Finding {
	devices, reason := torch.CUDA()
	if devices > 0 {
		return Finding{Name: "CUDA", State: OK, Text: fmt.Sprintf("%d devices, cuda:0 to cuda:%d", devices, devices-1)}
	}
	if reason == "" {
		reason = "libtorch sees no device"
	}
	return Finding{Name: "CUDA", State: Note, Text: "none: " + reason}
}

// training is what the configuration's "auto" comes to on this machine.
func training(c *configs.Config) []Finding {
	n, err := trainer.Settle(c)
	if err != nil {
		return []Finding{{Name: "device", State: Missing, Text: err.Error()}}
	}
	precision := map[torch.Precision]string{
		torch.FP32: "float32",
		torch.BF16: "bfloat16 where that is precise enough, else float32",
		torch.FP16: "float16 with a scaled loss where that is precise enough, else float32",
	}[n.Amp]
	if c.Amp == "auto" {
		precision += ", unless a measurement before training finds another one faster"
	}
	return []Finding{
		{Name: "device", State: OK, Text: fmt.Sprintf("%s (device=%s)", n.Device, c.Device)},
		{Name: "precision", State: OK, Text: fmt.Sprintf("%s (amp=%s)", precision, c.Amp)},
		{Name: "threads", State: OK, Text: fmt.Sprintf("%d for tensors (threads=%d)", n.Threads, c.Threads)},
	}
}

// cores compares what the machine has with what this process may use: a
// container's share can be smaller than its number of cores.
func cores(c *configs.Config) Finding {
	all, share := runtime.NumCPU(), runtime.GOMAXPROCS(0)
	f := Finding{Name: "cores", State: OK, Text: fmt.Sprint(all)}
	if share < all && c.Threads == 0 {
		f.State = Note
		f.Text = fmt.Sprintf("%d, of which this process may use %d at a time", all, share)
		f.Next = fmt.Sprintf("threads=%d, so that threads do not wait for each other", share)
	}
	return f
}

// instructions names those that make a difference: AVX2 to the augmentation,
// AVX-512 to libtorch's float32, the others to its bfloat16.
func instructions() Finding {
	f := Finding{Name: "instructions", State: OK}
	var has, hasNot []string
	for _, set := range []struct {
		name string
		is   bool
	}{
		{"AVX2", cpu.X86.HasAVX2}, {"AVX-512", cpu.X86.HasAVX512F}, {"AVX512-BF16", cpu.X86.HasAVX512BF16}, {"AMX-BF16", cpu.X86.HasAMXBF16},
	} {
		if set.is {
			has = append(has, set.name)
		} else {
			hasNot = append(hasNot, set.name)
		}
	}
	f.Text = strings.Join(has, ", ")
	if len(has) == 0 {
		f.Text = "none of the fast ones"
	}
	if len(hasNot) > 0 {
		f.Text += "; not " + strings.Join(hasNot, ", ")
	}
	switch {
	case !cpu.X86.HasAVX2:
		f.State, f.Text = Note, f.Text+": augmentation is several times slower without AVX2"
	case !torch.FastBFloat16():
		f.State, f.Text = Note, f.Text+": on this CPU bfloat16 is no faster than float32"
	}
	return f
}
