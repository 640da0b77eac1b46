package nets

import (
	"strconv"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// resnetBlocks says how many basic blocks each of the four stages has (He et
// al. 2016, Table 1).
var resnetBlocks = map[string][4]int{
	"resnet18": {2, 2, 2, 2},
}

// resnetWidth is the published number of channels of the first stage.
const resnetWidth = 64

// resnet is a residual net of basic blocks with the ImageNet stem: a 7x7
// convolution at stride 2 and a 3x3 maximum at stride 2.
type resnet struct {
	stem   conv
	bn     norm
	stages [4][]basicBlock
	dim    int
}

// newResNet makes a ResNet whose first stage has this width; 64 is the
// published one. The embedding has 8 times as many numbers.
func newResNet(s scope, blocks [4]int, width int) *resnet {
	r := &resnet{
		stem: newConv(s.in("conv1"), 3, width, 7, 2, 3),
		bn:   newNorm(s.in("bn1"), width),
		dim:  8 * width,
	}
	in := width
	for i, n := range blocks {
		out, stride := width<<i, 2
		if i == 0 {
			stride = 1
		}
		stage := s.in("layer" + strconv.Itoa(i+1))
		for j := range n {
			r.stages[i] = append(r.stages[i], newBasicBlock(stage.in(strconv.Itoa(j)), in, out, stride))
			in, stride = out, 1
		}
	}
	return r
}

// forward is the backbone: images [B,3,S,S] to pooled features [B,D]. visit,
// which may be nil, is shown each stage's feature maps under torchvision's name
// (layer1 to layer4).
func (r *resnet) forward(x torch.Tensor, train bool, visit func(level string, maps torch.Tensor)) torch.Tensor {
	x = torch.ReLU(r.bn.forward(r.stem.forward(x), train))
	x = torch.MaxPool2d(x, 3, 2, 1)
	for i, stage := range r.stages {
		for _, block := range stage {
			x = block.forward(x, train)
		}
		if visit != nil {
			visit("layer"+strconv.Itoa(i+1), x)
		}
	}
	return torch.GlobalAvgPool(x)
}

func (r *resnet) dimension() int { return r.dim }

// basicBlock is two 3x3 convolutions beside a shortcut, which is a 1x1
// convolution where the shape changes.
type basicBlock struct {
	conv1, conv2 conv
	bn1, bn2     norm
	shortcut     *shortcut
}

type shortcut struct {
	conv conv
	bn   norm
}

func newBasicBlock(s scope, in, out, stride int) basicBlock {
	b := basicBlock{
		conv1: newConv(s.in("conv1"), in, out, 3, stride, 1),
		bn1:   newNorm(s.in("bn1"), out),
		conv2: newConv(s.in("conv2"), out, out, 3, 1, 1),
		bn2:   newNorm(s.in("bn2"), out),
	}
	if stride != 1 || in != out {
		b.shortcut = &shortcut{
			conv: newConv(s.in("downsample.0"), in, out, 1, stride, 0),
			bn:   newNorm(s.in("downsample.1"), out),
		}
	}
	return b
}

func (b basicBlock) forward(x torch.Tensor, train bool) torch.Tensor {
	identity := x
	if b.shortcut != nil {
		identity = b.shortcut.bn.forward(b.shortcut.conv.forward(x), train)
	}
	y := torch.ReLU(b.bn1.forward(b.conv1.forward(x), train))
	y = b.bn2.forward(b.conv2.forward(y), train)
	return torch.ReLU(torch.AddTo(y, identity))
}
