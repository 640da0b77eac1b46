package nets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// reference is what tools/golden/backbones.py wrote of torchvision's networks
// and of efficientnet_lite_pytorch's.
type reference struct {
	Batch, Size int
	Nets        map[string]struct {
		Tensors, Parameters int
		SHA256              string
		Macs224             int `json:"macs_224"`
		Macs256             int `json:"macs_256"`
		Momentum, Eps       float64
		Channels            []int
		Drops               []float64
		Dropout             float64
	}
	Parity map[string]struct {
		FillOrder   []string `json:"fill_order"`
		Eval, Train forwards
		GradientsOf string `json:"gradients_of"` // eval or train
		Gradients   map[string]brief
	}
	Dropping struct {
		Net            string
		Dropout, Depth float64
		FillOrder      []string `json:"fill_order"`
		Width          int
		Logits         []float64
		Gradients      map[string]brief
	}
}

type forwards struct {
	Levels map[string]brief
	Logits []float64
}

func readReference(t *testing.T) reference {
	t.Helper()
	var r reference
	readJSON(t, "testdata/backbones.json", &r)
	return r
}

// Every backbone has the reference's names, shapes, numbers, multiply-adds,
// levels, and its constants of batch normalisation, dropout and stochastic depth.
func TestBackbonesAreTheReferences(t *testing.T) {
	r := readReference(t)
	if names := slices.Sorted(maps.Keys(r.Nets)); !slices.Equal(names, Names()) {
		t.Errorf("backbones %v, the fixture has %v", Names(), names)
	}
	for name, want := range r.Nets {
		maker, p, err := find(configs.Net{Name: name}, 0)
		if err != nil {
			t.Fatal(err)
		}
		s := &store{dry: true}
		b := maker(scope{store: s}, p.stochasticDepth)
		var listing []string
		for _, e := range s.entries {
			listing = append(listing, fmt.Sprintf("%s [%s]\n", e.name, strings.Trim(strings.Join(strings.Fields(fmt.Sprint(e.shape)), ", "), "[]")))
		}
		for _, norm := range s.norms {
			listing = append(listing, norm.name+batchesSuffix+" []\n")
			if k := norm.kind; math.Abs(k.momentum-want.Momentum) > 1e-9 || k.eps != want.Eps {
				t.Errorf("%s: %s has %v, the reference has momentum %g, eps %g", name, norm.name, k, want.Momentum, want.Eps)
			}
		}
		slices.SortFunc(listing, func(a, b string) int {
			before, _, _ := strings.Cut(a, " ")
			after, _, _ := strings.Cut(b, " ")
			return strings.Compare(before, after)
		})
		sum := sha256.Sum256([]byte(strings.Join(listing, "")))
		if hex.EncodeToString(sum[:]) != want.SHA256 || len(listing) != want.Tensors {
			t.Errorf("%s: names or shapes differ (%d tensors, the reference has %d); ours:\n%s", name, len(listing), want.Tensors, strings.Join(listing[:6], ""))
		}
		i, err := Describe(configs.Net{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		var channels []int
		for _, l := range i.Levels {
			channels = append(channels, l.Channels)
		}
		if i.Parameters != want.Parameters || !slices.Equal(channels, want.Channels) || i.Dimension != channels[len(channels)-1] {
			t.Errorf("%s: %d parameters, levels %v, dimension %d; the reference has %d and %v", name, i.Parameters, channels, i.Dimension, want.Parameters, want.Channels)
		}
		if at224, at256 := i.MultiplyAdds(224), i.MultiplyAdds(256); at224 != want.Macs224 || at256 != want.Macs256 {
			t.Errorf("%s: %d and %d multiply-adds, the reference has %d and %d", name, at224, at256, want.Macs224, want.Macs256)
		}
		if math.Abs(i.Dropout-want.Dropout) > 1e-9 {
			t.Errorf("%s: dropout %g, the reference has %g", name, i.Dropout, want.Dropout)
		}
		drops := b.drops()
		if len(drops) != len(want.Drops) {
			t.Fatalf("%s: %d blocks may be left out, the reference has %d", name, len(drops), len(want.Drops))
		}
		for j, d := range drops {
			if math.Abs(d.rate-want.Drops[j]) > 1e-9 || d.column != j {
				t.Errorf("%s: block %d is left out at %g in column %d, the reference has %g", name, j, d.rate, d.column, want.Drops[j])
			}
		}
	}
}

// The choices of net.name are the nets that there are.
func TestConfigurationKnowsTheBackbones(t *testing.T) {
	for _, name := range Names() {
		if _, err := configs.Parse([]byte("net: {name: "+name+"}\n"), "test"); err != nil {
			t.Error(err)
		}
	}
	for _, k := range configs.Keys() {
		if k.Name == "net.name" && strings.Count(k.Range, ",") != len(Names())-1 {
			t.Errorf("net.name may be %s, and there are %v", k.Range, Names())
		}
	}
}

// Forward at three depths in both modes, and the gradient of every weight,
// against the reference, by norm, sum and three elements. Tolerances are relative
// to each tensor's norm. Nets with corners (ReLU, ReLU6) have the gradients of
// frozen batch normalisation here; ResNet-18 has those of training in
// TestResNet18AgainstPyTorch.
func TestBackbonesAgainstTheReference(t *testing.T) {
	r := readReference(t)
	for name, want := range r.Parity {
		for _, channelsLast := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s channels last %v", name, channelsLast), func(t *testing.T) {
				do(t, func() {
					n, err := NewBlank(configs.Net{Name: name, Dropout: "0", StochasticDepth: "0"}, 3, 1, torch.CPU, channelsLast)
					if err != nil {
						t.Fatal(err)
					}
					defer n.Free()
					images := torch.Images(pictures(r.Batch, r.Size), r.Size, imageNetMean, imageNetStd, torch.CPU, channelsLast)
					labels := make([]int64, r.Batch)
					for i := range labels {
						labels[i] = int64(i % 3)
					}
					for mode, want := range map[string]forwards{"eval": want.Eval, "train": want.Train} {
						fillLikeFixture(n, r.Parity[name].FillOrder)
						if strings.HasPrefix(name, "efficientnet") {
							halve(n)
						}
						logits := want.near(t, mode, n, images, mode == "train")
						if mode == r.Parity[name].GradientsOf {
							torch.CrossEntropy(logits, torch.From(labels, r.Batch)).Backward()
						}
					}
					if len(want.Gradients) != len(n.WeightNames()) {
						t.Errorf("%d weights, the reference has %d", len(n.WeightNames()), len(want.Gradients))
					}
					largest := 0.0
					for _, g := range want.Gradients {
						largest = max(largest, g.Norm)
					}
					for i, weight := range n.WeightNames() {
						grad := n.Weights()[i].Grad()
						if g := want.Gradients[weight]; g.Norm > 1e-5*largest {
							g.near(t, "gradient of "+weight, grad, 2e-3)
						} else if norm := norm2(torch.Read[float64](grad)); norm > 1e-4*largest {
							// A bias before another batch normalisation has none but for rounding.
							t.Errorf("gradient of %s: norm %g, the reference has %g", weight, norm, g.Norm)
						}
					}
				})
			})
		}
	}
}

// Dropout and stochastic depth of given choices do what torchvision's do, in the
// same places and with the same factors.
func TestDroppingAgainstTheReference(t *testing.T) {
	r := readReference(t)
	want := r.Dropping
	do(t, func() {
		n, err := NewBlank(configs.Net{Name: want.Net, Dropout: fmt.Sprint(want.Dropout), StochasticDepth: fmt.Sprint(want.Depth)}, 3, 1, torch.CPU, true)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		fillLikeFixture(n, want.FillOrder)
		halve(n)
		if n.NoiseWidth() != want.Width {
			t.Fatalf("%d choices a picture, the reference has %d", n.NoiseWidth(), want.Width)
		}
		kept := make([]uint8, r.Batch*want.Width)
		labels := make([]int64, r.Batch)
		for i := range kept {
			if hash01(i, 2000) >= 0.4 {
				kept[i] = 1
			}
		}
		for i := range labels {
			labels[i] = int64(i % 3)
		}
		images := torch.Images(pictures(r.Batch, r.Size), r.Size, imageNetMean, imageNetStd, torch.CPU, true)
		logits := n.Train(images, torch.From(kept, r.Batch, want.Width))
		nearLogits(t, "dropping", logits, want.Logits, true)
		torch.CrossEntropy(logits, torch.From(labels, r.Batch)).Backward()
		compared := 0
		for i, weight := range n.WeightNames() {
			if g, ok := want.Gradients[weight]; ok {
				g.near(t, "gradient of "+weight, n.Weights()[i].Grad(), 2e-3)
				compared++
			}
		}
		if compared != len(want.Gradients) || compared < 10 {
			t.Errorf("%d gradients of %d were compared", compared, len(want.Gradients))
		}
	})
}

// near sends the images through the net and compares three levels and the logits.
func (f forwards) near(t *testing.T, mode string, n *Net, images torch.Tensor, batch bool) torch.Tensor {
	t.Helper()
	seen := 0
	logits := n.Logits(n.backbone.forward(images, pass{batchNorm: batch, visit: func(level string, maps torch.Tensor) bool {
		if b, ok := f.Levels[level]; ok {
			b.near(t, mode+" "+level, maps, 1e-5)
			seen++
		}
		return false
	}}), batch)
	nearLogits(t, mode, logits, f.Logits, batch)
	if seen != 3 {
		t.Errorf("%s: %d levels of three were reached", mode, seen)
	}
	return logits
}

// halve halves the weights of convolutions and dense layers, as the fixture's
// maker does for EfficientNets.
func halve(n *Net) {
	for _, e := range n.store.entries {
		if len(e.shape) > 1 {
			values := torch.Read[float32](e.tensor)
			for i := range values {
				values[i] /= 2
			}
			torch.Overwrite(e.tensor, values)
		}
	}
}
