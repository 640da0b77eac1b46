package nets

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// newNet makes a ResNet-18 with this head and three classes; it is freed when
// the test ends.
func newNet(t *testing.T, head []int, seed uint64, channelsLast bool) *Net {
	t.Helper()
	n, err := New(configs.Net{Name: "resnet18", Head: head, HeadFinal: "bn_relu"}, 3, seed, torch.CPU, channelsLast)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { torch.Do(func() error { n.Free(); return nil }) })
	return n
}

// sameState names the first tensor that differs in type, shape or bytes, or
// returns "".
func sameState(a, b []safetensors.Tensor) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%d and %d tensors", len(a), len(b))
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].DType != b[i].DType || !slices.Equal(a[i].Shape, b[i].Shape) || !bytes.Equal(a[i].Data, b[i].Data) {
			return a[i].Name + " and " + b[i].Name
		}
	}
	return ""
}

func onlyBackbone(state []safetensors.Tensor) []safetensors.Tensor {
	return slices.DeleteFunc(slices.Clone(state), func(t safetensors.Tensor) bool { return !inBackbone(t.Name) })
}

func TestUnknownNameListsNames(t *testing.T) {
	do(t, func() {
		_, err := New(configs.Net{Name: "resnet19"}, 2, 0, torch.CPU, false)
		if err == nil {
			t.Fatal("resnet19 was made")
		}
		for _, part := range append(Names(), `"resnet19"`) {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not name %s", err, part)
			}
		}
	})
	if !slices.Contains(Names(), "resnet18") || !slices.IsSorted(Names()) {
		t.Errorf("names are %v", Names())
	}
}

// Starting weights are a function of (seed, name): not of the memory layout,
// and the backbone's not of the head.
func TestStartingWeights(t *testing.T) {
	do(t, func() {
		state := newNet(t, []int{16}, 3, false).State()
		if d := sameState(state, newNet(t, []int{16}, 3, true).State()); d != "" {
			t.Errorf("the same seed gave another %s in channels-last memory", d)
		}
		if d := sameState(onlyBackbone(state), onlyBackbone(newNet(t, nil, 3, false).State())); d != "" {
			t.Errorf("another head changed %s", d)
		}
		for i, other := range newNet(t, []int{16}, 4, false).State() {
			random := len(other.Shape) > 1 || other.Name == "classifier.bias"
			if same := bytes.Equal(other.Data, state[i].Data); same == random {
				t.Errorf("%s: the same with another seed is %v", other.Name, same)
			}
		}
	})
}

// Convolutions start as torchvision's, N(0, 2/fan_out); dense layers as
// nn.Linear's, U(-1/sqrt(in), 1/sqrt(in)), with a variance of a third of the
// square of the limit; normalisations as the identity. The random ones within
// five standard errors.
func TestStartingDistributions(t *testing.T) {
	do(t, func() {
		for _, s := range newNet(t, []int{512}, 1, false).State() {
			if strings.HasSuffix(s.Name, batchesSuffix) {
				continue
			}
			values, err := s.Float32s()
			if err != nil {
				t.Fatal(err)
			}
			var mean, square, largest float64
			for _, v := range values {
				mean += float64(v) / float64(len(values))
				square += float64(v) * float64(v) / float64(len(values))
				largest = max(largest, math.Abs(float64(v)))
			}
			n := float64(len(values))
			within := func(what string, got, want, se float64) {
				if math.Abs(got-want) > 5*se {
					t.Errorf("%s: %s is %g, want %g within %g", s.Name, what, got, want, 5*se)
				}
			}
			switch {
			case len(s.Shape) == 4:
				variance := 2 / float64(s.Shape[0]*s.Shape[2]*s.Shape[3])
				within("mean", mean, 0, math.Sqrt(variance/n))
				within("variance", square, variance, variance*math.Sqrt(2/n))
			case strings.HasSuffix(s.Name, "linear.weight") || strings.HasPrefix(s.Name, "classifier."):
				limit := 1 / math.Sqrt(512)
				if largest > limit {
					t.Errorf("%s: %g beyond the limit %g", s.Name, largest, limit)
				}
				within("mean", mean, 0, limit/math.Sqrt(3*n))
				within("variance", square, limit*limit/3, limit*limit*math.Sqrt(4./45/n))
			case strings.HasSuffix(s.Name, "weight") || strings.HasSuffix(s.Name, "running_var"):
				within("mean", mean, 1, 0)
				within("square", square, 1, 0)
			default: // biases and running means of normalisations
				within("square", square, 0, 0)
			}
		}
	})
}

func TestHeads(t *testing.T) {
	cases := []struct {
		c     configs.Net
		names []string // of head and classifier, weights and statistics
	}{
		{configs.Net{}, []string{"classifier.weight", "classifier.bias"}},
		{configs.Net{Head: []int{8, 4}, HeadFinal: "bn_relu"}, []string{
			"head.0.linear.weight", "head.0.bn.weight", "head.0.bn.bias", "head.0.bn.running_mean", "head.0.bn.running_var",
			"head.1.linear.weight", "head.1.bn.weight", "head.1.bn.bias", "head.1.bn.running_mean", "head.1.bn.running_var",
			"classifier.weight", "classifier.bias"}},
		{configs.Net{Head: []int{8, 4}, HeadFinal: "plain"}, []string{
			"head.0.linear.weight", "head.0.bn.weight", "head.0.bn.bias", "head.0.bn.running_mean", "head.0.bn.running_var",
			"head.1.linear.weight", "head.1.linear.bias",
			"classifier.weight", "classifier.bias"}},
	}
	for _, c := range cases {
		do(t, func() {
			c.c.Name = "resnet18"
			n, err := New(c.c, 5, 0, torch.CPU, false)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Free()
			var names []string
			for _, e := range n.store.entries {
				if !inBackbone(e.name) {
					names = append(names, e.name)
				}
			}
			if !slices.Equal(names, c.names) {
				t.Errorf("head %v %s: %v", c.c.Head, c.c.HeadFinal, names)
			}
			if c := (configs.Net{Name: "resnet18"}); Dimension(c, Pool) != n.Dimension() {
				t.Errorf("dimension %d without the net, %d with it", Dimension(c, Pool), n.Dimension())
			}
			embeddings := torch.From(make([]float32, 2*n.Dimension()), 2, n.Dimension())
			if got := n.Logits(embeddings, false).Shape(); !slices.Equal(got, []int{2, 5}) {
				t.Errorf("head %v %s: logits %v", c.c.Head, c.c.HeadFinal, got)
			}
		})
	}
}

// Evaluation changes nothing, training moves the statistics; both go through
// the four stages in order. Free leaves no tensor behind.
func TestTrainingAndEvaluation(t *testing.T) {
	var before, after int
	do(t, func() { before = torch.Live() })
	do(t, func() {
		n, err := New(configs.Net{Name: "resnet18", Head: []int{4}, HeadFinal: "bn_relu"}, 3, 0, torch.CPU, true)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		images := torch.Images(make([]uint8, 2*32*32*3), 32, imageNetMean, imageNetStd, torch.CPU, true)
		start := n.State()
		torch.NoGrad(func() {
			var levels []string
			embedding := n.backbone.forward(images, pass{visit: func(level string, maps torch.Tensor) bool {
				levels = append(levels, fmt.Sprint(level, maps.Shape()))
				return false
			}})
			want := []string{"layer1[2 64 8 8]", "layer2[2 128 4 4]", "layer3[2 256 2 2]", "layer4[2 512 1 1]"}
			if !slices.Equal(levels, want) {
				t.Errorf("levels %v", levels)
			}
			if got := embedding.Shape(); !slices.Equal(got, []int{2, n.Dimension()}) || n.Dimension() != 512 {
				t.Errorf("embedding %v, dimension %d", got, n.Dimension())
			}
			n.Logits(embedding, false)
			if d := sameState(start, n.State()); d != "" {
				t.Errorf("evaluation changed %s", d)
			}
			if got := n.Train(images, torch.Tensor{}).Shape(); !slices.Equal(got, []int{2, 3}) {
				t.Errorf("logits %v", got)
			}
			n.Count()
		})
		for i, s := range n.State() {
			moves := !slices.Contains(n.WeightNames(), s.Name)
			if same := bytes.Equal(s.Data, start[i].Data); same == moves {
				t.Errorf("%s after one training batch: unchanged is %v", s.Name, same)
			}
		}
		if len(n.Weights()) != len(n.WeightNames()) {
			t.Errorf("%d weights, %d names", len(n.Weights()), len(n.WeightNames()))
		}
	})
	do(t, func() { after = torch.Live() })
	if before != after {
		t.Errorf("%d tensors live, %d before", after, before)
	}
}

// A slim twin has the published net's tensors by name, in its proportions.
func TestNewOfWidth(t *testing.T) {
	do(t, func() {
		full := newNet(t, []int{16}, 0, false)
		slim, err := NewOfWidth(4, configs.Net{Name: "resnet18", Head: []int{16}, HeadFinal: "bn_relu"}, 3, 0, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer slim.Free()
		if slim.Dimension() != full.Dimension()/16 {
			t.Errorf("dimensions %d and %d", slim.Dimension(), full.Dimension())
		}
		for i, e := range slim.store.entries {
			f := full.store.entries[i]
			if e.name != f.name || inBackbone(e.name) && e.shape[0]*16 != f.shape[0] {
				t.Errorf("%s %v stands where %s %v does", e.name, e.shape, f.name, f.shape)
			}
		}
	})
}
