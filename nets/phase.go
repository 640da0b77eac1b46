package nets

import (
	"math/rand/v2"
	"strconv"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Begin says what is trained from now on: everything, or head and classifier
// alone (p.Train head), without the backbone's batch normalisation where that is
// frozen. A new net trains everything.
//
// A frozen batch normalisation keeps weights, biases and statistics, and
// normalises by those statistics, as a frozen BatchNormalization of Keras does.
// The head's, which starts from nothing, is never frozen.
func (n *Net) Begin(p configs.Phase) {
	n.phase = p
	for i := range n.store.entries {
		e := &n.store.entries[i]
		switch {
		case e.kind == statistic:
		case !inBackbone(e.name):
			e.trained = true
		default:
			e.trained = n.wholeNet() && !(e.kind == affine && n.frozenNorms())
		}
	}
	n.record()
}

func (n *Net) wholeNet() bool    { return n.phase.Train != "head" }
func (n *Net) frozenNorms() bool { return n.phase.BatchNorm == "frozen" }

// Train is the whole net in training: images [B,3,S,S] to logits [B,classes].
// kept is uint8 [B,NoiseWidth] of [Net.DrawNoise], or none where that width is
// 0. It moves running statistics; [Net.Count] says so. A backbone that is not
// trained runs as in inference, but for batch normalisation that is not frozen.
func (n *Net) Train(images, kept torch.Tensor) torch.Tensor {
	p := pass{batchNorm: !n.frozenNorms()}
	var e torch.Tensor
	if n.wholeNet() {
		p.kept = kept
		e = n.backbone.forward(images, p)
	} else {
		torch.NoGrad(func() { e = n.backbone.forward(images, p) })
	}
	if n.dropout > 0 {
		e = torch.Keep(e, kept, n.blockColumns(), 1/(1-n.dropout))
	}
	return n.Logits(e, true)
}

// Count counts a batch that the net was trained on, for PyTorch's counter beside
// the running statistics. It is apart from [Net.Train], which a graph may record
// without carrying it out, and repeat.
func (n *Net) Count() {
	n.store.batches.head++
	if !n.frozenNorms() {
		n.store.batches.backbone++
	}
}

// Weights are the tensors that the present phase trains, in the order of their
// names in [Net.WeightNames].
func (n *Net) Weights() []torch.Tensor {
	var out []torch.Tensor
	for _, e := range n.store.entries {
		if e.trained {
			out = append(out, e.tensor)
		}
	}
	return out
}

// WeightNames are the names of [Net.Weights].
func (n *Net) WeightNames() []string {
	var out []string
	for _, e := range n.store.entries {
		if e.trained {
			out = append(out, e.name)
		}
	}
	return out
}

// blockColumns is how many blocks stochastic depth may leave out in the present
// phase.
func (n *Net) blockColumns() int {
	if !n.wholeNet() {
		return 0
	}
	return len(n.backbone.drops())
}

// NoiseWidth is how many choices an update of the present phase draws for every
// picture: the blocks that stochastic depth keeps, the features that dropout
// keeps. 0 for a net with neither.
func (n *Net) NoiseWidth() int {
	w := n.blockColumns()
	if n.dropout > 0 {
		w += n.Dimension()
	}
	return w
}

// DrawNoise draws the choices of one update, 1 for what is kept and 0 for what is
// not: dst is [B,NoiseWidth], a function of (seed, update).
func (n *Net) DrawNoise(dst []uint8, update int) {
	const purpose = 0x6e6f697365 // "noise": no other stream has it
	r := rand.New(rand.NewPCG(n.store.seed^purpose, uint64(update)))
	blocks, width := n.backbone.drops()[:n.blockColumns()], n.NoiseWidth()
	for row := dst; len(row) >= width && width > 0; row = row[width:] {
		for i, d := range blocks {
			row[i] = keep(r, d.rate)
		}
		for i := len(blocks); i < width; i++ {
			row[i] = keep(r, n.dropout)
		}
	}
}

func keep(r *rand.Rand, rate float64) uint8 {
	if r.Float64() < rate {
		return 0
	}
	return 1
}

// chance is a configured chance: a number, or the published one for "auto" and
// for a net that was made without a configuration.
func chance(configured string, published float64) float64 {
	if v, err := strconv.ParseFloat(configured, 64); err == nil {
		return v
	}
	return published
}
