package compile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/tools/libtorch/torchtest"
)

// project is a build folder and a folder with sources.
type project struct {
	*Builder
	t   *testing.T
	lib Library
}

func newProject(t *testing.T) *project {
	t.Helper()
	toolchain, err := FindToolchain(t.Context())
	if err != nil {
		t.Skip(err)
	}
	root := t.TempDir()
	p := &project{
		t:       t,
		Builder: &Builder{Build: filepath.Join(root, "build"), Toolchain: toolchain, Identity: "one", CXX11ABI: true, Jobs: 2},
		lib:     Library{Name: "libours.so", Dir: filepath.Join(root, "with space"), Flags: []string{"-O1"}},
	}
	torchtest.Make(t, filepath.Join(p.Build, "libtorch"), "2.11.0", true)
	if err := os.MkdirAll(filepath.Join(p.Build, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.write("a.cc", "#include <torch/torch.h>\n#include \"ours.h\"\nint a() { return torch::answer() + OURS; }\n")
	p.write("b.cc", "int libtorch();\nint b() { return libtorch(); }\n")
	p.write("ours.h", "#define OURS 1\n")
	return p
}

// write writes a source as if some time ago.
func (p *project) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.lib.Dir, name)
	torchtest.Write(p.t, path, text)
	ago := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, ago, ago); err != nil {
		p.t.Fatal(err)
	}
}

// make builds and compares what was done with what should be.
func (p *project) make(why string, compiled, linked int) {
	p.t.Helper()
	c, l, err := p.Make(p.t.Context(), p.lib)
	if err != nil {
		p.t.Fatalf("%s: %v", why, err)
	}
	if c != compiled || l != linked {
		p.t.Errorf("%s: %d compiled and %d linked, want %d and %d", why, c, l, compiled, linked)
	}
}

func (p *project) library() string { return filepath.Join(p.Build, "lib", p.lib.Name) }

func TestMakeDoesWhatHasChanged(t *testing.T) {
	p := newProject(t)
	p.make("first", 2, 1)
	p.make("nothing changed", 0, 0)

	if err := os.Chtimes(filepath.Join(p.lib.Dir, "a.cc"), time.Time{}, time.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	p.make("touched", 0, 0)
	p.write("ours.h", "#define OURS 2\n")
	p.make("a header of one source", 1, 1)
	p.write("b.cc", "int b() { return 5; }\n")
	p.make("a source", 1, 1)
	p.write("c.cc", "int c() { return 5; }\n")
	p.make("a further source", 1, 1)
	if err := os.Remove(filepath.Join(p.lib.Dir, "c.cc")); err != nil {
		t.Fatal(err)
	}
	p.make("a source less", 0, 1)
	p.lib.Flags = []string{"-O0"}
	p.make("a flag", 2, 1)
	p.Identity = "two"
	p.make("another libtorch", 2, 1)
	p.Toolchain = &Toolchain{CXX: p.Toolchain.CXX, Version: "another one"}
	p.make("another compiler", 2, 1)
	if err := os.Remove(p.library()); err != nil {
		t.Fatal(err)
	}
	p.make("library deleted", 0, 1)
	if err := os.Remove(filepath.Join(p.Build, "obj/libours/a.o")); err != nil {
		t.Fatal(err)
	}
	p.make("object deleted", 1, 0) // the same object comes out, so the library stands
}

func TestMakeUnited(t *testing.T) {
	p := newProject(t)
	p.lib.United = true
	p.make("first", 1, 1)
	p.make("nothing changed", 0, 0)
	p.write("a.cc", "int a() { return 7; }\n")
	p.make("the first source", 1, 1)
	p.write("c.cc", "int a(); int c() { return a(); }\n")
	p.make("a further source", 1, 1)
	p.write("ours.h", "#define OURS 3\n")
	p.make("a header of nobody", 0, 0)
	p.write("b.cc", "wrong\n")
	_, _, err := p.Make(t.Context(), p.lib)
	if err == nil || !strings.Contains(err.Error(), "b.cc:1:") {
		t.Errorf("a wrong source: %v", err)
	}
}

func TestOnlyAnOpenLibraryMayLackSymbols(t *testing.T) {
	p := newProject(t)
	p.write("a.cc", "int elsewhere();\nint a() { return elsewhere(); }\n")
	if _, _, err := p.Make(t.Context(), p.lib); err == nil || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("a symbol that is nowhere: %v", err)
	}
	p.lib.Open = true
	p.make("open", 0, 1)
}

func TestMakeLeavesNoTemporaryFiles(t *testing.T) {
	p := newProject(t)
	p.make("first", 2, 1)
	err := filepath.WalkDir(p.Build, func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".tmp") || strings.HasSuffix(path, ".d") {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSourceSavedWhileCompilingIsCompiledAgain(t *testing.T) {
	p := newProject(t)
	p.make("first", 2, 1)
	torchtest.Write(t, filepath.Join(p.lib.Dir, "b.cc"), "int b() { return 6; }\n")
	future := time.Now().Add(time.Hour) // saved after the compiler begins
	if err := os.Chtimes(filepath.Join(p.lib.Dir, "b.cc"), future, future); err != nil {
		t.Fatal(err)
	}
	p.make("saved meanwhile", 1, 1)
	p.write("b.cc", "int b() { return 6; }\n")
	p.make("the next time", 1, 0)
	p.make("and then", 0, 0)
}

func TestFailureNamesTheLineAndTheCommand(t *testing.T) {
	p := newProject(t)
	p.make("first", 2, 1)
	before, err := os.ReadFile(p.library())
	if err != nil {
		t.Fatal(err)
	}
	p.write("a.cc", "int a() { return 1 }\n"+strings.Repeat("wrong;\n", 50))
	_, _, err = p.Make(t.Context(), p.lib)
	if err == nil {
		t.Fatal("a wrong source compiled")
	}
	for _, want := range []string{"a.cc does not compile", "a.cc:1:", "lines more", "the command was:", "'-", " -std=c++17 "} {
		if want == "'-" { // the folder's space is quoted
			want = "'" + filepath.Join(p.lib.Dir, "a.cc") + "'"
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
	if lines := strings.Count(err.Error(), "\n"); lines > firstLines+3 {
		t.Errorf("%d lines are too many", lines)
	}
	if after, err := os.ReadFile(p.library()); err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("the library that worked is gone: %v", err)
	}
	p.write("a.cc", "int nowhere(); int a() { return nowhere(); }\n")
	_, _, err = p.Make(t.Context(), p.lib)
	if err == nil || !strings.Contains(err.Error(), "does not link") || !strings.Contains(err.Error(), "nowhere()") {
		t.Errorf("a missing function: %v", err)
	}
}

func TestWarningsAreShown(t *testing.T) {
	p := newProject(t)
	var said string
	p.Warnings = func(text string) { said += text }
	p.lib.Flags = []string{"-Wall"}
	p.write("b.cc", "int b() { int never; return 5; }\n")
	p.make("first", 2, 1)
	if !strings.Contains(said, "never") {
		t.Errorf("warnings: %q", said)
	}
}

func TestMakeTellsProgress(t *testing.T) {
	p := newProject(t)
	var started, done int
	p.Jobs = 1
	p.Started = func(n int) { started += n }
	p.Compiled = func() { done++ }
	p.make("first", 2, 1)
	if started != 2 || done != 2 {
		t.Errorf("started %d, done %d", started, done)
	}
	started = 0
	p.make("again", 0, 0)
	if started != 0 {
		t.Error("Started was called for nothing")
	}
}

func TestNoSources(t *testing.T) {
	p := newProject(t)
	p.lib.Dir = t.TempDir()
	_, _, err := p.Make(t.Context(), p.lib)
	if err == nil || !strings.Contains(err.Error(), "no C++ sources") {
		t.Error(err)
	}
}

func TestMakeStopsWhenCancelled(t *testing.T) {
	p := newProject(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.Make(ctx, p.lib); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := os.Stat(p.library()); err == nil {
		t.Error("a library was made")
	}
}

func TestPrerequisites(t *testing.T) {
	// As GCC 12 writes it.
	rule := "build/a.o: with\\ space/a.cc \\\n with\\ space/ours.h price$$.h \\\n  sharp\\#.h\n"
	want := []string{"with space/a.cc", "with space/ours.h", "price$.h", "sharp#.h"}
	if got := prerequisites(rule); !reflect.DeepEqual(got, want) {
		t.Errorf("prerequisites = %q, want %q", got, want)
	}
}

func TestFindToolchain(t *testing.T) {
	t.Setenv("CXX", "no-such-compiler")
	if _, err := FindToolchain(t.Context()); err == nil || !strings.Contains(err.Error(), "apt-get install g++") {
		t.Errorf("missing compiler: %v", err)
	}
	t.Setenv("CXX", "false")
	if _, err := FindToolchain(t.Context()); err == nil || !strings.Contains(err.Error(), "--version fails") {
		t.Errorf("broken compiler: %v", err)
	}
}

func TestJobs(t *testing.T) {
	if n := Jobs(); n < 1 {
		t.Errorf("Jobs() = %d", n)
	}
	if memAvailable() <= 0 {
		t.Error("Linux says how much memory is available, and it was not read")
	}
}
