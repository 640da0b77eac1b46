package nets

import (
	"fmt"
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

// Load puts a state from [Net.State] back. Every tensor must be there with its
// shape, and no other.
func (n *Net) Load(f *safetensors.File) error {
	return n.load(f, func(string) bool { return true })
}

// LoadBackbone puts the backbone's weights of a file in place and leaves head
// and classifier at their start: the way of net.weights. Weights of another
// head or classifier in the file (head.*, classifier.*, torchvision's fc.*) are
// skipped; everything else must match both ways.
func (n *Net) LoadBackbone(f *safetensors.File) error { return n.load(f, inBackbone) }

func (n *Net) load(f *safetensors.File, wanted func(string) bool) error {
	known := map[string]bool{}
	for _, e := range n.store.entries {
		if !wanted(e.name) {
			continue
		}
		known[e.name] = true
		t, err := f.Get(e.name)
		if err != nil {
			return err
		}
		if !slices.Equal(t.Shape, e.shape) {
			return fmt.Errorf("%s has shape %v where this net has %v", e.name, t.Shape, e.shape)
		}
		values, err := t.Float32s()
		if err != nil {
			return err
		}
		torch.Overwrite(e.tensor, values)
	}
	for _, name := range n.store.norms {
		name += batchesSuffix
		known[name] = true
		if !wanted(name) {
			continue
		}
		// Older files of PyTorch lack the counter; it plays no part in the result.
		if t, err := f.Get(name); err == nil {
			counts, err := t.Int64s()
			if err != nil {
				return err
			}
			if len(counts) != 1 {
				return fmt.Errorf("%s has shape %v where a single number belongs", name, t.Shape)
			}
			*n.store.batches.of(name) = counts[0]
		}
	}
	for _, t := range f.Tensors {
		if !known[t.Name] && wanted(t.Name) {
			return fmt.Errorf("%s is not a tensor of this net", t.Name)
		}
	}
	return nil
}
