package nets

import (
	"math"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// conv is a convolution whose output has its input's size over the stride,
// rounded up.
type conv struct {
	weight torch.Tensor // [out, in/groups, k, k]
	bias   torch.Tensor // [out], or none as everywhere before batch normalisation
	shape  convShape
}

type convShape struct {
	in, out, kernel, stride, groups int
	bias                            bool
	// late puts the zeros around a picture of even size where TensorFlow's "same"
	// has them: one more after its positions than before. PyTorch's padding is
	// the same on both sides. They differ at stride 2 only.
	late bool
}

// newConv declares a convolution; s is at its output's size.
func newConv(s scope, c convShape) conv {
	s.store.cost(c, s.down)
	area := c.kernel * c.kernel
	// torchvision's start for convolutions: fan_out counts all output channels,
	// whatever the groups.
	l := conv{shape: c, weight: s.add("weight", parameter, kaimingNormal(c.out*area), c.out, c.in/c.groups, c.kernel, c.kernel)}
	if c.bias {
		l.bias = s.add("bias", parameter, constant(0), c.out)
	}
	return l
}

func (c conv) forward(x torch.Tensor) torch.Tensor {
	x, padding := c.pad(x)
	return torch.Conv2d(x, c.weight, c.bias, c.shape.stride, padding, c.shape.groups)
}

// pad is x with as many zeros around it as the convolution itself does not put there,
// and how many it does.
func (c conv) pad(x torch.Tensor) (padded torch.Tensor, padding int) {
	k, stride := c.shape.kernel, c.shape.stride
	if !c.shape.late || stride == 1 {
		return x, (k - 1) / 2
	}
	before, after := samePadding(x.Shape()[2], k, stride)
	if before != after {
		return torch.Pad(x, before, after), 0
	}
	return x, before
}

// samePadding is how many zeros TensorFlow's "same" has before and after size
// positions.
func samePadding(size, kernel, stride int) (before, after int) {
	out := (size + stride - 1) / stride
	all := max((out-1)*stride+kernel-size, 0)
	return all / 2, all - all/2
}

// normKind are batch normalisation's constants.
type normKind struct{ momentum, eps float64 }

// PyTorch's defaults, and those of TensorFlow's EfficientNets, which torchvision
// keeps where the weights were ported from there.
var (
	torchNorm      = normKind{0.1, 1e-5}
	tensorFlowNorm = normKind{0.01, 1e-3}
)

// norm is batch normalisation over channels.
type norm struct {
	weight, bias, mean, variance torch.Tensor // [C] each
	kind                         normKind
}

func newNorm(s scope, kind normKind, channels int) norm {
	s.store.norms = append(s.store.norms, named{s.prefix, kind})
	return norm{
		weight:   s.add("weight", affine, constant(1), channels),
		bias:     s.add("bias", affine, constant(0), channels),
		mean:     s.add("running_mean", statistic, constant(0), channels),
		variance: s.add("running_var", statistic, constant(1), channels),
		kind:     kind,
	}
}

// forward normalises by the batch's statistics, which its own then move
// towards, or by its own.
func (n norm) forward(x torch.Tensor, batch bool) torch.Tensor {
	return torch.BatchNorm(x, n.weight, n.bias, n.mean, n.variance, batch, n.kind.momentum, n.kind.eps)
}

// convNorm is a convolution and its batch normalisation, and what follows them.
type convNorm struct {
	conv conv
	bn   norm
}

// newConvNorm declares both, each in its own scope.
func newConvNorm(ofConv scope, c convShape, ofNorm scope, kind normKind) convNorm {
	l := convNorm{newConv(ofConv, c), newNorm(ofNorm, kind, c.out)}
	ofConv.store.layers = append(ofConv.store.layers, l)
	return l
}

// forward adds onto, which may be none and is not to be used afterwards, before the
// activation.
func (l convNorm) forward(x torch.Tensor, p pass, onto torch.Tensor, a torch.Activation) torch.Tensor {
	if f, ok := p.folded[l.conv.weight]; ok {
		x, padding := l.conv.pad(x)
		return torch.ConvActivated(x, f.weight, f.bias, l.conv.shape.stride, padding, l.conv.shape.groups, onto, a)
	}
	x = l.bn.forward(l.conv.forward(x), p.batchNorm)
	if onto.Defined() {
		x = torch.AddTo(x, onto)
	}
	return a.Of(x)
}

// linear is a dense layer, started as PyTorch's nn.Linear.
type linear struct {
	weight torch.Tensor // [out, in]
	bias   torch.Tensor // [out], or none
}

func newLinear(s scope, in, out int, bias bool) linear {
	limit := 1 / math.Sqrt(float64(in))
	l := linear{weight: s.add("weight", parameter, uniform(limit), out, in)}
	if bias {
		l.bias = s.add("bias", parameter, uniform(limit), out)
	}
	return l
}

func (l linear) forward(x torch.Tensor) torch.Tensor {
	return torch.Linear(x, l.weight, l.bias)
}
