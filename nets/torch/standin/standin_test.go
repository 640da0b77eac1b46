package standin

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/nets/torch"
)

func TestMain(m *testing.M) {
	if err := torch.Do(func() error { torch.SetThreads(1); return nil }); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// on runs f with the device, in a scope.
func on(t *testing.T, f func()) {
	t.Helper()
	Load(t)
	if err := torch.Do(func() error { torch.Scope(f); return nil }); err != nil {
		t.Fatal(err)
	}
}

func wave(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i*i%17) - 8
	}
	return out
}

// step is a forward and backward pass of all kinds of layers on d: the loss and
// the gradients.
func step(d torch.Device, half bool) (out []float32) {
	leaf := func(shape ...int) torch.Tensor {
		n := 1
		for _, s := range shape {
			n *= s
		}
		return torch.From(wave(n), shape...).To(d).RequireGrad(true)
	}
	conv, dense := leaf(4, 3, 3, 3), leaf(3, 4)
	weight, bias := leaf(4), leaf(4)
	mean, variance := torch.Zeros(d, 4), torch.Zeros(d, 4)
	images := torch.Images(make([]uint8, 5*8*8*3), 8, []float64{.5, .5, .5}, []float64{.1, .2, .3}, d, false)
	labels := torch.Send([]int64{0, 1, 2, 0, 1}, d, 5)
	forward := func() torch.Tensor {
		x := torch.MaxPool2d(torch.Conv2d(images, conv, torch.Tensor{}, 1, 1), 2, 2, 0)
		x = torch.ReLU(torch.BatchNorm(x, weight, bias, mean, variance, true, 0.1, 1e-5))
		return torch.Linear(torch.GlobalAvgPool(x), dense, torch.Tensor{})
	}
	logits := torch.Tensor{}
	if half {
		torch.Autocast(d, torch.BF16, func() { logits = forward() })
	} else {
		logits = forward()
	}
	loss := torch.CrossEntropy(logits, labels)
	loss.Backward()
	for _, t := range []torch.Tensor{loss, conv.Grad(), weight.Grad(), bias.Grad(), dense.Grad(), mean, variance} {
		out = append(out, torch.Read[float32](t)...)
	}
	return out
}

// The CPU's numbers to the last bit, in both precisions.
func TestNumbersAreTheCPUs(t *testing.T) {
	for _, half := range []bool{false, true} {
		on(t, func() {
			want := step(torch.CPU, half)
			if got := step(Device, half); !slices.Equal(got, want) {
				t.Errorf("half precision %v: %v, want %v", half, got, want)
			}
		})
	}
}

func TestMixingDevicesFails(t *testing.T) {
	on(t, func() {
		here, there := torch.From(wave(6), 2, 3), torch.From(wave(6), 2, 3).To(Device)
		for name, f := range map[string]func(){
			"sum":     func() { torch.AddTo(there, here) },
			"product": func() { torch.Linear(there, here, torch.Tensor{}) },
			"convolution": func() {
				torch.Conv2d(torch.From(wave(27), 1, 3, 3, 3).To(Device), torch.From(wave(27), 1, 3, 3, 3), torch.Tensor{}, 1, 0)
			},
		} {
			err := torch.Do(func() error { torch.Scope(f); return nil })
			if err == nil || !strings.Contains(err.Error(), "same device") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestCounts(t *testing.T) {
	on(t, func() {
		before := Bytes()
		Reset()
		x := torch.From(wave(1000), 1000).To(Device)
		if Bytes()-before < 4000 {
			t.Errorf("%d bytes are held by 4,000", Bytes()-before)
		}
		torch.Read[float32](torch.AddTo(x, x))
		if got := Counted(); got != (Counts{ToDevice: 1, ToHost: 1}) {
			t.Errorf("counted %+v", got)
		}
		torch.Scope(func() { torch.Overwrite(x, wave(1000)) })
		if got := Counted(); got != (Counts{ToDevice: 2, ToHost: 1}) {
			t.Errorf("counted %+v", got)
		}
	})
}

func TestLimit(t *testing.T) {
	on(t, func() {
		before := Bytes()
		Limit(before + 1<<20)
		defer Limit(0)
		var refused *torch.Error
		err := torch.Do(func() error {
			torch.Scope(func() { torch.Zeros(Device, 1<<20) })
			return nil
		})
		if !errors.As(err, &refused) || !refused.OutOfMemory() || !strings.Contains(err.Error(), "Tried to allocate 4.00 MiB") {
			t.Errorf("got %v", err)
		}
		torch.Scope(func() { torch.Zeros(Device, 1000) })
		if Bytes() != before {
			t.Errorf("%d bytes are left over", Bytes()-before)
		}
	})
}
