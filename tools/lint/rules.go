package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// module is what our own import paths begin with.
const module = "github.com/cutpaste/cutpaste/"

// gotorch may be imported, like "C", by one package only.
const gotorch = "github.com/wangkuiyi/gotorch"

// door is that package.
const door = "nets/torch"

// standin is a device for tests. It loads a library of its own, by C, and no
// program may have it.
const standin = "nets/torch/standin"

// rule says what the packages in a folder may import of ours. The rule of the
// innermost folder that contains a package counts.
type rule struct {
	folder string
	may    []string // folders; what lies below them counts too
	why    string
}

// rules are the directions of the design: tools -> experiments -> trainer ->
// nets -> nets/torch, with configs below everything and data below trainer.
// A package may always import what lies below its own folder's rule: data may
// import data/augment, but data/augment not data.
var rules = []rule{
	{"configs", nil, "everything reads the configuration, so it reads nothing of ours"},
	{"data/augment", []string{"configs"}, "an augmentation is plain numbers and bytes"},
	{"data", []string{"configs"}, "pictures know nothing of tensors"},
	{"nets/torch", []string{"configs"}, "the door to libtorch is the lowest room"},
	{"nets", []string{"configs"}, "a net takes tensors, not pictures"},
	{"trainer", []string{"configs", "data", "nets"}, "the loop knows data and nets"},
	{"experiments", []string{"configs", "data", "nets", "trainer"}, "experiments stand on the trainer"},
	// The tools that make a build possible must run before libtorch is there.
	{"tools/fetch", nil, "it runs before there is a libtorch to link to"},
	{"tools/libtorch", []string{"configs/cachedir", "tools/fetch"}, "it runs before there is a libtorch to link to"},
	{"tools/lint", nil, "it runs where nothing else builds"},
	{"tools", []string{"configs", "data", "nets", "trainer", "experiments"}, "verbs call packages, never the other way round"},
}

// pkg is a package as go list -json describes it.
type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// check returns a sentence for every import that the rules forbid, in tests too.
func check(list []pkg) []string {
	var wrong []string
	for _, p := range list {
		name := strings.TrimPrefix(p.ImportPath, module)
		r := ruleOf(name)
		if r == nil {
			wrong = append(wrong, fmt.Sprintf("%s is in no folder that tools/lint/rules.go knows; add a rule for it", name))
			continue
		}
		if slices.Contains(p.Imports, module+standin) {
			wrong = append(wrong, fmt.Sprintf("%s imports %s outside its tests; it is for tests only", name, standin))
		}
		imports := slices.Concat(p.Imports, p.TestImports, p.XTestImports)
		slices.Sort(imports)
		for _, imp := range slices.Compact(imports) {
			if sentence := r.forbids(name, imp); sentence != "" {
				wrong = append(wrong, sentence)
			}
		}
	}
	return wrong
}

// ruleOf returns the rule of the innermost folder, nil if there is none.
func ruleOf(name string) *rule {
	var best *rule
	for i, r := range rules {
		if within(name, r.folder) && (best == nil || len(r.folder) > len(best.folder)) {
			best = &rules[i]
		}
	}
	return best
}

// forbids returns what is wrong with package name importing imp, or "".
func (r *rule) forbids(name, imp string) string {
	if imp == "C" || within(imp, gotorch) {
		if name == door || name == standin && imp == "C" {
			return ""
		}
		return fmt.Sprintf("%s imports %s; only %s may: add there what is missing", name, imp, door)
	}
	ours, ok := strings.CutPrefix(imp, module)
	if !ok || within(ours, r.folder) {
		return ""
	}
	for _, folder := range r.may {
		if within(ours, folder) {
			return ""
		}
	}
	allowed := append([]string{r.folder}, r.may...)
	return fmt.Sprintf("%s imports %s; it may import of ours only %s: %s", name, ours, strings.Join(allowed, ", "), r.why)
}

// within tells whether name is folder or below it.
func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, path.Clean(folder)+"/")
}
