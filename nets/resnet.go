package nets

import (
	"strconv"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// resnetKind is a row of the family's table.
type resnetKind struct {
	blocks     [4]int // of each stage
	bottleneck bool   // blocks of 1x1, 3x3 and 1x1 convolutions in place of two 3x3
	width      int    // channels of the first stage's 3x3 convolutions, later ones doubling
	base       int    // channels of the stem; width itself but for wide ones
}

// resnetWidth is the published number of channels of the stem.
const resnetWidth = 64

// resnets are He et al. 2016, Table 1, and Zagoruyko and Komodakis 2016.
var resnets = map[string]resnetKind{
	"resnet18":        {blocks: [4]int{2, 2, 2, 2}, width: resnetWidth, base: resnetWidth},
	"resnet34":        {blocks: [4]int{3, 4, 6, 3}, width: resnetWidth, base: resnetWidth},
	"resnet50":        {blocks: [4]int{3, 4, 6, 3}, width: resnetWidth, base: resnetWidth, bottleneck: true},
	"wide_resnet50_2": {blocks: [4]int{3, 4, 6, 3}, width: 2 * resnetWidth, base: resnetWidth, bottleneck: true},
}

// resnetStem is the stem's convolution.
const resnetStem = "conv1"

// stemKernels are its widths.
var stemKernels = map[string]int{configs.StemImageNet: 7, configs.StemSmall: 3}

// expansion is how many times more channels a bottleneck's last convolution has
// than the published width of its 3x3 one.
const expansion = 4

// resnet is a residual net with the ImageNet stem, a 7x7 convolution at stride 2
// and a 3x3 maximum at stride 2, or the small one, a 3x3 convolution at stride 1
// alone, which leaves pictures of few pixels at their size.
type resnet struct {
	stem   convNorm
	small  bool
	stages [4][]residual
	out    [4]int // channels of each stage
}

// residual is a block beside a shortcut, which is a 1x1 convolution where the
// shape changes: convolutions with batch normalisation, rectified but for the
// last, whose sum with the shortcut is.
type residual struct {
	convs    []convNorm
	shortcut *convNorm
}

func newResNet(s scope, k resnetKind, small bool) *resnet {
	r := &resnet{small: small}
	stem, down := convShape{in: 3, out: k.base, kernel: stemKernels[configs.StemImageNet], stride: 2, groups: 1}, 1
	if small {
		stem.kernel, stem.stride, down = stemKernels[configs.StemSmall], 1, 0
	}
	r.stem = newConvNorm(s.in(resnetStem).at(down), stem, s.in("bn1"), torchNorm)
	in := k.base
	for i, n := range k.blocks {
		stride := 2
		if i == 0 {
			stride = 1
		}
		r.out[i] = k.base << i
		if k.bottleneck {
			r.out[i] *= expansion
		}
		stage := s.in("layer" + strconv.Itoa(i+1)).at(r.down(i))
		for j := range n {
			r.stages[i] = append(r.stages[i], newResidual(stage.in(strconv.Itoa(j)), in, k.convs(in, k.width<<i, r.out[i], stride)))
			in, stride = r.out[i], 1
		}
	}
	return r
}

// convs are the convolutions of a block. As in torchvision, a bottleneck's
// stride is its 3x3 convolution's.
func (k resnetKind) convs(in, width, out, stride int) []convShape {
	if !k.bottleneck {
		return []convShape{
			{in: in, out: out, kernel: 3, stride: stride, groups: 1},
			{in: out, out: out, kernel: 3, stride: 1, groups: 1},
		}
	}
	return []convShape{
		{in: in, out: width, kernel: 1, stride: 1, groups: 1},
		{in: width, out: width, kernel: 3, stride: stride, groups: 1},
		{in: width, out: out, kernel: 1, stride: 1, groups: 1},
	}
}

// newResidual declares a block; s is at its output's size.
func newResidual(s scope, in int, shapes []convShape) residual {
	var b residual
	stride := 1
	for _, c := range shapes {
		stride *= c.stride
	}
	reached := 1 // the stride of what came before
	for i, c := range shapes {
		here := s
		if reached *= c.stride; reached < stride {
			here = s.at(s.down - 1)
		}
		n := strconv.Itoa(i + 1)
		b.convs = append(b.convs, newConvNorm(here.in("conv"+n), c, here.in("bn"+n), torchNorm))
	}
	if out := shapes[len(shapes)-1].out; stride != 1 || in != out {
		l := newConvNorm(s.in("downsample.0"), convShape{in: in, out: out, kernel: 1, stride: stride, groups: 1}, s.in("downsample.1"), torchNorm)
		b.shortcut = &l
	}
	return b
}

// forward shows each stage's maps under torchvision's name, layer1 to layer4.
func (r *resnet) forward(x torch.Tensor, p pass) torch.Tensor {
	x = r.stem.forward(x, p, torch.Tensor{}, torch.ByReLU)
	if !r.small {
		stem := x
		x = torch.MaxPool2d(stem, 3, 2, 1)
		p.over(stem)
	}
	for i, stage := range r.stages {
		for _, block := range stage {
			x = block.forward(x, p)
		}
		if p.reached("layer"+strconv.Itoa(i+1), x) {
			return torch.Tensor{}
		}
	}
	return torch.GlobalAvgPool(x)
}

func (b residual) forward(x torch.Tensor, p pass) torch.Tensor {
	identity := x
	if b.shortcut != nil {
		identity = b.shortcut.forward(x, p, torch.Tensor{}, torch.NoActivation)
	}
	last := len(b.convs) - 1
	for i, l := range b.convs[:last] {
		y := l.forward(x, p, torch.Tensor{}, torch.ByReLU)
		if i > 0 || b.shortcut != nil {
			p.over(x)
		}
		x = y
	}
	y := b.convs[last].forward(x, p, identity, torch.ByReLU)
	p.over(x)
	p.over(identity)
	return y
}

// down says how much smaller than the picture the maps of a stage, from 0, are:
// 2^down times.
func (r *resnet) down(stage int) int {
	if r.small {
		return stage
	}
	return 2 + stage
}

func (r *resnet) dimension() int { return r.out[3] }

func (r *resnet) classifier() string { return "fc" }

func (r *resnet) drops() []depthDrop { return nil }

func (r *resnet) levels() []Level {
	var out []Level
	for i, channels := range r.out {
		out = append(out, Level{"layer" + strconv.Itoa(i+1), channels, r.down(i)})
	}
	return out
}
