package suite

import (
	"fmt"
	"slices"
	"testing"
)

const withControls = `
base: base.yaml
set: {train.steps: 8}
categories: all
seeds: [0, 1, 2]
methods:
  one: {set: {augment.variant: cutpaste}, seeds: [0]}
  two: {set: {augment.variant: scar}, ensemble: 3}
`

func TestOverride(t *testing.T) {
	p := at(t, withControls)
	s, err := p.read("name=other", "categories=[b, a]", "seeds=5,6", "devices=cpu", "methods=two", "train.steps=16", "optim.lr=0.01")
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "other" || !slices.Equal(s.Categories, []string{"b", "a"}) || !slices.Equal(s.Seeds, []uint64{5, 6}) || !slices.Equal(s.Devices, []string{"cpu"}) {
		t.Errorf("%+v", s)
	}
	var names []string
	for _, m := range s.Methods {
		names = append(names, fmt.Sprint(m.Name, m.Seeds, m.Ensemble))
	}
	if want := []string{"two[] 2", "random[] 0", "imagenet[5] 0"}; !slices.Equal(names, want) {
		t.Errorf("methods with seeds and ensembles are %q, want %q", names, want)
	}
	if n := len(s.Set); n != 4 || !slices.Equal(s.Set[n-2:], []string{"train.steps=16", "optim.lr=0.01"}) {
		t.Errorf("set is %q", s.Set)
	}
	// A control's own changes stand over the suite's.
	c, err := s.config(s.Methods[1], nil)
	if err != nil || c.Train.Steps != 0 || c.Optim.Lr != 0.01 || c.Name != "other" || c.Label != "random" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestOneSeedIsNoEnsemble(t *testing.T) {
	s, err := at(t, withControls).read("seeds=2")
	if err != nil || s.Methods[1].Ensemble != 0 || !slices.Equal(s.Methods[0].Seeds, []uint64{2}) {
		t.Errorf("%+v, %v", s.Methods, err)
	}
}

func TestOverrideErrors(t *testing.T) {
	p := at(t, withControls)
	for _, c := range []struct{ arg, want string }{
		{"augment.variant=3way", "augment.variant is what the suite's methods differ in (one sets it); change it in a copy of " + p.file},
		{"seeds=1,1", "seeds has 1 twice"},
		{"seeds=a", `seeds must be whole numbers such as 0,1,2, not "a"`},
		{"seeds=", "seeds has no value; write seeds=A,B"},
		{"name=", "name has no value"},
		{"methods=tow", `the suite has no method "tow" (did you mean two?); it has one, two, random, imagenet`},
		{"categories=a,a", "categories has a twice"},
		{"devices=cpu,cpu", "devices has cpu twice"},
		{"seed=1", "a suite has seeds of its own; write seeds=A,B"},
		{"data.category=a", "a suite has categories of its own; write categories=A,B"},
		{"label=x", "label is the name of a suite's method"},
		{"out=x", "out is there twice"},
	} {
		_, err := p.read(c.arg)
		wants(t, err, c.want)
	}
	_, err := p.prepare("optim.lrr=1")
	wants(t, err, "optim.lr")
}
