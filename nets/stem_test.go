package nets

import (
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// smallStem is a ResNet-18 with the small stem and no projection head.
var smallStem = configs.Net{Name: "resnet18", Stem: configs.StemSmall}

// ResNet-18 with the small stem against PyTorch's: cost, sizes of the maps,
// forward in both modes, gradients at both ends.
func TestSmallStemAgainstPyTorch(t *testing.T) {
	var f struct {
		Batch, Size int
		Macs32      int `json:"macs_32"`
		Macs64      int `json:"macs_64"`
		Sides       []int
		FillOrder   []string `json:"fill_order"`
		Eval, Train depths
		Gradients   map[string]brief
	}
	readJSON(t, "testdata/stem.json", &f)
	i, err := Describe(smallStem)
	if err != nil || i.MultiplyAdds(32) != f.Macs32 || i.MultiplyAdds(64) != f.Macs64 {
		t.Errorf("%d and %d multiply-adds, PyTorch has %d and %d (%v)", i.MultiplyAdds(32), i.MultiplyAdds(64), f.Macs32, f.Macs64, err)
	}
	var sides []int
	for _, l := range i.Levels {
		sides = append(sides, f.Size>>l.Down)
	}
	if !slices.Equal(sides, f.Sides) {
		t.Errorf("maps of %v pixels, PyTorch has %v", sides, f.Sides)
	}
	for _, channelsLast := range []bool{false, true} {
		do(t, func() {
			n, err := New(smallStem, 3, 1, torch.CPU, channelsLast)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Free()
			fillLikeFixture(n, f.FillOrder)
			images := torch.Images(pictures(f.Batch, f.Size), f.Size, imageNetMean, imageNetStd, torch.CPU, channelsLast)
			f.Eval.near(t, "evaluation", n, images, false)
			logits := n.Logits(n.backbone.forward(images, pass{}), false)
			torch.CrossEntropy(logits, torch.From([]int64{0, 1, 2, 0, 1, 2}, f.Batch)).Backward()
			for name, g := range f.Gradients {
				g.near(t, "gradient of "+name, n.Weights()[slices.Index(n.WeightNames(), name)].Grad(), 2e-3) // roundings reach the corners of ReLU
			}
			f.Train.near(t, "training", n, images, true)
		})
	}
}

// Names, levels and channels are those of the ImageNet stem, and so is all that
// does not say otherwise.
func TestStems(t *testing.T) {
	for _, name := range []string{"resnet18", "wide_resnet50_2"} {
		small, err := Describe(configs.Net{Name: name, Stem: configs.StemSmall})
		if err != nil {
			t.Fatal(err)
		}
		for _, stem := range []string{"", "auto", configs.StemImageNet} {
			large, err := Describe(configs.Net{Name: name, Stem: stem})
			if err != nil {
				t.Fatal(err)
			}
			if large.Parameters-small.Parameters != 64*3*(7*7-3*3) {
				t.Errorf("%s, stem %q: %d parameters, %d with the small one", name, stem, large.Parameters, small.Parameters)
			}
			for i, l := range large.Levels {
				s := small.Levels[i]
				if l.Down != 2+i || s.Down != i || s.Name != l.Name || s.Channels != l.Channels {
					t.Errorf("%s: level %+v, with the small stem %+v", name, l, s)
				}
			}
		}
		if Dimension(configs.Net{Name: name, Stem: configs.StemSmall}, "layer3") != small.Levels[2].Channels {
			t.Errorf("%s: layer3 has another dimension with the small stem", name)
		}
	}
	if _, err := Describe(configs.Net{Name: "efficientnet_b0", Stem: configs.StemSmall}); err == nil || !strings.Contains(err.Error(), "net.stem small is for ResNets, and efficientnet_b0 has its own") {
		t.Errorf("an EfficientNet with the small stem: %v", err)
	}
	if _, err := Describe(configs.Net{Name: "efficientnet_b0", Stem: configs.StemImageNet}); err != nil {
		t.Error(err)
	}
}

// Weights of the other stem are refused with a sentence that names the key; those
// of the same one are taken.
func TestWeightsOfTheOtherStem(t *testing.T) {
	file := t.TempDir() + "/net.safetensors"
	for _, own := range []string{configs.StemImageNet, configs.StemSmall} {
		for _, other := range []string{configs.StemImageNet, configs.StemSmall} {
			do(t, func() {
				donor, err := New(configs.Net{Name: "resnet18", Stem: other}, 2, 1, torch.CPU, false)
				if err != nil {
					t.Fatal(err)
				}
				defer donor.Free()
				if err := safetensors.Write(file, donor.Published(), nil); err != nil {
					t.Fatal(err)
				}
				n, err := NewBlank(configs.Net{Name: "resnet18", Stem: own}, 2, 2, torch.CPU, false)
				if err != nil {
					t.Fatal(err)
				}
				defer n.Free()
				f, err := weights.Open(file)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				_, err = n.LoadBackbone(f)
				if own == other {
					if err != nil {
						t.Error(err)
					}
					return
				}
				sizes := "7x7 in the file and 3x3 in this net"
				if own == configs.StemImageNet {
					sizes = "3x3 in the file and 7x7 in this net"
				}
				if want := sizes + ", whose net.stem is " + own + ": set net.stem to " + other; err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s weights in a net with the stem %s: %v", other, own, err)
				}
			})
		}
	}
}
