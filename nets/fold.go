package nets

import "github.com/cutpaste/cutpaste/nets/torch"

// folded are the weights that convolutions have with their batch normalisation folded
// into them, by the weights of their own.
type folded map[torch.Tensor]foldedConv

type foldedConv struct {
	weight torch.Tensor // [out, in/groups, k, k]
	bias   torch.Tensor // [out]
}

// Folded is a net's backbone for inference alone, as the net was when it was folded:
// every batch normalisation is in the weights of the convolution before it. What is
// left is convolutions with a bias, a sum and an activation, which oneDNN computes in
// one pass over their output on a CPU. Embeddings differ from [Net.Embed]'s by rounding.
type Folded struct {
	backbone backbone
	layers   folded
}

// Fold makes the backbone's copy for inference, which is as large as the backbone.
// Later changes of the net do not reach it. Free it when done.
func (n *Net) Fold() *Folded {
	f := &Folded{n.backbone, folded{}}
	whole := false
	defer func() {
		if !whole { // the device had no room for all of it
			f.Free()
		}
	}()
	for _, l := range n.store.layers {
		weight, bias := torch.Fold(l.conv.weight, l.bn.weight, l.bn.bias, l.bn.mean, l.bn.variance, l.bn.kind.eps)
		f.layers[l.conv.weight] = foldedConv{weight.Keep(), bias.Keep()}
	}
	whole = true
	return f
}

// Embed is [Net.Embed]: images [B,3,S,S] to embeddings [B,D]. It runs inside
// [torch.NoGrad], and always in the same precision and with the same kernels, as the
// first call settles the order of weights.
func (f *Folded) Embed(images torch.Tensor) torch.Tensor {
	return f.backbone.forward(images, pass{folded: f.layers})
}

// Free frees the copy.
func (f *Folded) Free() {
	for _, l := range f.layers {
		l.weight.Free()
		l.bias.Free()
	}
}
