package suite

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

func TestReadEverything(t *testing.T) {
	p := at(t, `
name: mine
title: A title
base: base.yaml
reference: reference.yaml
set: {train: {steps: 5}, data.size: 64}
categories: [a, b]
seeds: [3, 1]
devices: [cuda:0]
metric: aupro
combine: plain
published: {in: cutpaste, table: Table 1}
methods:
  plain:
  full:
    title: In full
    set: {}
    seeds: [1]
    features: [pool, layer3]
    published: {run: CutPaste, layer3: {table: Table 5, method: 3-way}, ensemble: Scar}
  lists:
    set: {net.head: [512, 128], train.phases: [{steps: 1, lr: 0.1}], net.weights: ""}
    ensemble: 2
    published: Rotation
controls:
  none: {set: {train.steps: 0}}
beside:
  - {in: padim, table: Table V, method: PaDiM}
`)
	s, err := Read(p.file)
	if err != nil {
		t.Fatal(err)
	}
	want := &Suite{
		File: p.file, Name: "mine", Title: "A title", Base: p.dir + "/base.yaml", Reference: p.dir + "/reference.yaml", Set: []string{"data.size=64", "train.steps=5"},
		Categories: []string{"a", "b"}, Seeds: []uint64{3, 1}, Devices: []string{"cuda:0"}, Metric: "aupro", Combine: Plain, Published: Source{In: "cutpaste", Table: "Table 1"},
		Methods: []Method{
			{Name: "plain", Title: "plain"},
			{
				Name: "full", Title: "In full", Seeds: []uint64{1}, Features: []string{"pool", "layer3"},
				Published: map[string]Source{"": {Method: "CutPaste"}, "layer3": {Table: "Table 5", Method: "3-way"}, "ensemble": {Method: "Scar"}},
			},
			{
				Name: "lists", Title: "lists", Set: []string{"net.head=[512, 128]", "net.weights=", "train.phases=[{steps: 1, lr: 0.1}]"}, Ensemble: 2,
				Published: map[string]Source{"": {Method: "Rotation"}},
			},
			{Name: "none", Title: "none", Set: []string{"train.steps=0"}, Control: true, Optional: true},
		},
		Beside: []Source{{In: "padim", Table: "Table V", Method: "PaDiM"}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("read\n%+v, want\n%+v", s, want)
	}
}

func TestReadDefaults(t *testing.T) {
	p := at(t, "base: base.yaml\ncategories: mvtec\nseeds: [0]\nmethods: {one: }")
	s, err := Read(p.file)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range s.Methods {
		names = append(names, m.Name)
	}
	if s.Name != "suite" || s.Reference != s.Base || s.Metric != "image_auroc" || s.Combine != Standardised || !slices.Equal(names, []string{"one", "random", "imagenet"}) {
		t.Errorf("%+v", s)
	}
}

func TestReadErrors(t *testing.T) {
	const good = "base: base.yaml\ncategories: all\nseeds: [0, 1]\nmethods:\n  one: {}\n"
	p := at(t, good)
	for _, c := range []struct{ old, new, want string }{
		{"seeds: [0, 1]", "sedes: [0]", `line 3: a suite has no key "sedes" (did you mean seeds?)`},
		{"one: {}", "one: {sets: {}}", `method one: line 5: a method has no key "sets" (did you mean set?)`},
		{"one: {}", "one: {published: {run: {tabel: A}}}", `method one: published: line 5: a source has no key "tabel" (did you mean table?)`},
		{"one: {}", "one: {published: [A]}", "method one: line 5: published is a method's name, or names by features"},
		{"one: {}", "one: {published: {layer3: A}}", "method one: published has layer3, which is none of its features"},
		{"one: {}", "one: [1]", "method one: line 5: a method is a group of keys"},
		{"one: {}", "one: {}\n  two: {}\n  one: {}", "one is there twice"},
		{"one: {}", "a/b: {}", `method "a/b": a method's name is that of a folder`},
		{"one: {}", "one: {ensemble: 3}", "method one: an ensemble of 3 models needs as many seeds, and there are 2"},
		{"one: {}", "one: {ensemble: -1}", "method one: an ensemble of -1 models"},
		{"one: {}", "one: {seeds: [4, 4]}", "method one: seeds has 4 twice"},
		{"one: {}", "one: {set: [a]}", "method one: line 5: changes are lines like train.steps: 256"},
		{"one: {}", "one: {set: {train: {steps: 1}, train.steps: 2}}", "method one: line 5: train.steps is there twice"},
		{"one: {}", "one: {set: {seed: 1}}", "method one: seed cannot be set here"},
		{"one: {}", "one: {set: {out: x}}", "method one: out cannot be set here"},
		{"methods:\n  one: {}", "", "methods is missing"},
		{"methods:\n  one: {}", "methods: [one]", "line 4: methods are groups of keys under their names"},
		{"seeds: [0, 1]", "seeds: [1, 0, 1]", "seeds has 1 twice; a run belongs to one seed"},
		{"seeds: [0, 1]", "seeds: [a]", "line 3: cannot unmarshal"},
		{"seeds: [0, 1]", "seeds: [0]\nseeds: [1]", `line 4: mapping key "seeds" already defined at line 3`},
		{"seeds: [0, 1]", "", "seeds is missing"},
		{"seeds: [0, 1]", "seeds: [0]\nset: {label: x}", "set: label cannot be set here"},
		{"seeds: [0, 1]", "seeds: [0]\ndevices: [cpu, cpu]", "devices has cpu twice"},
		{"seeds: [0, 1]", "seeds: [0]\nmetric: auroc", "metric must be one of image_auroc, pixel_auroc, aupro, defects, not \"auroc\""},
		{"seeds: [0, 1]", "seeds: [0]\ncombine: mean", "combine must be standardised or plain, not \"mean\""},
		{"categories: all", "categories: [a, b, a]", "categories has a twice"},
		{"categories: all", "categories: {a: b}", "line 2: categories is a list of names, mvtec or all"},
		{"categories: all", "", "categories is missing"},
		{"base: base.yaml", "", "base is missing"},
		{"base: base.yaml", "base: [", "this is not a suite: "},
		{good, "", "base is missing"},
		{good, "a text", "line 1: a suite is a group of keys"},
	} {
		p.write("suite.yaml", strings.Replace(good, c.old, c.new, 1))
		_, err := Read(p.file)
		wants(t, err, c.want)
		if e, ok := err.(*configs.Error); !ok || e.Source != p.file {
			t.Errorf("%v is no error of the file", err)
		}
	}
	_, err := Read(p.dir + "/none.yaml")
	wants(t, err, "the suite cannot be read: no such file or directory")
}
