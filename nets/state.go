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
	for _, name := range n.store.norms {
		out = append(out, safetensors.I64(name+batchesSuffix, nil, []int64{*n.store.batches.of(name)}))
	}
	return out
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
