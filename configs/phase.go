package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cutpaste/cutpaste/configs/say"
	"go.yaml.in/yaml/v3"
)

// Phase is a part of a training, in which some weights are trained at a learning
// rate of its own; it begins with a new optimiser. A file's entry of train.phases
// may leave out all but Steps.
type Phase struct {
	Steps     int     // updates
	Lr        float64 // learning rate of its first update; by default optim.lr
	Train     string  // head (projection head and classifier) or all; by default all
	BatchNorm string  // of the backbone: train, the default, or frozen
}

// PhaseList is the phases of the training: train.phases, or without them the one
// that trains everything for train.steps updates at optim.lr. With train.steps 0
// none of them takes place.
func (c *Config) PhaseList() []Phase {
	if len(c.Train.Phases) > 0 {
		return slices.Clone(c.Train.Phases)
	}
	return []Phase{{Steps: c.Train.Steps, Lr: c.Optim.Lr, Train: "all", BatchNorm: "train"}}
}

// mostSteps is the limit of train.steps, and so of all phases together.
const mostSteps = 1_000_000_000

// member is a row of an entry of train.phases: a key of its own, in an entry
// rather than in a Config.
type member struct {
	field
	of       func(*Phase) any
	required bool
}

var phaseMembers = []member{
	{field{name: "steps", def: 0, limit: between(1, mostSteps)}, func(p *Phase) any { return &p.Steps }, true},
	{field{name: "lr", def: 0.0, limit: learningRate}, func(p *Phase) any { return &p.Lr }, false},
	{field{name: "train", def: "all", limit: oneOf("head", "all")}, func(p *Phase) any { return &p.Train }, false},
	{field{name: "batchnorm", def: "train", limit: oneOf("frozen", "train")}, func(p *Phase) any { return &p.BatchNorm }, false},
}

func memberNames() []string {
	names := make([]string, len(phaseMembers))
	for i, m := range phaseMembers {
		names[i] = m.name
	}
	return names
}

// phases limits the number of entries; their members have limits of their own.
type phases struct{ most int }

func (l phases) text() string {
	return fmt.Sprintf("at most %d groups, each with steps and, where they differ from the defaults, lr (optim.lr), train (head or all, the default) and batchnorm (frozen or train, the default)", l.most)
}

func (l phases) holds(v any) bool { return len(v.([]Phase)) <= l.most }

// phasesFromText reads phases as YAML writes them on one line.
func (f *field) phasesFromText(s string) (any, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(s), &doc); err != nil || len(doc.Content) == 0 {
		return nil, f.must(f.kind()+", or [] for none", say.Quote(s))
	}
	return f.fromNode(doc.Content[0])
}

// phasesFromNode reads a sequence of groups.
func (f *field) phasesFromNode(n *yaml.Node) (any, error) {
	list := []Phase{}
	for i, entry := range n.Content {
		p, err := phaseFromNode(entry, fmt.Sprintf("%s entry %d", f.name, i+1))
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	if !f.limit.holds(list) {
		return list, f.must(f.limit.text(), strconv.Itoa(len(list)))
	}
	return list, nil
}

// phaseFromNode reads one entry, which is called where in errors. An Lr that it
// does not state is 0 until optim.lr is known.
func phaseFromNode(n *yaml.Node, where string) (p Phase, err error) {
	n = aliased(n)
	has := strings.Join(memberNames(), ", ")
	if n.Kind != yaml.MappingNode {
		return p, fmt.Errorf("%s must be a group of %s, such as {steps: 2560, lr: 0.03, train: head}", where, has)
	}
	for _, m := range phaseMembers {
		store(m.of(&p), m.def)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		at := slices.Index(memberNames(), name)
		switch {
		case at < 0:
			near, _ := nearest(name, memberNames())
			return p, fmt.Errorf("%s has %s, which is none of %s; did you mean %s?", where, say.Quote(name), has, orList(near))
		case seen[name]:
			return p, fmt.Errorf("%s has %s twice; keep one of them", where, name)
		}
		seen[name] = true
		m := phaseMembers[at]
		m.name = where + ": " + name // in errors
		v, err := m.fromNode(n.Content[i+1])
		if err != nil {
			return p, err
		}
		store(m.of(&p), v)
	}
	for _, m := range phaseMembers {
		if m.required && !seen[m.name] {
			return p, fmt.Errorf("%s lacks %s, its number of updates", where, m.name)
		}
	}
	return p, nil
}

// formatPhases writes phases as phasesFromText reads them.
func formatPhases(list []Phase) string {
	entries := make([]string, len(list))
	for i := range list {
		parts := make([]string, len(phaseMembers))
		for j, m := range phaseMembers {
			parts[j] = m.name + ": " + m.format(load(m.of(&list[i])))
		}
		entries[i] = "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(entries, ", ") + "]"
}

// settlePhases gives phases without a learning rate optim.lr, and makes
// train.steps their sum where no layer states it. A stated one must be that sum,
// or 0 for the control, which trains nothing.
func (c *Config) settlePhases(stepsStated bool) error {
	if len(c.Train.Phases) == 0 {
		return nil
	}
	sum := 0
	for i := range c.Train.Phases {
		p := &c.Train.Phases[i]
		if p.Lr == 0 {
			p.Lr = c.Optim.Lr
		}
		sum += p.Steps
	}
	switch stated := c.Train.Steps; {
	case sum > mostSteps:
		return &Error{Key: "train.phases", Msg: fmt.Sprintf("train.phases has %d updates in all, and a training has at most %d; lower steps in its entries", sum, mostSteps)}
	case stepsStated && stated != 0 && stated != sum:
		return &Error{Key: "train.steps", Msg: fmt.Sprintf("train.steps is %d, and train.phases has %d updates in all; leave train.steps out, write %d, or write 0 to train nothing", stated, sum, sum)}
	case !stepsStated:
		c.Train.Steps = sum
	}
	return nil
}
