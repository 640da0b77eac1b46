package nets

import (
	"math"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// conv is a convolution without bias, as everywhere before batch normalisation.
type conv struct {
	weight          torch.Tensor // [out, in, k, k]
	stride, padding int
}

func newConv(s scope, in, out, kernel, stride, padding int) conv {
	w := s.add("weight", true, kaimingNormal(out*kernel*kernel), out, in, kernel, kernel)
	return conv{w, stride, padding}
}

func (c conv) forward(x torch.Tensor) torch.Tensor {
	return torch.Conv2d(x, c.weight, torch.Tensor{}, c.stride, c.padding)
}

// Batch normalisation's constants, PyTorch's defaults.
const (
	normMomentum = 0.1
	normEps      = 1e-5
)

// norm is batch normalisation over channels.
type norm struct {
	weight, bias, mean, variance torch.Tensor // [C] each
}

func newNorm(s scope, channels int) norm {
	s.store.norms = append(s.store.norms, s.prefix)
	return norm{
		weight:   s.add("weight", true, constant(1), channels),
		bias:     s.add("bias", true, constant(0), channels),
		mean:     s.add("running_mean", false, constant(0), channels),
		variance: s.add("running_var", false, constant(1), channels),
	}
}

func (n norm) forward(x torch.Tensor, train bool) torch.Tensor {
	return torch.BatchNorm(x, n.weight, n.bias, n.mean, n.variance, train, normMomentum, normEps)
}

// linear is a dense layer, started as PyTorch's nn.Linear.
type linear struct {
	weight torch.Tensor // [out, in]
	bias   torch.Tensor // [out], or none
}

func newLinear(s scope, in, out int, bias bool) linear {
	limit := 1 / math.Sqrt(float64(in))
	l := linear{weight: s.add("weight", true, uniform(limit), out, in)}
	if bias {
		l.bias = s.add("bias", true, uniform(limit), out)
	}
	return l
}

func (l linear) forward(x torch.Tensor) torch.Tensor {
	return torch.Linear(x, l.weight, l.bias)
}
