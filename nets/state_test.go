package nets

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// trainABit does two updates, so that weights, statistics and the counter are
// no longer where they started.
func trainABit(n *Net) {
	pix := make([]uint8, 4*32*32*3)
	for i := range pix {
		pix[i] = uint8(hash01(i, 7) * 256)
	}
	images := torch.Images(pix, 32, imageNetMean, imageNetStd, torch.CPU, false)
	sgd := torch.NewSGD(n.Weights(), 0.9, 0, false)
	defer sgd.Free()
	for range 2 {
		torch.CrossEntropy(n.Train(images, torch.Tensor{}), torch.From([]int64{0, 1, 1, 0}, 4)).Backward()
		sgd.Step(0.01)
		n.Count()
	}
}

// Every bit of a trained net goes through a file into another net of any memory
// layout, the counters of batches included.
func TestStateRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.safetensors")
	do(t, func() {
		n := newNet(t, []int{8}, 1, false)
		trainABit(n)
		state := n.State()
		counter := "layer4.1.bn2" + batchesSuffix
		i := slices.IndexFunc(state, func(s safetensors.Tensor) bool { return s.Name == counter })
		if i < 0 {
			t.Fatalf("no %s", counter)
		}
		if counts, err := state[i].Int64s(); err != nil || counts[0] != 2 || len(state[i].Shape) != 0 {
			t.Errorf("%s is %v of shape %v (%v) after two batches", counter, counts, state[i].Shape, err)
		}
		if err := safetensors.Write(path, state, nil); err != nil {
			t.Fatal(err)
		}
		f, err := safetensors.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, channelsLast := range []bool{false, true} {
			other := newNet(t, []int{8}, 2, channelsLast)
			if err := other.Load(f); err != nil {
				t.Fatal(err)
			}
			if d := sameState(state, other.State()); d != "" {
				t.Errorf("channels-last %v: %s differs", channelsLast, d)
			}
			for _, e := range other.store.entries {
				// A 1x1 kernel's memory is both layouts at once.
				if len(e.shape) == 4 && e.shape[2] > 1 && e.tensor.IsChannelsLast() != channelsLast {
					t.Errorf("%s changed its memory layout", e.name)
				}
			}
		}
	})
}

// edited is a copy of a state with one tensor changed, or without it where
// change returns false.
func edited(state []safetensors.Tensor, name string, change func(*safetensors.Tensor) bool) *safetensors.File {
	var out []safetensors.Tensor
	for _, s := range state {
		if s.Name != name || change(&s) {
			out = append(out, s)
		}
	}
	return &safetensors.File{Tensors: out}
}

func TestLoadRefuses(t *testing.T) {
	remove := func(*safetensors.Tensor) bool { return false }
	become := func(tensor safetensors.Tensor) func(*safetensors.Tensor) bool {
		return func(s *safetensors.Tensor) bool { name := s.Name; *s = tensor; s.Name = name; return true }
	}
	const conv, counter = "layer1.0.conv1.weight", "bn1" + batchesSuffix
	do(t, func() {
		n := newNet(t, []int{8}, 1, false)
		state := n.State()
		extra := func(name string) *safetensors.File {
			return &safetensors.File{Tensors: append(slices.Clone(state), safetensors.F32(name, []int{1}, []float32{0}))}
		}
		full, backbone := n.Load, n.LoadBackbone
		cases := []struct {
			what string
			load func(*safetensors.File) error
			file *safetensors.File
			says []string // all of it; none: it must load
		}{
			{"a missing weight", full, edited(state, conv, remove), []string{conv}},
			{"a missing weight", backbone, edited(state, conv, remove), []string{conv}},
			{"a missing weight of the head", full, edited(state, "head.0.linear.weight", remove), []string{"head.0.linear.weight"}},
			{"a missing weight of the head", backbone, edited(state, "head.0.linear.weight", remove), nil},
			{"another shape", full, edited(state, conv, become(safetensors.F32("", []int{1, 2}, []float32{1, 2}))), []string{conv, "[1 2]", "[64 64 3 3]"}},
			{"as many elements in another shape", full, edited(state, "head.0.linear.weight", func(s *safetensors.Tensor) bool { s.Shape = []int{512, 8}; return true }),
				[]string{"head.0.linear.weight", "[512 8]", "[8 512]"}},
			{"another type", full, edited(state, "bn1.weight", become(safetensors.F64("", []int{64}, make([]float64, 64)))), []string{"bn1.weight", "F64"}},
			{"a tensor too many", full, extra("layer5.0.conv1.weight"), []string{"layer5.0.conv1.weight"}},
			{"a tensor too many", backbone, extra("layer5.0.conv1.weight"), []string{"layer5.0.conv1.weight"}},
			{"torchvision's classifier", full, extra("fc.weight"), []string{"fc.weight"}},
			{"torchvision's classifier", backbone, extra("fc.weight"), nil},
			{"a deeper head", full, extra("head.9.linear.weight"), []string{"head.9.linear.weight"}},
			{"a deeper head", backbone, extra("head.9.linear.weight"), nil},
			{"a counter of another type", full, edited(state, counter, become(safetensors.F32("", nil, []float32{1}))), []string{counter, "F32"}},
			{"a counter without a number", full, edited(state, counter, become(safetensors.I64("", []int{0}, []int64{}))), []string{counter, "[0]"}},
			{"no counter, as in old files", backbone, edited(state, counter, remove), nil},
		}
		for _, c := range cases {
			err := c.load(c.file)
			if (err == nil) != (c.says == nil) {
				t.Errorf("%s: got %v", c.what, err)
				continue
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%s: %q does not name %s", c.what, err, part)
				}
			}
		}
	})
}

// LoadBackbone takes the backbone of a net with another head and other classes,
// and leaves head and classifier where they start.
func TestLoadBackbone(t *testing.T) {
	do(t, func() {
		source, err := New(configs.Net{Name: "resnet18", Head: []int{16, 8}, HeadFinal: "plain"}, 2, 1, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer source.Free()
		trainABit(source)
		n := newNet(t, []int{8}, 2, true)
		start := n.State()
		state := source.State()
		state = append(state, safetensors.F32("fc.weight", []int{2, 512}, make([]float32, 1024)), safetensors.F32("fc.bias", []int{2}, make([]float32, 2)))
		if err := n.LoadBackbone(&safetensors.File{Tensors: state}); err != nil {
			t.Fatal(err)
		}
		if d := sameState(onlyBackbone(source.State()), onlyBackbone(n.State())); d != "" {
			t.Errorf("the backbone's %s differs", d)
		}
		rest := func(state []safetensors.Tensor) []safetensors.Tensor {
			return slices.DeleteFunc(state, func(s safetensors.Tensor) bool {
				return inBackbone(s.Name) || strings.HasSuffix(s.Name, batchesSuffix)
			})
		}
		if d := sameState(rest(start), rest(n.State())); d != "" {
			t.Errorf("%s changed", d)
		}
	})
}
