package trainer

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/torch/standin"
)

// camConfig is small with a level whose maps are 4 x 4.
func camConfig() *configs.Config {
	c := small()
	c.GradCAM.Level = "layer2"
	return c
}

// collect gathers what GradCAM gives of p, which must be 4 x 4 and in order.
func collect(t *testing.T, net *nets.Net, p Source, c *configs.Config, n Numerics, progress func(done, total int)) []float32 {
	t.Helper()
	var all []float32
	err := GradCAM(context.Background(), net, p, c, n, func(m Maps) error {
		if m.From*16 != len(all) || m.Height != 4 || m.Width != 4 || len(m.Values) != m.Len*16 {
			t.Fatalf("%d maps of %dx%d from %d on, %d values, after %d values", m.Len, m.Height, m.Width, m.From, len(m.Values), len(all))
		}
		all = append(all, m.Values...)
		return nil
	}, progress)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != p.Len()*16 {
		t.Fatalf("%d values of %d pictures", len(all), p.Len())
	}
	return all
}

// nearMaps compares 4 x 4 maps, each within 1e-4 of its largest value.
func nearMaps(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		largest := slices.Max(want[i/16*16:][:16])
		if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-4*float64(largest)) {
			t.Fatalf("%s: position %d of picture %d is %g, want %g", what, i%16, i/16, got[i], want[i])
		}
	}
}

// Maps are those of each picture alone, in the order of the pictures, also where a
// batch of them ends and where they are still arriving.
func TestGradCAM(t *testing.T) {
	c := camConfig()
	net, n := started(t, c)
	p := pictures(2*8+3, c.Data.Size) // an earlier level than the last: batches of 8
	before := live(t)
	var done []int
	got := collect(t, net, p, c, n, func(d, total int) {
		if total != p.Len() {
			t.Errorf("progress counts to %d", total)
		}
		done = append(done, d)
	})
	if want := []int{8, 16, 19}; !slices.Equal(done, want) {
		t.Errorf("progress was %v, want %v", done, want)
	}
	if again := collect(t, net, &slowly{Pictures: p}, c, n, nil); !slices.Equal(again, got) {
		t.Error("the same pictures have other maps when they arrive")
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
	cam, err := nets.NewCAM(c.Net, c.GradCAM, 3)
	if err != nil {
		t.Fatal(err)
	}
	do(t, func() {
		for i := range p.Items {
			torch.Scope(func() {
				x := torch.Images(p.At(i), p.Size, c.Data.Mean, c.Data.Std, n.Device, n.ChannelsLast)
				nearMaps(t, p.Items[i].Rel, got[i*16:][:16], torch.Read[float32](net.GradCAM(x, cam, torch.FP32)))
			})
		}
	})
	if slices.Equal(got[:16], got[16:32]) {
		t.Error("two pictures have one map: their order was not tried")
	}
	c.GradCAM.Target = "normal"
	if normal := collect(t, net, p, c, n, nil); slices.Equal(normal, got) {
		t.Error("another target has the same maps")
	}
	c.GradCAM.Target, c.Embed.Amp = "defect", "bf16"
	if half := collect(t, net, p, c, n, nil); slices.Equal(half, got) {
		t.Error("bf16 has the bits of float32")
	}
	none := 0
	err = GradCAM(context.Background(), net, pictures(0, c.Data.Size), c, n, func(Maps) error { none++; return nil }, nil)
	if err != nil || none > 0 {
		t.Errorf("%d batches of no picture (%v)", none, err)
	}
}

// It ends with the first error, of the pictures, of who takes the maps, of the
// context or of the keys, and leaves nothing over.
func TestGradCAMEnds(t *testing.T) {
	c := camConfig()
	net, n := started(t, c)
	before := live(t)
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	for what, f := range map[string]func(each func(Maps) error) error{
		"pictures": func(each func(Maps) error) error {
			return GradCAM(context.Background(), net, &slowly{pictures(96, c.Data.Size), reason}, c, n, each, nil)
		},
		"maps": func(each func(Maps) error) error {
			return GradCAM(context.Background(), net, pictures(24, c.Data.Size), c, n, func(m Maps) error {
				if m.From > 0 {
					return reason
				}
				return each(m)
			}, nil)
		},
		"context": func(each func(Maps) error) error {
			return GradCAM(ctx, net, pictures(24, c.Data.Size), c, n, func(m Maps) error { cancel(reason); return each(m) }, nil)
		},
	} {
		calls := 0
		if err := f(func(Maps) error { calls++; return nil }); err != reason || calls == 0 {
			t.Errorf("%s: %v after %d batches", what, err, calls)
		}
	}
	c.GradCAM.Level = "level9"
	var wrong *configs.Error
	if err := GradCAM(context.Background(), net, pictures(1, c.Data.Size), c, n, nil, nil); !errors.As(err, &wrong) || wrong.Key != "gradcam.level" {
		t.Errorf("a level of another net: %v", err)
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

// On another device maps are the CPU's. A batch goes there once and its maps come
// back, and no byte stays there.
func TestGradCAMOnAnotherDevice(t *testing.T) {
	for _, name := range []string{"resnet18", "efficientnet_b0"} {
		c := camConfig()
		if c.Net.Name = name; name != "resnet18" {
			c.GradCAM.Level = "level4" // stage 3, at an eighth
		}
		far, near := there(t, c), job(t, c, t.TempDir())
		maps := func(j Job) []float32 {
			net, err := Start(c, j.Numerics)
			if err != nil {
				t.Fatal(err)
			}
			defer free(t, net)
			bytes := standin.Bytes()
			standin.Reset()
			got := collect(t, net, j.Pictures, c, j.Numerics, nil)
			if now := standin.Bytes(); now != bytes {
				t.Errorf("%s: %d bytes are left on the device", name, now-bytes)
			}
			return got
		}
		want, got := maps(near), maps(far)
		if counted := standin.Counted(); counted != (standin.Counts{ToDevice: 1, ToHost: 1}) {
			t.Errorf("%s: one batch: %+v", name, counted)
		}
		nearMaps(t, name, got, want)
	}
}

// Fewer pictures are explained at a time at an earlier level than the last.
func TestCAMBatch(t *testing.T) {
	for _, x := range []struct {
		net, level string
		size, want int
	}{
		{"resnet18", "last", 256, 32}, {"resnet18", "layer4", 256, 32}, {"resnet18", "layer3", 256, 8},
		{"efficientnet_b4", "level9", 256, 32}, {"efficientnet_b4", "level7", 256, 8}, {"resnet18", "layer1", 4096, 1},
	} {
		c := configs.Default()
		c.Net.Name, c.GradCAM.Level, c.Data.Size = x.net, x.level, x.size
		if got := camBatch(c, torch.CPU); got != x.want {
			t.Errorf("%+v: %d", x, got)
		}
	}
}

// The two files of a run make its whole net again, to the bit. What does not fit is
// an error that names both files.
func TestWithWhole(t *testing.T) {
	c := small()
	c.Train.Steps = 2
	j := job(t, c, t.TempDir())
	net, err := j.Train(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	var state, backbone, head []safetensors.Tensor
	do(t, func() { state, backbone, head = net.State(), net.Published(), net.HeadState() })
	model, rest := filepath.Join(j.Dir, "m.safetensors"), filepath.Join(j.Dir, "h.safetensors")
	for path, tensors := range map[string][]safetensors.Tensor{model: backbone, rest: head} {
		if err := safetensors.Write(path, tensors, nil); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := WithWhole(c, j.Numerics, model, rest)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, whole)
	var got []safetensors.Tensor
	do(t, func() { got = whole.State() })
	if !slices.EqualFunc(got, state, func(a, b safetensors.Tensor) bool {
		return a.Name == b.Name && slices.Equal(a.Shape, b.Shape) && slices.Equal(a.Data, b.Data)
	}) {
		t.Error("it is another net")
	}
	before := live(t)
	wider := *c
	wider.Net.Head = []int{16}
	for what, f := range map[string]func() (*nets.Net, error){
		"the files exchanged": func() (*nets.Net, error) { return WithWhole(c, j.Numerics, rest, model) },
		"the model twice":     func() (*nets.Net, error) { return WithWhole(c, j.Numerics, model, model) },
		"no head":             func() (*nets.Net, error) { return WithWhole(c, j.Numerics, model, rest+".gone") },
		"no model":            func() (*nets.Net, error) { return WithWhole(c, j.Numerics, model+".gone", rest) },
		"another head":        func() (*nets.Net, error) { return WithWhole(&wider, j.Numerics, model, rest) },
	} {
		net, err := f()
		if err == nil || net != nil || !strings.Contains(err.Error(), model) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}
