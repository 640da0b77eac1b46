package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/wangkuiyi/gotorch"
	F "github.com/wangkuiyi/gotorch/nn/functional"
)

var one = []int64{1, 1}

// pair is a size for both dimensions of a picture; small ones are shared.
func pair(n int) []int64 {
	if n < len(pairs) {
		return pairs[n][:]
	}
	return []int64{int64(n), int64(n)}
}

var pairs = func() (p [16][2]int64) {
	for i := range p {
		p[i] = [2]int64{int64(i), int64(i)}
	}
	return p
}()

// Conv2d is torch.nn.functional.conv2d: x [N,C,H,W], weight [O,C/groups,k,k],
// bias [O] or none.
func Conv2d(x, weight, bias Tensor, stride, padding, groups int) Tensor {
	return adopt(func() gotorch.Tensor {
		return F.Conv2d(x.some(), weight.some(), bias.raw(), pair(stride), pair(padding), one, int64(groups))
	})
}

// Pad puts zeros around x [N,C,H,W], so many before and after its positions in
// both dimensions.
func Pad(x Tensor, before, after int) Tensor {
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_pad(x.c(), C.int64_t(before), C.int64_t(after), out)
	})
}

// BatchNorm is torch.nn.functional.batch_norm over channels, for x [N,C,H,W] or
// [N,C]. In training it uses the batch's statistics and moves mean and variance
// [C] towards them by momentum.
func BatchNorm(x, weight, bias, mean, variance Tensor, train bool, momentum, eps float64) Tensor {
	return adopt(func() gotorch.Tensor {
		return F.BatchNorm(x.some(), mean.some(), variance.some(), weight.some(), bias.some(), train, momentum, eps)
	})
}

// ReLU replaces x by max(x, 0) in place and returns it.
func ReLU(x Tensor) Tensor { return adopt(func() gotorch.Tensor { return F.Relu(x.some(), true) }) }

// SiLU is x times its sigmoid; where no gradient is wanted it replaces x.
func SiLU(x Tensor) Tensor {
	return made(func(out *C.cp_tensor) *C.char { return C.cp_silu(x.c(), out) })
}

// ReLU6 replaces x by min(max(x, 0), 6) in place and returns it.
func ReLU6(x Tensor) Tensor {
	return made(func(out *C.cp_tensor) *C.char { return C.cp_relu6(x.c(), out) })
}

// Sigmoid is 1 / (1 + exp(-x)).
func Sigmoid(x Tensor) Tensor {
	return adopt(func() gotorch.Tensor { return gotorch.Sigmoid(x.some()) })
}

// Gate is x [N,C,H,W] times gate [N,C,1,1]; where no gradient is wanted it
// replaces x.
func Gate(x, gate Tensor) Tensor {
	return made(func(out *C.cp_tensor) *C.char { return C.cp_gate(x.c(), gate.c(), out) })
}

// MaxPool2d is torch.nn.functional.max_pool2d.
func MaxPool2d(x Tensor, kernel, stride, padding int) Tensor {
	return adopt(func() gotorch.Tensor {
		return F.MaxPool2d(x.some(), pair(kernel), pair(stride), pair(padding), one, false)
	})
}

// Squeeze averages x [N,C,H,W] over its positions: [N,C,1,1].
func Squeeze(x Tensor) Tensor {
	return adopt(func() gotorch.Tensor { return F.AdaptiveAvgPool2d(x.some(), one) })
}

// GlobalAvgPool averages x [N,C,H,W] over its positions: [N,C].
func GlobalAvgPool(x Tensor) Tensor {
	pooled := Squeeze(x)
	return adopt(func() gotorch.Tensor { return gotorch.Flatten(pooled.some(), 1, -1) })
}

// Linear is x [N,I] times weight [O,I] transposed, plus bias [O] or none.
func Linear(x, weight, bias Tensor) Tensor {
	return adopt(func() gotorch.Tensor { return F.Linear(x.some(), weight.some(), bias.raw()) })
}

// AddTo adds y to x in place and returns x.
func AddTo(x, y Tensor) Tensor {
	g := x.some()
	return adopt(func() gotorch.Tensor { return g.AddI(y.some(), 1) })
}

// AddKept adds x [N,C,H,W], times scale, to y for those of the N whose byte in
// this column of kept, uint8 [N,columns] of 0 and 1, is 1: stochastic depth.
func AddKept(x, y, kept Tensor, column int, scale float64) Tensor {
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_add_kept(x.c(), y.c(), kept.c(), C.int64_t(column), C.double(scale), out)
	})
}

// Keep is x [N,D] times scale where kept, uint8 [N,columns] of 0 and 1, has 1 in
// its D columns from this one on, and 0 elsewhere: dropout.
func Keep(x, kept Tensor, from int, scale float64) Tensor {
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_keep(x.c(), kept.c(), C.int64_t(from), C.double(scale), out)
	})
}

// Images makes normalised pictures [N,3,S,S] on device d of bytes [N,S,S,3]:
// (v/255 - mean) / std per channel. Channels-last is the layout that the bytes
// have already.
func Images(bytes []uint8, size int, mean, std []float64, d Device, channelsLast bool) Tensor {
	per := size * size * 3
	if len(bytes)%per != 0 {
		panic(misuse(fmt.Sprintf("%d bytes are no whole number of %d px pictures", len(bytes), size)))
	}
	var m, inv [3]C.float
	for i := range m {
		m[i] = C.float(mean[i] * 255)
		inv[i] = C.float(1 / (std[i] * 255))
	}
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_images(unsafe.Pointer(unsafe.SliceData(bytes)), C.int64_t(len(bytes)/per),
			C.int64_t(size), &m[0], &inv[0], name, flag(channelsLast), out)
	})
}

// CrossEntropy is the mean cross-entropy of logits [N,C] against labels [N].
func CrossEntropy(logits, labels Tensor) Tensor {
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_cross_entropy(logits.c(), labels.c(), out)
	})
}
