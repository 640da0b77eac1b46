package nets

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/weights"
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
		full := n.Load
		backbone := func(f *safetensors.File) error {
			_, err := n.LoadBackbone(asFile(t, f.Tensors))
			return err
		}
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
			{"another type", backbone, edited(state, "bn1.weight", become(safetensors.I64("", []int{64}, make([]int64, 64)))), []string{"bn1.weight", "I64"}},
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
		notes, err := n.LoadBackbone(asFile(t, state))
		if err != nil {
			t.Fatal(err)
		}
		if len(notes) != 1 || !strings.Contains(notes[0], "fc.weight [2 512]") {
			t.Errorf("notes %q", notes)
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

// asFile is a state as a file that somebody else left.
func asFile(t *testing.T, state []safetensors.Tensor) *weights.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := safetensors.Write(path, state, nil); err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// A prefix of all names is removed and said; a net without starting values gets
// those that a new one has where the file has none.
func TestLoadBackboneOfBlankNet(t *testing.T) {
	do(t, func() {
		source := newNet(t, nil, 5, false)
		state := onlyBackbone(source.State())
		for i := range state {
			state[i].Name = "encoder.module." + state[i].Name
		}
		c := configs.Net{Name: "resnet18", Head: []int{8}, HeadFinal: "bn_relu"}
		n, err := NewBlank(c, 3, 2, torch.CPU, true)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		notes, err := n.LoadBackbone(asFile(t, state))
		if err != nil {
			t.Fatal(err)
		}
		if len(notes) != 1 || !strings.Contains(notes[0], "encoder.module.") {
			t.Errorf("notes %q", notes)
		}
		if d := sameState(onlyBackbone(source.State()), onlyBackbone(n.State())); d != "" {
			t.Errorf("the backbone's %s differs", d)
		}
		fresh := newNet(t, []int{8}, 2, false)
		for i, s := range n.State() {
			if f := fresh.State()[i]; !inBackbone(s.Name) && !slices.Equal(s.Data, f.Data) {
				t.Errorf("%s does not start as a new net's", s.Name)
			}
		}
	})
}

// A name that is there with a prefix and without is refused, and so are others
// that do not share the prefix; a stranger's name is quoted and shortened.
func TestLoadBackboneRefusesMixedNames(t *testing.T) {
	do(t, func() {
		n := newNet(t, nil, 5, false)
		var state []safetensors.Tensor
		for _, s := range onlyBackbone(n.State()) {
			s.Name = "module." + s.Name
			state = append(state, s)
		}
		for extra, says := range map[string]string{
			"conv1.weight":               "two of its tensors are called conv1.weight",
			"module.\x1b[31m":            `("\x1b[31m")`,
			strings.Repeat("long.", 200): "long.long",
		} {
			_, err := n.LoadBackbone(asFile(t, append(slices.Clone(state), safetensors.F32(extra, []int{1}, []float32{0}))))
			if err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 400 {
				t.Errorf("%q: %v", extra, err)
			}
		}
	})
}

// A hostile file of many prefixes costs no more than a look at each name.
func TestManyPrefixesAreFast(t *testing.T) {
	do(t, func() {
		n, err := NewBlank(configs.Net{Name: "efficientnet_b7"}, 2, 0, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		var state []safetensors.Tensor
		for i := range 45_000 {
			state = append(state, safetensors.F32(fmt.Sprintf("p%d.features.0.0.weight", i), []int{0}, nil))
		}
		file := asFile(t, state)
		began := time.Now()
		if _, err := n.LoadBackbone(file); err == nil {
			t.Error("it was loaded")
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("the refusal took %v", took)
		}
	})
}

// Another net's weights: five of the names that are missing, five of those that
// are left over, and whose they are.
func TestWrongNet(t *testing.T) {
	do(t, func() {
		other, err := New(configs.Net{Name: "resnet34"}, 2, 0, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Free()
		file := asFile(t, other.State())
		n := newNet(t, nil, 0, false)
		before := n.State()
		_, err = n.LoadBackbone(file)
		if err == nil {
			t.Fatal("weights of ResNet-34 were loaded into ResNet-18")
		}
		for _, part := range []string{"belong to no tensor of it (layer1.2.bn1.bias", "and 91 more", "net.name=resnet34"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not say %s", err, part)
			}
		}
		if d := sameState(before, n.State()); d != "" {
			t.Errorf("%s was overwritten all the same", d)
		}
		// Nets of as many tensors are told apart too.
		wide, err := New(configs.Net{Name: "wide_resnet50_2"}, 2, 0, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer wide.Free()
		narrow, err := NewBlank(configs.Net{Name: "resnet50"}, 2, 0, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer narrow.Free()
		if _, err := narrow.LoadBackbone(asFile(t, wide.State())); err == nil || !strings.Contains(err.Error(), "net.name=wide_resnet50_2") {
			t.Errorf("weights of wide_resnet50_2 in resnet50: %v", err)
		}
		b0, err := New(configs.Net{Name: "efficientnet_b0"}, 2, 0, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer b0.Free()
		if _, err = b0.LoadBackbone(file); err == nil || !strings.Contains(err.Error(), "missing (features.0.0.weight, ") || strings.Count(err.Error(), ", ") != 8 {
			t.Errorf("%v does not name five of each", err)
		}
	})
}
