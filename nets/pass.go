package nets

import "github.com/cutpaste/cutpaste/nets/torch"

// pass is one way of images through a backbone.
type pass struct {
	batchNorm bool         // batch normalisation takes the batch's statistics and moves its own
	kept      torch.Tensor // what stochastic depth and dropout keep, uint8 [B,columns]; or none
	folded    folded       // convolutions that stand for themselves and their batch normalisation; or none
	visit     func(level string, maps torch.Tensor) (enough bool)
}

// reached shows a level's maps [B,C,H,W] to whoever asked for levels, and says
// whether the pass can end there.
func (p pass) reached(level string, maps torch.Tensor) (enough bool) {
	return p.visit != nil && p.visit(level, maps)
}

// over frees maps that nothing reads any more, where nothing is recorded for a
// backward pass and nobody looks at maps: the next ones take their memory, which the
// processor's caches still hold.
func (p pass) over(maps torch.Tensor) {
	if p.folded != nil {
		maps.Free()
	}
}

// join adds a block's output to its input, for those pictures that stochastic
// depth keeps: the others go past the block.
func (p pass) join(output, input torch.Tensor, d depthDrop) torch.Tensor {
	if !p.kept.Defined() || d.rate == 0 {
		return torch.AddTo(output, input)
	}
	return torch.AddKept(output, input, p.kept, d.column, 1/(1-d.rate))
}

// depthDrop is the chance that stochastic depth leaves a block out (Huang et
// al. 2016), and where an update's choice stands.
type depthDrop struct {
	rate   float64
	column int
}
