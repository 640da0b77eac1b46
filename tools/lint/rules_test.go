package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		pkg, imports string
		allowed      bool
	}{
		{"configs", "fmt", true},
		{"configs", module + "data", false},
		{"data", module + "configs", true},
		{"data", module + "data/augment", true},
		{"data", module + "nets", false},
		{"data/augment", module + "configs", true},
		{"data/augment", module + "data", false},
		{"data/synth", module + "data", true},
		{"nets", module + "nets/torch", true},
		{"nets", module + "data", false},
		{"nets", gotorch, false},
		{"nets", "C", false},
		{"nets/torch", gotorch, true},
		{"nets/torch", gotorch + "/nn/functional", true},
		{"nets/torch", "C", true},
		{"nets/torch", module + "nets", false},
		{"nets/torch/deeper", "C", false},
		{"nets/torch/standin", "C", true},
		{"nets/torch/standin", gotorch, false},
		{"nets/torch", module + "nets/torch/standin", false},
		{"trainer", module + "nets/torch/standin", false},
		{"trainer", module + "nets/torch", true},
		{"trainer", module + "data/augment", true},
		{"trainer", module + "experiments/run", false},
		{"experiments/run", module + "trainer", true},
		{"experiments/run", module + "experiments/metric", true},
		{"experiments/run", module + "tools/cutpaste/progress", false},
		{"experiments/run", gotorch, false},
		{"tools/cutpaste", module + "experiments/run", true},
		{"tools/cutpaste", module + "tools/libtorch/locate", true},
		{"tools/libtorch", module + "tools/fetch", true},
		{"tools/libtorch/install", module + "configs", false},
		{"tools/libtorch/locate", module + "configs/cachedir", true},
		{"tools/fetch", module + "tools/libtorch/locate", false},
		{"tools/lint", module + "tools/fetch/disk", false},
		// A name that only begins like another one.
		{"datasets", module + "configs", false},
		{"data", module + "configsx", false},
		{"nets", gotorch + "x", true},
	} {
		wrong := check([]pkg{{ImportPath: module + c.pkg, Imports: []string{c.imports}}})
		if (len(wrong) == 0) != c.allowed {
			t.Errorf("%s imports %s: %q, want allowed %t", c.pkg, c.imports, wrong, c.allowed)
		}
	}
}

// The stand-in device is for tests alone.
func TestStandinInTests(t *testing.T) {
	standin := []string{module + standin}
	for _, p := range []pkg{
		{ImportPath: module + "trainer", TestImports: standin},
		{ImportPath: module + "nets/torch", XTestImports: standin},
	} {
		if wrong := check([]pkg{p}); len(wrong) > 0 {
			t.Error(wrong)
		}
	}
	wrong := check([]pkg{{ImportPath: module + "trainer", Imports: standin, TestImports: standin}})
	if want := "trainer imports nets/torch/standin outside its tests; it is for tests only"; len(wrong) != 1 || wrong[0] != want {
		t.Errorf("said %q, want %q", wrong, want)
	}
}

func TestCheckLooksAtTests(t *testing.T) {
	bad := []string{module + "trainer"}
	for name, p := range map[string]pkg{
		"inside":  {ImportPath: module + "nets", TestImports: bad},
		"outside": {ImportPath: module + "nets", XTestImports: bad},
	} {
		if wrong := check([]pkg{p}); len(wrong) != 1 {
			t.Errorf("%s: %q", name, wrong)
		}
	}
	// One sentence for an import, wherever it stands.
	p := pkg{ImportPath: module + "nets", Imports: bad, TestImports: bad, XTestImports: bad}
	want := "nets imports trainer; it may import of ours only nets, configs: a net takes tensors, not pictures"
	if wrong := check([]pkg{p}); len(wrong) != 1 || wrong[0] != want {
		t.Errorf("said %q, want %q", wrong, want)
	}
}

func TestDecode(t *testing.T) {
	got, err := decode(strings.NewReader(`{"ImportPath":"a","Imports":["C","fmt"]}` + "\n" + `{"ImportPath":"b","TestImports":["testing"]}`))
	want := []pkg{{ImportPath: "a", Imports: []string{"C", "fmt"}}, {ImportPath: "b", TestImports: []string{"testing"}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("decode = %+v, %v", got, err)
	}
	if _, err := decode(strings.NewReader(`{"ImportPath":`)); err == nil {
		t.Error("half an object was read")
	}
}

func TestPackages(t *testing.T) {
	list, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, p := range list {
		found[strings.TrimPrefix(p.ImportPath, module)] = true
	}
	for _, name := range []string{"tools/lint", "configs", door} {
		if !found[name] {
			t.Errorf("%s was not listed", name)
		}
	}
}
