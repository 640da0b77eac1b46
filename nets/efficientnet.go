package nets

import (
	"math"
	"strconv"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// efficientKind is a row of the family's table.
type efficientKind struct {
	width, depth float64
	dropout      float64 // of the pooled features, before the classifier
	norm         normKind
	lite         bool // without squeeze and excitation, ReLU6 for SiLU, stem and head not scaled
}

// efficientNets are Tan and Le 2019 (width, depth and dropout as their code has
// them) and TensorFlow's efficientnet/lite. Batch normalisation's constants are
// torchvision's: TensorFlow's from B5 on, whose weights come from there.
var efficientNets = map[string]efficientKind{
	"efficientnet_b0": {1.0, 1.0, 0.2, torchNorm, false},
	"efficientnet_b1": {1.0, 1.1, 0.2, torchNorm, false},
	"efficientnet_b2": {1.1, 1.2, 0.3, torchNorm, false},
	"efficientnet_b3": {1.2, 1.4, 0.3, torchNorm, false},
	"efficientnet_b4": {1.4, 1.8, 0.4, torchNorm, false},
	"efficientnet_b5": {1.6, 2.2, 0.4, tensorFlowNorm, false},
	"efficientnet_b6": {1.8, 2.6, 0.5, tensorFlowNorm, false},
	"efficientnet_b7": {2.0, 3.1, 0.5, tensorFlowNorm, false},

	"efficientnet_lite0": {1.0, 1.0, 0.2, tensorFlowNorm, true},
	"efficientnet_lite1": {1.0, 1.1, 0.2, tensorFlowNorm, true},
	"efficientnet_lite2": {1.1, 1.2, 0.3, tensorFlowNorm, true},
	"efficientnet_lite3": {1.2, 1.4, 0.3, tensorFlowNorm, true},
	"efficientnet_lite4": {1.4, 1.8, 0.3, tensorFlowNorm, true},
}

// efficientDepthDrop is the chance of stochastic depth, growing from 0 at the
// first block: the published one of all sizes.
const efficientDepthDrop = 0.2

// efficientStages are the stages of B0 (Tan and Le 2019, Table 1).
var efficientStages = [7]struct{ expand, kernel, stride, in, out, blocks int }{
	{1, 3, 1, 32, 16, 1},
	{6, 3, 2, 16, 24, 2},
	{6, 5, 2, 24, 40, 2},
	{6, 3, 2, 40, 80, 3},
	{6, 5, 1, 80, 112, 3},
	{6, 5, 2, 112, 192, 4},
	{6, 3, 1, 192, 320, 1},
}

// efficientHead is the last convolution's number of channels over the last
// stage's.
const efficientHead = 4

// activation is what follows batch normalisation.
func (k efficientKind) activation() torch.Activation {
	if k.lite {
		return torch.ByReLU6
	}
	return torch.BySiLU
}

// channels scales a number of channels to a multiple of 8 that is not more than
// a tenth below.
func (k efficientKind) channels(n int) int {
	scaled := k.width * float64(n)
	c := max(8, int(scaled+4)/8*8)
	if float64(c) < 0.9*scaled {
		c += 8
	}
	return c
}

// blocks scales the number of blocks of a stage; the lite nets leave the first
// and the last stage as they are.
func (k efficientKind) blocks(stage int) int {
	n := efficientStages[stage].blocks
	if k.lite && (stage == 0 || stage == len(efficientStages)-1) {
		return n
	}
	return int(math.Ceil(k.depth * float64(n)))
}

// efficientNet is a stem, seven stages of inverted bottlenecks and a head of one
// convolution.
type efficientNet struct {
	stem, top convNorm
	stages    [7][]mbConv
	act       torch.Activation
	names     naming
	shown     []Level
	drop      []depthDrop
}

func newEfficientNet(s scope, k efficientKind, depthDropRate float64) *efficientNet {
	names, stem := torchvisionNames, k.channels(efficientStages[0].in)
	e := &efficientNet{act: k.activation()}
	if k.lite {
		names, stem = liteNames, efficientStages[0].in
	}
	total := 0
	for i := range efficientStages {
		total += k.blocks(i)
	}
	e.names = names
	layers := layerMaker{k, names}
	e.stem = layers.make(s.at(1), names.stem, convShape{in: 3, out: stem, kernel: 3, stride: 2, groups: 1})
	e.level(stem, 1)
	in, down, index := stem, 1, 0
	for i, stage := range efficientStages {
		out, stride := k.channels(stage.out), stage.stride
		down += stride - 1
		for j := range k.blocks(i) {
			drop := depthDrop{}
			if stride == 1 && in == out && index > 0 && depthDropRate > 0 {
				drop = depthDrop{depthDropRate * float64(index) / float64(total), len(e.drop)}
				e.drop = append(e.drop, drop)
			}
			block := s.in(names.block(i+1, j, index)).at(down)
			e.stages[i] = append(e.stages[i], newMBConv(block, layers, in, out, stage.expand, stage.kernel, stride, drop))
			in, stride = out, 1
			index++
		}
		e.level(out, down)
	}
	top := efficientHead * in
	if k.lite {
		top = efficientHead * efficientStages[6].out
	}
	e.top = layers.make(s.at(down), names.top, convShape{in: in, out: top, kernel: 1, stride: 1, groups: 1})
	e.level(top, down)
	return e
}

// level notes the next level, counted as by Rippel, Mertens and Merhof 2020: the
// stem is 1, the stages 2 to 8, the head 9.
func (e *efficientNet) level(channels, down int) {
	e.shown = append(e.shown, Level{"level" + strconv.Itoa(len(e.shown)+1), channels, down})
}

func (e *efficientNet) forward(x torch.Tensor, p pass) torch.Tensor {
	x = e.stem.forward(x, p, torch.Tensor{}, e.act)
	if p.reached(e.shown[0].Name, x) {
		return torch.Tensor{}
	}
	for i, stage := range e.stages {
		for _, block := range stage {
			x = block.forward(x, p)
		}
		if p.reached(e.shown[i+1].Name, x) {
			return torch.Tensor{}
		}
	}
	x = e.top.forward(x, p, torch.Tensor{}, e.act)
	if p.reached(e.shown[8].Name, x) {
		return torch.Tensor{}
	}
	return torch.GlobalAvgPool(x)
}

func (e *efficientNet) dimension() int     { return e.shown[8].Channels }
func (e *efficientNet) levels() []Level    { return e.shown }
func (e *efficientNet) classifier() string { return e.names.classifier }
func (e *efficientNet) drops() []depthDrop { return e.drop }
