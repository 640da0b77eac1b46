package nets

import (
	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Net is a backbone with its projection head and classifier. Its methods run
// inside torch.Do.
type Net struct {
	name       string
	store      *store
	backbone   backbone
	head       head
	classifier linear

	phase   configs.Phase
	dropout float64
}

// New makes the configured net with starting weights from seed, on device d, in
// channels-last memory if asked. net.stem auto is the ImageNet stem here:
// [configs.Config.Network] settles it by the size of the pictures. A name that is
// not known is an error that lists those that are. Free it when done.
func New(c configs.Net, classes int, seed uint64, d torch.Device, channelsLast bool) (*Net, error) {
	return build(0, c, classes, &store{seed: seed, device: d, channelsLast: channelsLast})
}

// NewBlank is [New] without starting weights, for those who load some: all by
// [Net.Load], or the backbone's by [Net.LoadBackbone], which starts the rest.
func NewBlank(c configs.Net, classes int, seed uint64, d torch.Device, channelsLast bool) (*Net, error) {
	return build(0, c, classes, &store{seed: seed, device: d, channelsLast: channelsLast, blank: true})
}

// NewOfWidth is [New] of a ResNet with another number of channels in the stem
// than the published 64; the rest keeps its proportions. Such slim twins do the
// same operations with little arithmetic: measurements are made on them. No
// configuration leads here.
func NewOfWidth(width int, c configs.Net, classes int, seed uint64, d torch.Device, channelsLast bool) (*Net, error) {
	return build(width, c, classes, &store{seed: seed, device: d, channelsLast: channelsLast})
}

func build(width int, c configs.Net, classes int, s *store) (*Net, error) {
	backboneOf, p, err := find(c, width)
	if err != nil {
		return nil, err
	}
	n := &Net{name: c.Name, store: s, dropout: chance(c.Dropout, p.dropout)}
	whole := false
	defer func() {
		if !whole { // the device had no room for all of it
			n.Free()
		}
	}()
	root := scope{store: s}
	n.backbone = backboneOf(root, chance(c.StochasticDepth, p.stochasticDepth))
	n.head = newHead(root.in("head"), n.backbone.dimension(), c.Head, c.HeadFinal == "plain")
	n.classifier = newLinear(root.in("classifier"), n.head.out, classes, true)
	n.Begin(configs.Phase{Train: "all", BatchNorm: "train"})
	whole = true
	return n, nil
}

// Dimension is how many numbers the features of a level of the configured net
// have, [Pool] being the embedding, without making the net. A name that is not
// known has none, 0.
func Dimension(c configs.Net, level string) int {
	i, err := Describe(c)
	if err != nil {
		return 0
	}
	if level == Pool {
		return i.Dimension
	}
	for _, l := range i.Levels {
		if l.Name == level {
			return l.Channels
		}
	}
	return 0
}

// Dimension is the length of an embedding: 512 for ResNet-18.
func (n *Net) Dimension() int { return n.backbone.dimension() }

// Embed is the backbone in inference: images [B,3,S,S] to embeddings [B,D].
func (n *Net) Embed(images torch.Tensor) torch.Tensor {
	return n.backbone.forward(images, pass{})
}

// Maps are the feature maps of levels in inference, in their order, each
// [B,C,H,W]. The pass ends at the last level that is asked for. Levels that the
// net has not, and [Pool], have none.
func (n *Net) Maps(images torch.Tensor, levels []string) []torch.Tensor {
	out, _ := n.reach(images, levels, func(maps torch.Tensor) torch.Tensor { return maps })
	return out
}

// Features are the features of levels as [Net.Maps] has them: each level's maps
// averaged over their positions, [B,C], and the embedding [B,D] for [Pool].
func (n *Net) Features(images torch.Tensor, levels []string) []torch.Tensor {
	out, embedding := n.reach(images, levels, torch.GlobalAvgPool)
	for i, level := range levels {
		if level == Pool {
			out[i] = embedding
		}
	}
	return out
}

// reach takes something of the maps of levels, and the embedding if the pass got
// there.
func (n *Net) reach(images torch.Tensor, levels []string, take func(maps torch.Tensor) torch.Tensor) (taken []torch.Tensor, embedding torch.Tensor) {
	taken = make([]torch.Tensor, len(levels))
	missing := len(levels)
	embedding = n.backbone.forward(images, pass{visit: func(level string, maps torch.Tensor) bool {
		for i, wanted := range levels {
			if wanted == level {
				taken[i] = take(maps)
				missing--
			}
		}
		return missing == 0
	}})
	return taken, embedding
}

// Logits is head and classifier: embeddings [B,D] to logits [B,classes]. With
// batch, batch normalisation takes the batch's statistics and moves its own.
func (n *Net) Logits(embeddings torch.Tensor, batch bool) torch.Tensor {
	return n.classifier.forward(n.head.forward(embeddings, batch))
}

// Free frees all of the net's tensors.
func (n *Net) Free() {
	for _, e := range n.store.entries {
		e.tensor.Free()
	}
}
