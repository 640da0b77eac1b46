package nets

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// camFixture is what tools/golden/gradcam.py wrote: Grad-CAM by PyTorch's hooks.
type camFixture struct {
	Batch, Size int
	Nets        map[string]struct {
		FillOrder []string  `json:"fill_order"`
		Bias      []float32 // of the classifier
		Logits    []float64
		Levels    map[string]struct {
			Maps          brief
			Height, Width int
			CAM           map[string][]float64 // of a target: [Batch,Height,Width]
		}
	}
}

// blocks are the fixture's pictures: those of other fixtures, halved in brightness so
// many times in blocks of 32 pixels.
func blocks(n, size int) []uint8 {
	out := pictures(n, size)
	for i := range out {
		x, y, picture := i/3%size/32, i/3/size%size/32, i/3/size/size
		out[i] >>= (3*y + x) * (picture + 1) % 4
	}
	return out
}

// camHead is the fixture's head.
var camHead = []int{512, 128}

func camOf(t *testing.T, net, level, target string) CAM {
	t.Helper()
	cam, err := NewCAM(configs.Net{Name: net}, configs.GradCAM{Level: level, Target: target}, 3)
	if err != nil {
		t.Fatal(err)
	}
	return cam
}

// The forward pass within 1e-5 of each tensor's norm, and the maps of a middle and
// of the last level, for the defect classes, the normal one and one by number,
// within 1e-4 of the largest value of each picture's map.
func TestGradCAMAgainstPyTorch(t *testing.T) {
	var f camFixture
	readJSON(t, "testdata/gradcam.json", &f)
	if len(f.Nets) != 2 {
		t.Fatalf("%d nets", len(f.Nets))
	}
	for name, want := range f.Nets {
		for _, channelsLast := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s channels last %v", name, channelsLast), func(t *testing.T) {
				do(t, func() {
					n, err := NewBlank(configs.Net{Name: name, Head: camHead, HeadFinal: "bn_relu"}, 3, 1, torch.CPU, channelsLast)
					if err != nil {
						t.Fatal(err)
					}
					defer n.Free()
					fillLikeFixture(n, want.FillOrder)
					torch.Overwrite(n.classifier.bias, want.Bias)
					images := torch.Images(blocks(f.Batch, f.Size), f.Size, imageNetMean, imageNetStd, torch.CPU, channelsLast)
					torch.NoGrad(func() {
						for level, want := range want.Levels {
							want.Maps.near(t, level, n.Maps(images, []string{level})[0], 1e-5)
						}
						nearLogits(t, "eval", n.Logits(n.Embed(images), false), want.Logits, false)
					})
					levels := Levels(name)
					for level, want := range want.Levels {
						for target, values := range want.CAM {
							asked := level
							if level == levels[len(levels)-1] {
								asked = "last"
							}
							got := n.GradCAM(images, camOf(t, name, asked, target), torch.FP32)
							if !slices.Equal(got.Shape(), []int{f.Batch, want.Height, want.Width}) {
								t.Fatalf("%s, %s: shape %v", level, target, got.Shape())
							}
							nearMaps(t, level+", "+target, torch.Read[float64](got), values, want.Height*want.Width, 1e-4)
						}
					}
				})
			})
		}
	}
}

// nearMaps compares maps of so many positions, within this share of each one's largest
// value.
func nearMaps(t *testing.T, what string, got, want []float64, positions int, share float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		row := want[i/positions*positions:][:positions]
		if d := math.Abs(got[i] - want[i]); !(d <= share*slices.Max(row)) {
			t.Fatalf("%s: position %d of picture %d is %g, want %g", what, i%positions, i/positions, got[i], want[i])
		}
	}
}

// camNet is a net of a family with weights that a trained one could have: as it
// starts, hardly anything of a picture is left in an EfficientNet's logits.
func camNet(t *testing.T, name string) *Net {
	t.Helper()
	n, err := New(configs.Net{Name: name, Head: []int{8}, HeadFinal: "bn_relu"}, 3, 5, torch.CPU, true)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, e := range n.store.entries {
		order = append(order, e.name)
	}
	fillLikeFixture(n, order)
	return n
}

// Every family has maps at every level, of the level's size; no tensor but the maps is
// left over; and a picture's map is what it is alone, within 5e-3 of its largest value:
// in a batch of another size sums round differently, and a corner of ReLU6 that is on
// the way makes some 1e-3 of that, where another picture's map is quite another.
func TestGradCAMAtEveryLevel(t *testing.T) {
	for _, name := range []string{"resnet18", "efficientnet_b0", "efficientnet_lite0"} {
		do(t, func() {
			n := camNet(t, name)
			defer n.Free()
			const size, batch = 96, 3
			pix := blocks(batch, size)
			send := func(pix []uint8) torch.Tensor {
				return torch.Images(pix, size, imageNetMean, imageNetStd, torch.CPU, true)
			}
			for _, level := range Levels(name) {
				cam, before := camOf(t, name, level, "defect"), torch.Live()
				var together torch.Tensor
				torch.Scope(func() {
					images := send(pix)
					together = n.GradCAM(images, cam, torch.FP32).Keep()
					torch.NoGrad(func() {
						want := n.Maps(images, []string{level})[0].Shape()
						if got := together.Shape(); !slices.Equal(got, []int{batch, want[2], want[3]}) {
							t.Errorf("%s %s: shape %v for maps %v", name, level, got, want)
						}
					})
				})
				if now := torch.Live(); now != before+1 {
					t.Errorf("%s %s: %d tensors are left over", name, level, now-before-1)
				}
				values := torch.Read[float64](together)
				together.Free()
				torch.Scope(func() {
					per := len(values) / batch
					for i := range batch {
						alone := n.GradCAM(send(pix[i*size*size*3:][:size*size*3]), cam, torch.FP32)
						nearMaps(t, fmt.Sprint(name, " ", level, " alone"), torch.Read[float64](alone), values[i*per:][:per], per, 5e-3)
					}
				})
			}
		})
	}
}

// The net is as it was: weights, statistics, gradients, and what an update moves.
func TestGradCAMLeavesTheNetAlone(t *testing.T) {
	do(t, func() {
		n := camNet(t, "resnet18")
		defer n.Free()
		n.Begin(configs.Phase{Train: "all", BatchNorm: "frozen"})
		images := torch.Images(pictures(4, 48), 48, imageNetMean, imageNetStd, torch.CPU, true)
		cam := camOf(t, "resnet18", "layer2", "defect")
		before := n.State()
		n.GradCAM(images, cam, torch.FP32)
		if d := sameState(before, n.State()); d != "" {
			t.Errorf("%s changed", d)
		}
		for _, e := range n.store.entries {
			if refused(func() { e.tensor.Grad() }) == nil {
				t.Errorf("%s has a gradient", e.name)
			}
		}
		torch.CrossEntropy(n.Train(images, torch.Tensor{}), torch.From([]int64{0, 1, 2, 0}, 4)).Backward()
		gradients := func() (out []float32) {
			for _, w := range n.Weights() {
				out = append(out, torch.Read[float32](w.Grad())...)
			}
			return out
		}
		trained := gradients() // which says that every weight still has one
		n.GradCAM(images, cam, torch.FP32)
		if !slices.Equal(trained, gradients()) {
			t.Error("the gradients of an update changed")
		}
		for _, e := range n.store.entries {
			if !e.trained && refused(func() { e.tensor.Grad() }) == nil {
				t.Errorf("%s, which is not trained, has a gradient", e.name)
			}
		}
	})
}

// refused is the refusal of libtorch that f panics with, or nil.
func refused(f func()) (e *torch.Error) {
	defer func() { e, _ = recover().(*torch.Error) }()
	f()
	return nil
}

// In bf16 maps are near those of float32, and not they; where nothing can be
// recorded it is refused, and the weights are trained afterwards as before.
func TestGradCAMInBFloat16AndWithoutGradients(t *testing.T) {
	do(t, func() {
		n := camNet(t, "resnet18")
		defer n.Free()
		images := torch.Images(pictures(2, 64), 64, imageNetMean, imageNetStd, torch.CPU, true)
		cam := camOf(t, "resnet18", "layer3", "defect")
		exact, half := torch.Read[float64](n.GradCAM(images, cam, torch.FP32)), torch.Read[float64](n.GradCAM(images, cam, torch.BF16))
		difference := make([]float64, len(exact))
		for i := range exact {
			difference[i] = half[i] - exact[i]
		}
		if share := norm2(difference) / norm2(exact); !(share > 0 && share < 0.1) {
			t.Errorf("maps of bf16 are off by %g of their length", share)
		}
		torch.NoGrad(func() {
			if refused(func() { n.GradCAM(images, cam, torch.FP32) }) == nil {
				t.Error("maps without gradients")
			}
		})
		torch.CrossEntropy(n.Train(images, torch.Tensor{}), torch.From([]int64{0, 1}, 2)).Backward()
		for _, w := range n.Weights() {
			w.Grad() // panics where there is none
		}
	})
}

func TestNewCAM(t *testing.T) {
	for _, c := range []struct {
		net, level, target string
		classes            int
		want               CAM
		key, says          string // of the error
	}{
		{"resnet18", "last", "defect", 3, CAM{"layer4", 1, 3}, "", ""},
		{"resnet18", "layer2", "defect", 2, CAM{"layer2", 1, 2}, "", ""},
		{"efficientnet_b4", "last", "normal", 3, CAM{"level9", 0, 1}, "", ""},
		{"efficientnet_lite0", "level7", "2", 3, CAM{"level7", 2, 3}, "", ""},
		{"resnet18", "last", "0", 2, CAM{"layer4", 0, 1}, "", ""},
		{"resnet18", "last", "2", 2, CAM{}, "gradcam.target", "0 to 1"},
		{"resnet18", "last", "-1", 2, CAM{}, "gradcam.target", "0 to 1"},
		{"resnet18", "last", "scar", 3, CAM{}, "gradcam.target", "scar"},
		{"resnet18", "level9", "defect", 3, CAM{}, "gradcam.level", "layer1, layer2, layer3, layer4, and last is layer4"},
		{"efficientnet_b0", "pool", "defect", 3, CAM{}, "gradcam.level", "last is level9"},
		{"resnet19", "last", "defect", 3, CAM{}, "", "resnet18"},
	} {
		got, err := NewCAM(configs.Net{Name: c.net}, configs.GradCAM{Level: c.level, Target: c.target}, c.classes)
		var wrong *configs.Error
		switch {
		case c.says == "":
			if err != nil || got != c.want {
				t.Errorf("%+v: %+v, %v", c, got, err)
			}
		case err == nil || !strings.Contains(err.Error(), c.says):
			t.Errorf("%+v: error %v", c, err)
		case c.key != "" && (!errors.As(err, &wrong) || wrong.Key != c.key):
			t.Errorf("%+v: the error %v is not of the key", c, err)
		}
	}
}

// Head and classifier come back, and nothing else changes; a file with anything else
// in it, or of another head, is refused with its name.
func TestLoadHead(t *testing.T) {
	do(t, func() {
		source := newNet(t, []int{8}, 1, false)
		trainABit(source)
		n := newNet(t, []int{8}, 2, true)
		backbone := onlyBackbone(n.State())
		if err := n.LoadHead(asFile(t, source.HeadState())); err != nil {
			t.Fatal(err)
		}
		if d := sameState(source.HeadState(), n.HeadState()); d != "" {
			t.Errorf("%s differs", d)
		}
		if d := sameState(backbone, onlyBackbone(n.State())); d != "" {
			t.Errorf("%s of the backbone changed", d)
		}
		another := newNet(t, []int{4}, 1, false).HeadState()
		plain, err := New(configs.Net{Name: "resnet18", Head: []int{8}, HeadFinal: "plain"}, 3, 1, torch.CPU, false)
		if err != nil {
			t.Fatal(err)
		}
		defer plain.Free()
		for what, c := range map[string]struct {
			state []safetensors.Tensor
			says  string
		}{
			"a whole net":     {source.State(), "bn1.num_batches_tracked"},
			"a model":         {source.Published(), "bn1.num_batches_tracked"},
			"another width":   {another, "[4 512]"},
			"a plain head":    {plain.HeadState(), "head.0.linear.bias"},
			"no classifier":   {source.HeadState()[:2], "classifier.weight"},
			"ImageNet's too":  {append(source.HeadState(), safetensors.F32("fc.bias", []int{1}, []float32{0})), "fc.bias"},
			"nothing at all":  {nil, "head.0.linear.weight"},
			"another counter": {edited(source.HeadState(), "head.0.bn"+batchesSuffix, func(s *safetensors.Tensor) bool { *s = safetensors.F32(s.Name, nil, []float32{1}); return true }).Tensors, "F32"},
		} {
			f := asFile(t, c.state)
			if err := n.LoadHead(f); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), f.Path) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}
