// Package compile turns folders of C++ sources into shared libraries that link
// to libtorch, compiling in parallel and only what has changed.
//
// An object is compiled anew when its source, a header of ours that it includes,
// the compiler, a flag or libtorch is another one than last time. All of that is
// compared by content, not by time, so a fresh checkout or a touched file costs
// nothing. The comparison needs the list of included headers: the compiler
// writes it (-MMD) and stamp.go reads it. Everything is written to a temporary
// name and renamed, so that a program that runs meanwhile keeps its library and
// an interrupted build leaves no half of one.
package compile

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"
)

// Library is one shared library to be made.
type Library struct {
	Name  string   // file name: libcgotorch.so
	Dir   string   // folder with the sources, *.cc
	Flags []string // for the compiler, besides those that every library gets
	// United compiles all sources as one. Reading libtorch's headers takes far
	// longer than compiling a source that includes them, so this is several
	// times faster, and right for sources that never change and whose names
	// do not collide. Otherwise one source is one object.
	United bool
	// Open lets symbols be undefined, which are then found at run time in
	// libraries that are loaded before this one.
	Open bool
}

// Builder compiles libraries into a build folder.
type Builder struct {
	// Build is the folder that holds libtorch (a link to the torch folder),
	// obj/ and lib/.
	Build string
	// Toolchain compiles and links.
	Toolchain *Toolchain
	// Identity names the libtorch that is compiled against.
	Identity string
	// CXX11ABI is the libtorch's std::string.
	CXX11ABI bool
	// Jobs is the number of compilers that run at once.
	Jobs int
	// Started is told how many objects must be compiled, before the first is;
	// it is not called when none must. Compiled is called after each. Warnings
	// gets what the compiler said of an object that compiled all the same.
	Started  func(objects int)
	Compiled func()
	Warnings func(text string)
}

// object is what one run of the compiler makes.
type object struct {
	source  string // what it is made from, for messages
	file    string
	command []string
}

// Make brings the libraries up to date. It returns how many objects it compiled
// and how many libraries it linked.
func (b *Builder) Make(ctx context.Context, libraries ...Library) (compiled, linked int, err error) {
	all := make([][]object, len(libraries))
	var stale []object
	for i, lib := range libraries {
		if all[i], err = b.objects(lib); err != nil {
			return 0, 0, err
		}
		for _, o := range all[i] {
			if !upToDate(o.file, o.file+".stamp", b.key(o.command)) {
				stale = append(stale, o)
			}
		}
	}
	if len(stale) > 0 {
		if b.Started != nil {
			b.Started(len(stale))
		}
		if err := b.compileAll(ctx, stale); err != nil {
			return 0, 0, err
		}
	}
	for i, lib := range libraries {
		did, err := b.link(ctx, lib, all[i])
		if err != nil {
			return len(stale), linked, err
		}
		if did {
			linked++
		}
	}
	return len(stale), linked, nil
}

// objects lists the sources of a library in the order of their names.
func (b *Builder) objects(lib Library) ([]object, error) {
	sources, err := filepath.Glob(filepath.Join(lib.Dir, "*.cc"))
	if err != nil {
		return nil, err
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("%s cannot be made: there are no C++ sources (*.cc) in %s", lib.Name, lib.Dir)
	}
	sort.Strings(sources)
	folder := filepath.Join(b.Build, "obj", strings.TrimSuffix(lib.Name, ".so"))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if lib.United {
		return []object{{source: lib.Dir, file: filepath.Join(folder, "united.o"), command: b.compileCommand(lib, sources...)}}, nil
	}
	var list []object
	for _, source := range sources {
		file := filepath.Join(folder, strings.TrimSuffix(filepath.Base(source), ".cc")+".o")
		list = append(list, object{source: source, file: file, command: b.compileCommand(lib, source)})
	}
	return list, nil
}

// compileCommand is the compiler's command line without the names of what it
// writes, which differ from run to run. The last source is the one compiled;
// those before it are put in front of it.
func (b *Builder) compileCommand(lib Library, sources ...string) []string {
	abi := "-D_GLIBCXX_USE_CXX11_ABI=0"
	if b.CXX11ABI {
		abi = "-D_GLIBCXX_USE_CXX11_ABI=1"
	}
	include := filepath.Join(b.Build, "libtorch/include")
	command := []string{
		b.Toolchain.CXX, "-std=c++17", "-fPIC", abi,
		// -isystem: libtorch's headers are not ours to be warned about, and
		// -MMD leaves them out.
		"-isystem", include, "-isystem", filepath.Join(include, "torch/csrc/api/include"),
	}
	command = append(command, lib.Flags...)
	last := len(sources) - 1
	for _, source := range sources[:last] {
		command = append(command, "-include", source)
	}
	return append(command, "-c", sources[last])
}

// key is everything besides the sources that an object depends on.
func (b *Builder) key(command []string) string {
	return strings.Join(append([]string{b.Toolchain.Version, b.Identity}, command...), "\n")
}

// compileAll compiles with b.Jobs compilers at once. The first failure stops
// the others: their messages would mostly repeat it.
func (b *Builder) compileAll(ctx context.Context, list []object) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan object)
	var wait sync.WaitGroup
	for range max(1, min(b.Jobs, len(list))) {
		wait.Go(func() {
			for o := range work {
				if err := b.compileOne(ctx, o); err != nil {
					cancel(err) // the first one is kept
				}
			}
		})
	}
feed:
	for _, o := range list {
		select {
		case work <- o:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	wait.Wait()
	return context.Cause(ctx)
}

func (b *Builder) compileOne(ctx context.Context, o object) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	object, depend := o.file+".tmp", o.file+".d"
	defer os.Remove(object)
	defer os.Remove(depend)
	began := time.Now()
	said, err := run(ctx, append(o.command, "-MMD", "-MF", depend, "-o", object))
	if err != nil {
		return fmt.Errorf("%s does not compile: %w", o.source, err)
	}
	rule, err := os.ReadFile(depend)
	if err != nil {
		return fmt.Errorf("the compiler did not list what it read: %w", err)
	}
	made, err := newStamp(b.key(o.command), prerequisites(string(rule)), began)
	if err != nil {
		return err
	}
	if err := made.replace(object, o.file, o.file+".stamp"); err != nil {
		return err
	}
	if said != "" && b.Warnings != nil {
		b.Warnings(said)
	}
	if b.Compiled != nil {
		b.Compiled()
	}
	return nil
}

// link makes the library unless it is newer than, and of, exactly these objects.
func (b *Builder) link(ctx context.Context, lib Library, objects []object) (bool, error) {
	target := filepath.Join(b.Build, "lib", lib.Name)
	command := []string{b.Toolchain.CXX, "-shared", "-Wl,-rpath,$ORIGIN/../libtorch/lib"}
	if !lib.Open {
		command = append(command, "-Wl,--no-undefined")
	}
	inputs := make([]string, len(objects))
	for i, o := range objects {
		inputs[i] = o.file
	}
	command = append(command, inputs...)
	command = append(command, "-L"+filepath.Join(b.Build, "libtorch/lib"), "-ltorch_cpu", "-lc10")
	stampFile := filepath.Join(b.Build, "obj", strings.TrimSuffix(lib.Name, ".so"), lib.Name+".stamp")
	if upToDate(target, stampFile, b.key(command)) {
		return false, nil
	}
	temporary := target + ".tmp"
	defer os.Remove(temporary)
	if _, err := run(ctx, append(command, "-o", temporary)); err != nil {
		return false, fmt.Errorf("%s does not link: %w", lib.Name, err)
	}
	made, err := newStamp(b.key(command), inputs, time.Time{})
	if err != nil {
		return false, err
	}
	return true, made.replace(temporary, target, stampFile)
}

// firstLines is how much of a failing compiler's words is repeated.
const firstLines = 15

// run runs a command and returns what it wrote to its standard error.
func run(ctx context.Context, command []string) (string, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	err := cmd.Run()
	if err == nil {
		return said.String(), nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return "", cause
	}
	lines := strings.Split(strings.TrimRight(said.String(), "\n"), "\n")
	if len(lines) > firstLines {
		lines = append(lines[:firstLines], fmt.Sprintf("... and %d lines more", len(lines)-firstLines))
	}
	return "", fmt.Errorf("%w\n%s\nthe command was: %s", err, strings.Join(lines, "\n"), quote(command))
}

// quote writes a command as it can be pasted into a shell.
func quote(command []string) string {
	words := make([]string, len(command))
	for i, w := range command {
		if strings.ContainsAny(w, " \t$'\"\\") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}
