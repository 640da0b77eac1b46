package nets

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/configs/say"
)

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
	for _, norm := range n.store.norms {
		known[norm.name+batchesSuffix] = true
	}
	for _, name := range slices.Sorted(maps.Keys(there)) {
		if !known[name] {
			other = append(other, name)
		}
	}
	var says []string
	if len(missing) > 0 {
		says = append(says, fmt.Sprintf("%d of this net's tensors are missing (%s)", len(missing), say.Names(missing)))
	}
	if len(other) > 0 {
		says = append(says, fmt.Sprintf("%d belong to no tensor of it (%s)", len(other), say.Names(other)))
	}
	if len(shapes) > 0 {
		says = append(says, say.Few(shapes))
	}
	if len(says) == 0 {
		return nil
	}
	if stem := n.otherStem(there); stem != "" {
		says = append(says, stem)
	}
	if like := owner(there); like != "" && like != n.name {
		says = append(says, "these are weights of net.name="+like)
	}
	return fmt.Errorf("the tensors do not match: %s", strings.Join(says, "; "))
}

// otherStem says that a file's ResNet has the stem that this net could have and
// does not, or "".
func (n *Net) otherStem(there map[string]given) string {
	r, ok := n.backbone.(*resnet)
	g, has := there[resnetStem+".weight"]
	if !ok || !has || len(g.shape) != 4 {
		return ""
	}
	own, other := stemKernels[configs.StemImageNet], stemKernels[configs.StemSmall]
	stem, better := configs.StemImageNet, configs.StemSmall
	if r.small {
		own, other, stem, better = other, own, better, stem
	}
	if g.shape[2] != other {
		return ""
	}
	return fmt.Sprintf("the first convolution is %[1]dx%[1]d in the file and %[2]dx%[2]d in this net, whose net.stem is %s: set net.stem to %s", other, own, stem, better)
}

// owner is the largest net whose backbone, with either stem, is all in a file, or
// "".
func owner(there map[string]given) (name string) {
	of := 0
	for _, candidate := range Names() {
		for _, stem := range []string{configs.StemImageNet, configs.StemSmall} {
			maker, _, err := find(configs.Net{Name: candidate, Stem: stem}, 0)
			if err != nil {
				continue // a stem that the family lacks
			}
			s := &store{dry: true}
			maker(scope{store: s}, 0)
			absent := func(e entry) bool { return inBackbone(e.name) && !slices.Equal(there[e.name].shape, e.shape) }
			if len(s.entries) > of && !slices.ContainsFunc(s.entries, absent) {
				name, of = candidate, len(s.entries)
			}
		}
	}
	return name
}
