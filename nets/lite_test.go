package nets

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// The first blocks of EfficientNet-Lite0 with real ImageNet weights, from a file
// in PyTorch's legacy format, against the network that they belong to
// (tools/golden/lite.py).
func TestRealWeightsOfTheFirstBlocks(t *testing.T) {
	var want struct {
		Batch, Size         int
		Stem, First, Second brief
	}
	readJSON(t, "testdata/lite0_start.json", &want)
	f, err := weights.Open("testdata/lite0_start.pth")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	do(t, func() {
		n, err := New(configs.Net{Name: "efficientnet_lite0"}, 2, 0, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		loaded := 0
		for _, tensor := range f.Tensors {
			at := slices.IndexFunc(n.store.entries, func(e entry) bool { return e.name == tensor.Name })
			if at < 0 {
				continue // a counter of batches
			}
			values := make([]float32, tensor.Len())
			if err := f.Float32s(tensor, values); err != nil {
				t.Fatal(err)
			}
			torch.Overwrite(n.store.entries[at].tensor, values)
			loaded++
		}
		if loaded != 5+10+15 {
			t.Fatalf("%d tensors were loaded", loaded)
		}
		e := n.backbone.(*efficientNet)
		torch.NoGrad(func() {
			x := torch.Images(pictures(want.Batch, want.Size), want.Size, imageNetMean, imageNetStd, torch.CPU, false)
			x = e.stem.forward(x, pass{}, torch.Tensor{}, e.act)
			want.Stem.near(t, "stem", x, 1e-5)
			x = e.stages[0][0].forward(x, pass{})
			want.First.near(t, "first block", x, 1e-5)
			x = e.stages[1][0].forward(x, pass{})
			want.Second.near(t, "second block", x, 1e-5)
		})
	})
}

// Photographs are classified as by the reference network, with the whole file of
// weights as `cutpaste weights fetch efficientnet_lite0` leaves it: make
// test-weights.
func TestPhotographs(t *testing.T) {
	const variable = "CUTPASTE_TEST_PHOTOGRAPHS"
	path := os.Getenv(variable)
	if path == "" {
		t.Skip("skipped: it needs weights and photographs that make test-weights fetches (" + variable + ")")
	}
	var want struct {
		Names  []string
		Size   int
		Pixels string
		Logits [][]float64
	}
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	pixels, err := base64.StdEncoding.DecodeString(want.Pixels)
	if err != nil {
		t.Fatal(err)
	}
	file, err := weights.Find("efficientnet_lite0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	numbersOf := func(name string) []float32 {
		at := slices.IndexFunc(f.Tensors, func(t weights.Tensor) bool { return t.Name == name })
		values := make([]float32, f.Tensors[at].Len())
		if err := f.Float32s(f.Tensors[at], values); err != nil {
			t.Fatal(err)
		}
		return values
	}
	do(t, func() {
		n, err := NewBlank(configs.Net{Name: "efficientnet_lite0"}, 2, 0, torch.CPU, true)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Free()
		notes, err := n.LoadBackbone(f)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(notes)
		classes := len(want.Logits[0])
		weight, bias := torch.From(numbersOf("_fc.weight"), classes, n.Dimension()), torch.From(numbersOf("_fc.bias"), classes)
		torch.NoGrad(func() {
			images := torch.Images(pixels, want.Size, imageNetMean, imageNetStd, torch.CPU, true)
			logits := torch.Read[float64](torch.Linear(n.Embed(images), weight, bias))
			for i, name := range want.Names {
				got, worst := logits[i*classes:(i+1)*classes], 0.0
				for j, w := range want.Logits[i] {
					worst = max(worst, math.Abs(got[j]-w))
				}
				if worst > 1e-3 {
					t.Errorf("%s: a logit differs by %g", name, worst)
				}
				if a, b := best(got), best(want.Logits[i]); !slices.Equal(a, b) {
					t.Errorf("%s: best five classes %v, the reference has %v", name, a, b)
				}
				t.Logf("%s: classes %v, logits within %.2g", name, best(got), worst)
			}
		})
	})
}

// best are the five classes of the largest logits.
func best(logits []float64) []int {
	order := make([]int, len(logits))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if logits[a] > logits[b] {
			return -1
		}
		return 1
	})
	return order[:5]
}
