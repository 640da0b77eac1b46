package nets

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// backbone is what a family of networks offers.
type backbone interface {
	forward(images torch.Tensor, train bool, visit func(level string, maps torch.Tensor)) torch.Tensor
	dimension() int
}

// Names lists the backbones that [New] knows.
func Names() []string { return slices.Sorted(maps.Keys(resnetBlocks)) }

// Net is a backbone with its projection head and classifier. Its methods run
// inside torch.Do.
type Net struct {
	store      *store
	backbone   backbone
	head       head
	classifier linear
}

// New makes the configured net with starting weights from seed, on device d, in
// channels-last memory if asked. A name that is not known is an error that
// lists those that are. Free it when done.
func New(c configs.Net, classes int, seed uint64, d torch.Device, channelsLast bool) (*Net, error) {
	return NewOfWidth(resnetWidth, c, classes, seed, d, channelsLast)
}

// NewOfWidth is [New] with another number of channels in the first stage than
// the published 64; later stages keep their proportions. Such slim twins do the
// same operations with little arithmetic: measurements are made on them. No
// configuration leads here.
func NewOfWidth(width int, c configs.Net, classes int, seed uint64, d torch.Device, channelsLast bool) (*Net, error) {
	blocks, ok := resnetBlocks[c.Name]
	if !ok {
		return nil, fmt.Errorf("net.name %q is not known; there are: %s", c.Name, strings.Join(Names(), ", "))
	}
	n := &Net{store: &store{seed: seed, device: d, channelsLast: channelsLast}}
	whole := false
	defer func() {
		if !whole { // the device had no room for all of it
			n.Free()
		}
	}()
	root := scope{store: n.store}
	n.backbone = newResNet(root, blocks, width)
	n.head = newHead(root.in("head"), n.backbone.dimension(), c.Head, c.HeadFinal == "plain")
	n.classifier = newLinear(root.in("classifier"), n.head.out, classes, true)
	whole = true
	return n, nil
}

// Dimension is the length of the configured net's embeddings, without making the
// net. A name that is not known has none, 0.
func Dimension(c configs.Net) int {
	if _, ok := resnetBlocks[c.Name]; !ok {
		return 0
	}
	return 8 * resnetWidth
}

// Dimension is the length of an embedding: 512 for ResNet-18.
func (n *Net) Dimension() int { return n.backbone.dimension() }

// Embed is the backbone: images [B,3,S,S] to embeddings [B,D]. In training it
// uses and moves batch normalisation's statistics.
func (n *Net) Embed(images torch.Tensor, train bool) torch.Tensor {
	return n.backbone.forward(images, train, nil)
}

// Levels is [Net.Embed] that shows the feature maps of each stage on the way.
func (n *Net) Levels(images torch.Tensor, train bool, visit func(level string, maps torch.Tensor)) torch.Tensor {
	return n.backbone.forward(images, train, visit)
}

// Logits is head and classifier: embeddings [B,D] to logits [B,classes].
func (n *Net) Logits(embeddings torch.Tensor, train bool) torch.Tensor {
	return n.classifier.forward(n.head.forward(embeddings, train))
}

// Train is the whole net in training: images [B,3,S,S] to logits [B,classes]. It
// moves the running statistics; [Net.Count] says so.
func (n *Net) Train(images torch.Tensor) torch.Tensor {
	return n.Logits(n.Embed(images, true), true)
}

// Count counts a batch that the net was trained on, for PyTorch's counter beside
// the running statistics. It is apart from [Net.Train], which a graph may record
// without carrying it out, and repeat.
func (n *Net) Count() { n.store.batches++ }

// Weights are the tensors that training changes, in the order of their names in
// [Net.WeightNames].
func (n *Net) Weights() []torch.Tensor {
	var out []torch.Tensor
	for _, e := range n.store.entries {
		if e.weight {
			out = append(out, e.tensor)
		}
	}
	return out
}

// WeightNames are the names of [Net.Weights].
func (n *Net) WeightNames() []string {
	var out []string
	for _, e := range n.store.entries {
		if e.weight {
			out = append(out, e.name)
		}
	}
	return out
}

// Free frees all of the net's tensors.
func (n *Net) Free() {
	for _, e := range n.store.entries {
		e.tensor.Free()
	}
}
