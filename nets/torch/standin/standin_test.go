package standin_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/torch/standin"
)

// One thread: the tensors of these tests are too small for two to help.
func TestMain(m *testing.M) {
	if err := torch.Do(func() error { torch.SetThreads(1); return nil }); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// inScope runs f on the tensor thread, in a scope, and checks that nothing of it
// is left on the device.
func inScope(t *testing.T, f func()) {
	t.Helper()
	standin.Load(t)
	if err := torch.Do(func() error { torch.Scope(f); return nil }); err != nil {
		t.Fatal(err)
	}
	if left := standin.Bytes(); left != 0 {
		t.Errorf("%d bytes are left on the device", left)
	}
}

// values are n different numbers around 0.
func values(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i*i%101)/101 - 0.5
	}
	return out
}

// on is a tensor of this shape on device d.
func on(d torch.Device, shape ...int) torch.Tensor {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return torch.Send(values(n), d, shape...)
}

// net is a layer of every kind, on one device.
type net struct {
	device                      torch.Device
	conv1, conv2, dense         torch.Tensor
	weight, bias, mean, varying torch.Tensor
	sgd                         *torch.SGD
}

const pictures, size = 4, 16

func newNet(d torch.Device) *net {
	leaf := func(shape ...int) torch.Tensor { return on(d, shape...).RequireGrad(true) }
	n := &net{
		device: d,
		conv1:  leaf(8, 3, 3, 3), conv2: leaf(8, 8, 3, 3), dense: leaf(3, 8),
		weight: leaf(8), bias: leaf(8), mean: torch.Zeros(d, 8), varying: torch.Zeros(d, 8),
	}
	n.sgd = torch.NewSGD([]torch.Tensor{n.conv1, n.conv2, n.dense, n.weight, n.bias}, 0.9, 1e-4, true)
	return n
}

// loss is that of the net's forward pass on pictures.
func (n *net) loss(p torch.Precision, channelsLast bool) torch.Tensor {
	bytes := make([]uint8, pictures*size*size*3)
	for i := range bytes {
		bytes[i] = uint8(i * 31)
	}
	x := torch.Images(bytes, size, []float64{0.5, 0.5, 0.5}, []float64{0.25, 0.3, 0.2}, n.device, channelsLast)
	labels := torch.Send([]int64{0, 1, 2, 1}, n.device, pictures)
	var logits torch.Tensor
	torch.Autocast(n.device, p, func() {
		x = torch.MaxPool2d(torch.Conv2d(x, n.conv1, torch.Tensor{}, 1, 1, 1), 2, 2, 0)
		y := torch.BatchNorm(torch.Conv2d(x, n.conv2, torch.Tensor{}, 1, 1, 1), n.weight, n.bias, n.mean, n.varying, true, 0.1, 1e-5)
		logits = torch.Linear(torch.GlobalAvgPool(torch.ReLU(torch.AddTo(y, x))), n.dense, torch.Tensor{})
	})
	return torch.CrossEntropy(logits, labels)
}

// state is every number of the net.
func (n *net) state() (out []float32) {
	for _, t := range []torch.Tensor{n.conv1, n.conv2, n.dense, n.weight, n.bias, n.mean, n.varying} {
		out = append(out, torch.Read[float32](t)...)
	}
	return out
}

// Two updates leave the CPU's numbers, to the last bit: weights, running
// statistics, the loss before and after.
func TestNumbersAreTheCPUs(t *testing.T) {
	for _, precision := range []torch.Precision{torch.FP32, torch.BF16, torch.FP16} {
		for _, channelsLast := range []bool{false, true} {
			t.Run(fmt.Sprintf("amp %s, channels-last %v", precision, channelsLast), func(t *testing.T) {
				inScope(t, func() {
					train := func(d torch.Device) (out []float32) {
						n := newNet(d)
						defer n.sgd.Free()
						for range 2 {
							loss := n.loss(precision, channelsLast)
							out = append(out, torch.Read[float32](loss)...)
							loss.Backward()
							n.sgd.Step(0.1)
						}
						return append(out, n.state()...)
					}
					want := train(torch.CPU)
					if want[0] == want[1] {
						t.Error("an update changed nothing")
					}
					if got := train(standin.Device); !slices.Equal(got, want) {
						t.Errorf("got %v, want %v", got[:8], want[:8])
					}
				})
			})
		}
	}
}

// What libtorch refuses between the host and a CUDA device it refuses here.
func TestMixingDevicesFails(t *testing.T) {
	for name, mix := range map[string]func(here, there torch.Tensor){
		"sum":           func(here, there torch.Tensor) { torch.AddTo(there, here) },
		"sum, here":     func(here, there torch.Tensor) { torch.AddTo(here, there) },
		"dense layer":   func(here, there torch.Tensor) { torch.Linear(there, here, torch.Tensor{}) },
		"bias":          func(here, there torch.Tensor) { torch.Linear(there, there, on(torch.CPU, 3)) },
		"cross-entropy": func(here, there torch.Tensor) { torch.CrossEntropy(there, torch.From([]int64{0, 1, 2}, 3)) },
		"convolution": func(_, _ torch.Tensor) {
			torch.Conv2d(on(standin.Device, 1, 2, 5, 5), on(torch.CPU, 4, 2, 3, 3), torch.Tensor{}, 1, 0, 1)
		},
		"running statistics": func(_, there torch.Tensor) {
			d := torch.Device(standin.Device)
			torch.BatchNorm(there, on(d, 3), on(d, 3), on(torch.CPU, 3), on(d, 3), true, 0.1, 1e-5)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inScope(t, func() {
				err := torch.Do(func() error {
					torch.Scope(func() { mix(on(torch.CPU, 3, 3), on(standin.Device, 3, 3)) })
					return nil
				})
				var refused *torch.Error
				if !errors.As(err, &refused) || !strings.Contains(err.Error(), "same device") || !strings.Contains(err.Error(), "cpu") {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// Copies and reads are counted, and what the fallback copies to compute is not.
func TestCounts(t *testing.T) {
	want := func(t *testing.T, what string, want standin.Counts) {
		t.Helper()
		if got := standin.Counted(); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
		standin.Reset()
	}
	inScope(t, func() {
		x := torch.Send(values(6), standin.Device, 2, 3)
		want(t, "sending", standin.Counts{ToDevice: 1})
		if live := standin.Bytes(); live != 24 {
			t.Errorf("%d bytes live, of 6 float32s", live)
		}
		torch.Zeros(standin.Device, 5)
		if n := standin.Allocations(); n != 1 {
			t.Errorf("%d allocations for one tensor", n)
		}
		y := torch.From(values(6), 2, 3).To(standin.Device)
		want(t, "moving from memory that is not pinned", standin.Counts{ToDevice: 1, Waits: 1})
		loss := torch.CrossEntropy(torch.AddTo(x, y), torch.Send([]int64{0, 2}, standin.Device, 2))
		want(t, "computing, with labels sent", standin.Counts{ToDevice: 1})
		torch.Read[float32](loss)
		want(t, "reading", standin.Counts{ToHost: 1})
		torch.Overwrite(x, values(6))
		want(t, "overwriting", standin.Counts{ToDevice: 1})
		torch.Device(standin.Device).Synchronize()
		want(t, "synchronising", standin.Counts{Waits: 1})
		if right := standin.WaitForNumbers(); right != 3 {
			t.Errorf("%d of 3 numbers are right", right)
		}
		want(t, "asking for numbers", standin.Counts{Scalars: 3})
	})
}

// libtorch computes gradients on a thread of its own for every device. What
// belongs to a thread must hold there: that nothing is recorded, and the stream
// of the forward pass.
func TestBackwardOnItsOwnThread(t *testing.T) {
	inScope(t, func() {
		var streams []int
		for range 2 {
			torch.NewStream(standin.Device).Run(func() {
				n := newNet(standin.Device)
				defer n.sgd.Free()
				n.loss(torch.FP32, false).Backward()
			})
			b := standin.LastBackward()
			if b.Thread == 0 || b.Thread == syscall.Gettid() {
				t.Errorf("it ran on thread %d, this is %d", b.Thread, syscall.Gettid())
			}
			if b.GradMode {
				t.Error("the backward pass was recorded")
			}
			streams = append(streams, b.Stream)
		}
		if streams[0] == streams[1] || slices.Contains(streams, 0) {
			t.Errorf("the streams of two forward passes were followed by backward passes on %v", streams)
		}
	})
}

// A forward pass without recording has no backward pass, on any device.
func TestNoGrad(t *testing.T) {
	inScope(t, func() {
		n := newNet(standin.Device)
		defer n.sgd.Free()
		var loss torch.Tensor
		torch.NoGrad(func() { loss = n.loss(torch.FP32, false) })
		err := torch.Do(func() error { loss.Backward(); return nil })
		if err == nil || !strings.Contains(err.Error(), "does not require grad") {
			t.Errorf("got %v", err)
		}
	})
}

// A device without room says so in CUDA's words; what was tried leaves nothing,
// also where it was tried on libtorch's own thread, and then there is room again.
func TestLimit(t *testing.T) {
	refused := func(t *testing.T, says string, f func()) {
		t.Helper()
		err := torch.Do(func() error { torch.Scope(f); return nil })
		var e *torch.Error
		if !errors.As(err, &e) || !e.OutOfMemory() || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	t.Run("making a tensor", func(t *testing.T) {
		inScope(t, func() {
			standin.Limit(30 << 20)
			defer standin.Limit(0)
			torch.Zeros(standin.Device, 5<<20/2)
			refused(t, "CUDA out of memory. Tried to allocate 20.50 MiB. GPU 0 has a total capacity of 30.00 MiB of which 20.00 MiB is free.",
				func() { torch.Zeros(standin.Device, 41<<20/8) })
			torch.Zeros(standin.Device, 5<<20)
		})
	})
	t.Run("backward", func(t *testing.T) {
		inScope(t, func() {
			n := newNet(standin.Device)
			defer n.sgd.Free()
			loss := n.loss(torch.FP32, false)
			standin.Limit(standin.Bytes() + 1<<10)
			defer standin.Limit(0)
			refused(t, "Tried to allocate 8.00 KiB", loss.Backward)
			standin.Limit(0)
			n.loss(torch.FP32, false).Backward()
		})
	})
}
