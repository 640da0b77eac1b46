package nets

import (
	"fmt"
	"strings"

	"github.com/cutpaste/cutpaste/configs/say"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// given is a tensor of a file.
type given struct {
	name  string // without the file's prefix
	shape []int
	// floats are the values, in row-major order, in room or elsewhere; room has
	// space for them.
	floats func(room []float32) ([]float32, error)
	whole  func() ([]int64, error)
}

// Load puts a state from [Net.State] back. Every tensor must be there with its
// shape, and no other.
func (n *Net) Load(f *safetensors.File) error {
	var file []given
	for _, t := range f.Tensors {
		file = append(file, given{t.Name, t.Shape, func([]float32) ([]float32, error) { return t.Float32s() }, t.Int64s})
	}
	return n.load(file, func(string) bool { return true })
}

// LoadBackbone puts the backbone's weights of a file in place, and leaves head
// and classifier at their start: the way of net.weights. A prefix that all names
// have, such as module., is removed; weights of another head or classifier
// (head.*, classifier.*, fc.*, _fc.*) are left out. The notes say so. Everything
// else must match both ways.
func (n *Net) LoadBackbone(f *weights.File) (notes []string, err error) {
	prefix := n.prefix(f)
	if prefix != "" {
		notes = append(notes, fmt.Sprintf("%s: the prefix %s of the names is removed", f.Path, say.Name(prefix)))
	}
	var file []given
	var replaced []string
	for _, t := range f.Tensors {
		name := strings.TrimPrefix(t.Name, prefix)
		if !inBackbone(name) {
			replaced = append(replaced, fmt.Sprintf("%s %v", say.Name(name), t.Shape))
			continue
		}
		file = append(file, giving(f, t, name))
	}
	if len(replaced) > 0 {
		notes = append(notes, fmt.Sprintf("%s: the file's own head is left out (%s); head and classifier start anew", f.Path, say.Few(replaced)))
	}
	if err := n.load(file, inBackbone); err != nil {
		return nil, err
	}
	if n.store.blank {
		for _, e := range n.store.entries {
			if !inBackbone(e.name) {
				torch.Overwrite(e.tensor, n.store.start(e))
			}
		}
	}
	return notes, nil
}

// LoadHead puts head and classifier from [Net.HeadState] back, such as a run's
// head.safetensors, and leaves the backbone as it is. Every tensor must be there with
// its shape, and no other. Errors name the file.
func (n *Net) LoadHead(f *weights.File) error {
	var file []given
	for _, t := range f.Tensors {
		if inBackbone(t.Name) {
			return fmt.Errorf("%s has %s, which is no part of head and classifier; name a run's head.safetensors", f.Path, say.Name(t.Name))
		}
		file = append(file, giving(f, t, t.Name))
	}
	if err := n.load(file, func(name string) bool { return !inBackbone(name) }); err != nil {
		return fmt.Errorf("head and classifier of %s: %w", f.Path, err)
	}
	return nil
}

// giving is a tensor of f under this name.
func giving(f *weights.File, t weights.Tensor, name string) given {
	return given{name, t.Shape, func(room []float32) ([]float32, error) {
		room = room[:t.Len()]
		return room, f.Float32s(t, room)
	}, func() ([]int64, error) { return f.Int64s(t) }}
}

// prefix is what a file's names have before the names of the backbone: before most
// of them, or it is another net's file, whose names are best shown as they are.
func (n *Net) prefix(f *weights.File) string {
	known := map[string]bool{}
	longest := 0
	for _, e := range n.store.entries {
		if inBackbone(e.name) {
			known[e.name] = true
			longest = max(longest, len(e.name))
		}
	}
	best, most := "", 0
	counts := map[string]int{}
	for _, t := range f.Tensors {
		// A name of the backbone begins at the name's start or after a dot; no more of
		// a long name is looked at than could be one.
		for i := max(0, len(t.Name)-longest); i < len(t.Name); i++ {
			if (i == 0 || t.Name[i-1] == '.') && known[t.Name[i:]] {
				p := t.Name[:i]
				if counts[p]++; counts[p] > most {
					best, most = p, counts[p]
				}
			}
		}
	}
	if 2*most < len(known) {
		return ""
	}
	return best
}

// load puts a file's tensors in place of the wanted ones of this net, once it is
// sure that they match both ways.
func (n *Net) load(file []given, wanted func(string) bool) error {
	there := make(map[string]given, len(file))
	for _, g := range file {
		if _, twice := there[g.name]; twice {
			return fmt.Errorf("two of its tensors are called %s, with a prefix or without", say.Name(g.name))
		}
		there[g.name] = g
	}
	if err := n.match(there, wanted); err != nil {
		return err
	}
	largest := 0
	for _, e := range n.store.entries {
		largest = max(largest, numbers(e.shape))
	}
	room := make([]float32, largest)
	for _, e := range n.store.entries {
		if !wanted(e.name) {
			continue
		}
		values, err := there[e.name].floats(room)
		if err != nil {
			return err
		}
		torch.Overwrite(e.tensor, values)
	}
	for _, norm := range n.store.norms {
		name := norm.name + batchesSuffix
		// Older files of PyTorch lack the counter; it plays no part in the result.
		if g, ok := there[name]; ok && wanted(name) {
			counts, err := g.whole()
			if err != nil {
				return err
			}
			if len(counts) != 1 {
				return fmt.Errorf("%s has shape %v where a single number belongs", name, g.shape)
			}
			*n.store.batches.of(name) = counts[0]
		}
	}
	return nil
}
