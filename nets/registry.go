package nets

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// backbone is what a family of networks offers.
type backbone interface {
	// forward is images [B,3,S,S] to pooled features [B,D], or to none where the
	// pass was ended at a level.
	forward(images torch.Tensor, p pass) torch.Tensor
	dimension() int
	levels() []Level
	classifier() string // the name of ImageNet's classifier on top of it
	drops() []depthDrop // the blocks that stochastic depth may leave out
}

// Level is a place in a backbone whose feature maps can be had.
type Level struct {
	Name     string `json:"name"`
	Channels int    `json:"channels"`
	Down     int    `json:"down"` // its maps are 2^Down times smaller than the picture
}

// published is what a family's authors have beside the structure.
type published struct{ dropout, stochasticDepth float64 }

// makerOf makes a backbone with this chance of stochastic depth.
type makerOf func(s scope, stochasticDepth float64) backbone

// find is the net of net.name and net.stem; width, if not 0, replaces the published
// channels of a ResNet's stem.
func find(c configs.Net, width int) (makerOf, published, error) {
	small := c.Stem == configs.StemSmall
	if k, ok := resnets[c.Name]; ok {
		if width > 0 {
			k.width, k.base = k.width*width/k.base, width
		}
		return func(s scope, _ float64) backbone { return newResNet(s, k, small) }, published{}, nil
	}
	if k, ok := efficientNets[c.Name]; ok {
		if small {
			return nil, published{}, fmt.Errorf("net.stem small is for ResNets, and %s has its own stem", c.Name)
		}
		return func(s scope, rate float64) backbone { return newEfficientNet(s, k, rate) },
			published{k.dropout, efficientDepthDrop}, nil
	}
	return nil, published{}, fmt.Errorf("net.name %q is not known; there are: %s", c.Name, strings.Join(Names(), ", "))
}

// Names lists the backbones that [New] knows.
func Names() []string {
	var out []string
	for name := range resnets {
		out = append(out, name)
	}
	for name := range efficientNets {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Info describes a backbone without its ImageNet classifier.
type Info struct {
	Name       string  `json:"name"`
	Parameters int     `json:"parameters"` // trained numbers: no running statistics
	Dimension  int     `json:"dimension"`  // of the pooled embedding
	Levels     []Level `json:"levels"`

	// The published chances of leaving a feature, or a block, out in training.
	Dropout         float64 `json:"dropout"`
	StochasticDepth float64 `json:"stochastic_depth"`

	costs []cost
}

// Describe describes the backbone of net.name and net.stem, which is not made for
// it. A name that is not known is an error that lists those that are.
func Describe(c configs.Net) (Info, error) {
	maker, p, err := find(c, 0)
	if err != nil {
		return Info{}, err
	}
	s := &store{dry: true}
	b := maker(scope{store: s}, p.stochasticDepth)
	i := Info{
		Name: c.Name, Dimension: b.dimension(), Levels: b.levels(),
		Dropout: p.dropout, StochasticDepth: p.stochasticDepth, costs: s.macs,
	}
	for _, e := range s.entries {
		if e.kind != statistic {
			i.Parameters += numbers(e.shape)
		}
	}
	return i, nil
}

// MultiplyAdds is how many multiplications with an addition the convolutions
// need for one picture of size x size pixels.
func (i Info) MultiplyAdds(size int) int {
	total := 0
	for _, c := range i.costs {
		side := 1
		if c.down != pooled {
			side = (size + 1<<c.down - 1) >> c.down
		}
		total += c.each * side * side
	}
	return total
}

// Pool is the name of the pooled embedding among the levels whose features can
// be taken.
const Pool = "pool"

// Levels are the names of a net's levels, in the order in which a picture
// reaches them; nothing for a net that is not known.
func Levels(net string) []string {
	i, err := Describe(configs.Net{Name: net})
	if err != nil {
		return nil
	}
	out := make([]string, len(i.Levels))
	for j, l := range i.Levels {
		out[j] = l.Name
	}
	return out
}
