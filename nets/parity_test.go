package nets

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// fixture is what tools/golden/resnet.py wrote: PyTorch's and torchvision's own
// results for the same weights and pictures.
type fixture struct {
	Batch, Size  int
	Lr, Momentum float64
	WeightDecay  float64 `json:"weight_decay"`
	Torchvision  map[string][]int
	FillOrder    []string `json:"fill_order"`
	Eval, Train  depths
	Losses       []float64
	Gradients    map[string]brief
	After        map[string]brief
}

type depths struct {
	Layer1, Layer4, Embedding brief
	Logits                    []float64
}

type brief struct {
	Norm, Sum float64
	Values    []float64
	At        []int
}

func readFixture(t *testing.T) fixture {
	t.Helper()
	var f fixture
	readJSON(t, "testdata/resnet18.json", &f)
	return f
}

func readJSON(t *testing.T, path string, to any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, to); err != nil {
		t.Fatal(err)
	}
}

// hash01 is the fixture's generator of weights and pictures.
func hash01(i, stream int) float64 {
	x := uint32(i)*2654435761 + uint32(stream)*40503 + 12345
	x = (x ^ x>>16) * 0x7FEB352D
	x = (x ^ x>>15) * 0x846CA68B
	x ^= x >> 16
	return float64(x) / (1 << 32)
}

// fillLikeFixture gives every tensor of the net the fixture's values.
func fillLikeFixture(n *Net, order []string) {
	for _, e := range n.store.entries {
		stream := slices.Index(order, e.name)
		values := make([]float32, numbers(e.shape))
		for i := range values {
			u := hash01(i, stream)
			switch {
			case strings.HasSuffix(e.name, "running_var") || len(e.shape) == 1 && strings.HasSuffix(e.name, "weight"):
				values[i] = float32(0.5 + u)
			case len(e.shape) == 1:
				values[i] = float32(0.2 * (u - 0.5))
			default:
				values[i] = float32((2*u - 1) * math.Sqrt(6/float64(numbers(e.shape[1:]))))
			}
		}
		torch.Overwrite(e.tensor, values)
	}
}

// pictures are the fixture's, [n,size,size,3].
func pictures(n, size int) []uint8 {
	out := make([]uint8, n*size*size*3)
	for i := range out {
		out[i] = uint8(hash01(i, 1000) * 256)
	}
	return out
}

var (
	imageNetMean = []float64{0.485, 0.456, 0.406}
	imageNetStd  = []float64{0.229, 0.224, 0.225}
)

func norm2(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// near compares with an absolute tolerance relative to the tensor's size.
func (b brief) near(t *testing.T, what string, got torch.Tensor, tol float64) {
	t.Helper()
	values := torch.Read[float64](got)
	norm, sum := norm2(values), 0.0
	for _, v := range values {
		sum += v
	}
	if d := math.Abs(norm - b.Norm); !(d <= tol*(b.Norm+1e-6)) {
		t.Errorf("%s: norm %g, PyTorch has %g", what, norm, b.Norm)
	}
	if d := math.Abs(sum - b.Sum); !(d <= tol*(b.Norm*math.Sqrt(float64(len(values)))+1e-6)) {
		t.Errorf("%s: sum %g, PyTorch has %g", what, sum, b.Sum)
	}
	for i, at := range b.At {
		if d := math.Abs(values[at] - b.Values[i]); !(d <= tol*(b.Norm+1e-6)) {
			t.Errorf("%s: element %d is %g, PyTorch has %g", what, at, values[at], b.Values[i])
		}
	}
}

func (d depths) near(t *testing.T, what string, n *Net, images torch.Tensor, batch bool) {
	t.Helper()
	embedding := n.backbone.forward(images, pass{batchNorm: batch, visit: func(level string, maps torch.Tensor) bool {
		switch level {
		case "layer1":
			d.Layer1.near(t, what+" layer1", maps, 1e-5)
		case "layer4":
			d.Layer4.near(t, what+" layer4", maps, 1e-5)
		}
		return false
	}})
	d.Embedding.near(t, what+" embedding", embedding, 1e-5)
	nearLogits(t, what, n.Logits(embedding, batch), d.Logits, false)
}

// nearLogits compares logits within 1e-4 of each, or of the largest: batch
// statistics of few values blow every rounding up.
func nearLogits(t *testing.T, what string, logits torch.Tensor, want []float64, ofLargest bool) {
	t.Helper()
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	for i, got := range torch.Read[float64](logits) {
		size := math.Abs(want[i])
		if ofLargest {
			size = largest
		}
		if math.Abs(got-want[i]) > 1e-4*(1+size) {
			t.Errorf("%s logit %d is %g, PyTorch has %g", what, i, got, want[i])
		}
	}
}

// The whole path against PyTorch: names and shapes, forward at three depths in
// both modes, a gradient in every weight, three SGD steps. Tolerances are
// relative to each tensor's norm.
func TestResNet18AgainstPyTorch(t *testing.T) {
	f := readFixture(t)
	for _, channelsLast := range []bool{false, true} {
		name := "contiguous"
		if channelsLast {
			name = "channels last"
		}
		t.Run(name, func(t *testing.T) {
			do(t, func() {
				n, err := New(configs.Net{Name: "resnet18", Head: []int{512, 128}, HeadFinal: "bn_relu"}, 3, 1, torch.CPU, channelsLast)
				if err != nil {
					t.Fatal(err)
				}
				defer n.Free()
				fillLikeFixture(n, f.FillOrder)
				images := torch.Images(pictures(f.Batch, f.Size), f.Size, imageNetMean, imageNetStd, torch.CPU, channelsLast)
				if images.IsChannelsLast() != channelsLast {
					t.Fatalf("pictures are channels-last: %v", !channelsLast)
				}
				torch.NoGrad(func() { f.Eval.near(t, "eval", n, images, false) })

				labels := make([]int64, f.Batch)
				for i := range labels {
					labels[i] = int64(i % 3)
				}
				target := torch.From(labels, f.Batch)
				opt := torch.NewSGD(n.Weights(), f.Momentum, f.WeightDecay, false)
				defer opt.Free()
				before := torch.Read[float32](n.store.entries[3].tensor) // bn1's running mean
				torch.NoGrad(func() { f.Train.near(t, "train", n, images, true) })
				// The look above moved the running statistics; put them back.
				fillLikeFixture(n, f.FillOrder)
				if !slices.Equal(before, torch.Read[float32](n.store.entries[3].tensor)) {
					t.Fatal("the fixture's statistics did not come back")
				}
				for step, want := range f.Losses {
					loss := torch.CrossEntropy(n.Train(images, torch.Tensor{}), target)
					if got := torch.Read[float64](loss)[0]; math.Abs(got-want) > 1e-4 {
						t.Errorf("loss at step %d is %g, PyTorch has %g", step, got, want)
					}
					loss.Backward()
					if step == 0 {
						for i, name := range n.WeightNames() {
							f.Gradients[name].near(t, "gradient of "+name, n.Weights()[i].Grad(), 2e-3)
						}
					}
					opt.Step(f.Lr)
				}
				if len(f.After) != len(n.store.entries) {
					t.Errorf("%d tensors, PyTorch has %d", len(n.store.entries), len(f.After))
				}
				for _, e := range n.store.entries {
					f.After[e.name].near(t, e.name+" after three steps", e.tensor, 1e-3)
				}
			})
		})
	}
}

func TestResNet18HasTorchvisionsNames(t *testing.T) {
	f := readFixture(t)
	do(t, func() {
		n, err := New(configs.Net{Name: "resnet18"}, 2, 0, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		ours := map[string][]int{}
		for _, s := range n.State() {
			if inBackbone(s.Name) {
				ours[s.Name] = append([]int{}, s.Shape...)
			}
		}
		if !maps.EqualFunc(ours, f.Torchvision, func(a, b []int) bool { return slices.Equal(a, b) }) {
			t.Errorf("names or shapes differ:\nours %v\ntorchvision %v", ours, f.Torchvision)
		}
	})
}

// do runs f on the tensor thread, in a scope, and fails on a refusal.
func do(t *testing.T, f func()) {
	t.Helper()
	if err := torch.Do(func() error { torch.Scope(f); return nil }); err != nil {
		t.Fatal(err)
	}
}
