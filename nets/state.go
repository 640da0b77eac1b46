package nets

import (
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// batchesSuffix names PyTorch's counter of training batches of each batch
// normalisation; ours is one number for all of them.
const batchesSuffix = ".num_batches_tracked"

// State is every tensor of the net, copied to the host under torchvision's
// names, head and classifier under head.* and classifier.*.
func (n *Net) State() []safetensors.Tensor {
	var out []safetensors.Tensor
	for _, e := range n.store.entries {
		out = append(out, safetensors.F32(e.name, e.shape, torch.Read[float32](e.tensor)))
	}
	for _, norm := range n.store.norms {
		out = append(out, safetensors.I64(norm.name+batchesSuffix, nil, []int64{*n.store.batches.of(norm.name)}))
	}
	return out
}

// Published is the net's backbone as torchvision has it, or for the lite nets
// efficientnet_lite_pytorch, so that load_state_dict of their network takes it as
// it is: with a classifier of ImageNet's 1,000 classes, which there is none of
// here, and which is all zeros. With the small stem it is theirs with conv1 replaced
// by one of 3x3 at stride 1 and maxpool by nothing.
func (n *Net) Published() []safetensors.Tensor {
	const classes = 1000
	name, dim := n.backbone.classifier(), n.Dimension()
	return append(n.part(inBackbone),
		safetensors.F32(name+".weight", []int{classes, dim}, make([]float32, classes*dim)),
		safetensors.F32(name+".bias", []int{classes}, make([]float32, classes)))
}

// HeadState is what [Net.State] has besides the backbone: head and classifier.
func (n *Net) HeadState() []safetensors.Tensor {
	return n.part(func(name string) bool { return !inBackbone(name) })
}

// part is the state of the tensors with some names.
func (n *Net) part(wanted func(name string) bool) []safetensors.Tensor {
	return slices.DeleteFunc(n.State(), func(t safetensors.Tensor) bool { return !wanted(t.Name) })
}

// of is the count of the batch normalisation of this name.
func (c *counts) of(name string) *int64 {
	if inBackbone(name) {
		return &c.backbone
	}
	return &c.head
}

// inBackbone says whether a name belongs to the backbone rather than to what
// serves training only: our head and classifier, the classifiers that ImageNet
// weights come with.
func inBackbone(name string) bool {
	return !slices.ContainsFunc([]string{"head.", "classifier.", "fc.", "_fc."}, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}
