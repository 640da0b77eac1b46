package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import "fmt"

// SGD is stochastic gradient descent with momentum, as torch.optim.SGD without
// dampening, over all weights in one fused call.
type SGD struct {
	handle C.cp_sgd
	n      int
	scales bool // losses
}

// NewSGD makes an optimiser of these weights. weightDecay is the coefficient of
// the L2 term's gradient, as torch.optim.SGD's. Free it when done.
func NewSGD(weights []Tensor, momentum, weightDecay float64, nesterov bool) *SGD {
	if len(weights) == 0 {
		panic(misuse("an optimiser without weights"))
	}
	handles := make([]C.cp_tensor, len(weights))
	for i, w := range weights {
		handles[i] = w.c()
	}
	s := &SGD{n: len(weights)}
	must(C.cp_sgd_new(&handles[0], C.int64_t(len(handles)), C.double(momentum),
		C.double(weightDecay), flag(nesterov), &s.handle))
	return s
}

func (s *SGD) c() C.cp_sgd {
	if s.handle == nil {
		panic(misuse("an optimiser was used after it was freed"))
	}
	return s.handle
}

// Step updates every weight that has a gradient, with this learning rate, and
// lets the gradients go.
func (s *SGD) Step(lr float64) { must(C.cp_sgd_step(s.c(), C.double(lr), nil)) }

// StepBy is [SGD.Step] with the learning rate that lr, float32 [1], holds on the
// weights' device: one that changes from replay to replay of a graph.
func (s *SGD) StepBy(lr Tensor) { must(C.cp_sgd_step(s.c(), 0, lr.c())) }

// ScaleLosses begins dynamic loss scaling, as torch.amp.GradScaler does it by
// default: gradients of float16 are taken of a loss that is multiplied by a
// scale, first 65536, so that small ones do not become 0. A step divides them by
// it, does nothing where one is not finite, and then halves the scale; after
// 2,000 steps without that it doubles it. Nothing of it is read by the host.
func (s *SGD) ScaleLosses() {
	must(C.cp_sgd_scale_losses(s.c()))
	s.scales = true
}

// Scale is what to take the gradients of: the loss times its scale, or the loss
// itself without [SGD.ScaleLosses].
func (s *SGD) Scale(loss Tensor) Tensor {
	if !s.scales {
		return loss
	}
	return made(func(out *C.cp_tensor) *C.char { return C.cp_sgd_scale(s.c(), loss.c(), out) })
}

// Scaling is the state of [SGD.ScaleLosses]: the scale, float32, and the steps
// since it last changed, int32, both without dimensions. Writing to them with
// [Overwrite] is how a saved state is put back.
func (s *SGD) Scaling() (scale, steps Tensor) {
	if !s.scales {
		panic(misuse("the loss scale of an optimiser that scales no losses"))
	}
	return made(func(out *C.cp_tensor) *C.char { return C.cp_sgd_scaling(s.c(), 0, out) }),
		made(func(out *C.cp_tensor) *C.char { return C.cp_sgd_scaling(s.c(), 1, out) })
}

// ScalesLosses says whether [SGD.ScaleLosses] was called.
func (s *SGD) ScalesLosses() bool { return s.scales }

// Momentum is the momentum buffer of weight i; writing to it with [Overwrite]
// is how a saved state is put back.
func (s *SGD) Momentum(i int) Tensor {
	if i < 0 || i >= s.n {
		panic(misuse(fmt.Sprintf("momentum %d of %d weights", i, s.n)))
	}
	return made(func(out *C.cp_tensor) *C.char { return C.cp_sgd_buffer(s.c(), C.int64_t(i), out) })
}

// DropGradients lets go of gradients that no step used: those of a backward pass
// that was recorded and not carried out, or that failed on its way.
func (s *SGD) DropGradients() { C.cp_sgd_drop(s.c()) }

// Free frees the optimiser's buffers and the gradients; the weights stay.
func (s *SGD) Free() {
	C.cp_sgd_free(s.handle)
	s.handle = nil
}
