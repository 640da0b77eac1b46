package nets

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
		notes = append(notes, fmt.Sprintf("%s: the prefix %s of the names is removed", f.Path, prefix))
	}
	var file []given
	var replaced []string
	for _, t := range f.Tensors {
		name := strings.TrimPrefix(t.Name, prefix)
		if !inBackbone(name) {
			replaced = append(replaced, fmt.Sprintf("%s %v", name, t.Shape))
			continue
		}
		file = append(file, given{name, t.Shape, func(room []float32) ([]float32, error) {
			room = room[:t.Len()]
			return room, f.Float32s(t, room)
		}, func() ([]int64, error) { return f.Int64s(t) }})
	}
	if len(replaced) > 0 {
		notes = append(notes, fmt.Sprintf("%s: the file's own head is left out (%s); head and classifier start anew", f.Path, few(replaced)))
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

// prefix is what the most of a file's names have before a name of the backbone.
func (n *Net) prefix(f *weights.File) string {
	there := map[string]bool{}
	for _, t := range f.Tensors {
		there[t.Name] = true
	}
	matches := func(prefix string) (count int) {
		for _, e := range n.store.entries {
			if inBackbone(e.name) && there[prefix+e.name] {
				count++
			}
		}
		return count
	}
	best, most := "", matches("")
	first := n.store.entries[0].name
	for _, t := range f.Tensors {
		if p, ok := strings.CutSuffix(t.Name, "."+first); ok && matches(p+".") > most {
			best, most = p+".", matches(p+".")
		}
	}
	return best
}

// load puts a file's tensors in place of the wanted ones of this net, once it is
// sure that they match both ways.
func (n *Net) load(file []given, wanted func(string) bool) error {
	there := make(map[string]given, len(file))
	for _, g := range file {
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
		name := norm + batchesSuffix
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

// match holds the file's names and shapes against this net's.
func (n *Net) match(there map[string]given, wanted func(string) bool) error {
	var missing, other, shapes []string
	known := map[string]bool{}
	for _, e := range n.store.entries {
		known[e.name] = true
		switch g, ok := there[e.name]; {
		case !wanted(e.name):
		case !ok:
			missing = append(missing, e.name)
		case !slices.Equal(g.shape, e.shape):
			shapes = append(shapes, fmt.Sprintf("%s has shape %v where this net has %v", e.name, g.shape, e.shape))
		}
	}
	for _, name := range n.store.norms {
		known[name+batchesSuffix] = true
	}
	for _, name := range slices.Sorted(maps.Keys(there)) {
		if !known[name] {
			other = append(other, name)
		}
	}
	var says []string
	if len(missing) > 0 {
		says = append(says, fmt.Sprintf("%d of this net's tensors are missing (%s)", len(missing), few(missing)))
	}
	if len(other) > 0 {
		says = append(says, fmt.Sprintf("%d belong to no tensor of it (%s)", len(other), few(other)))
	}
	if len(shapes) > 0 {
		says = append(says, few(shapes))
	}
	if len(says) == 0 {
		return nil
	}
	if like, of := owner(there); of > 0 && of != n.backboneTensors() {
		says = append(says, "these are weights of net.name="+like)
	}
	return fmt.Errorf("the tensors do not match: %s", strings.Join(says, "; "))
}

// owner is the largest net whose backbone is all in a file, and of how many
// tensors it is; no net and 0 where there is none.
func owner(there map[string]given) (name string, of int) {
	for _, candidate := range Names() {
		make, _, err := find(candidate, 0)
		if err != nil {
			continue
		}
		s := &store{dry: true}
		make(scope{store: s}, 0)
		absent := func(e entry) bool { return !slices.Equal(there[e.name].shape, e.shape) }
		if len(s.entries) > of && !slices.ContainsFunc(s.entries, absent) {
			name, of = candidate, len(s.entries)
		}
	}
	return name, of
}

func (n *Net) backboneTensors() (count int) {
	for _, e := range n.store.entries {
		if inBackbone(e.name) {
			count++
		}
	}
	return count
}

// few are the first five of some names, and how many there are besides.
func few(names []string) string {
	const most = 5
	shown := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		shown += fmt.Sprintf(" and %d more", more)
	}
	return shown
}
