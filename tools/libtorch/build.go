package main

// The build folder, which nets/torch's #cgo lines point into:
//
//	build/libtorch                  link to the torch folder in use
//	build/lib/libtorch.so           a linker script: gotorch asks for -ltorch,
//	                                whose real file would drag in CUDA
//	build/lib/libcgotorch.so        gotorch's C++ part, from the module cache
//	build/lib/libcutpaste_*.so      our own, listed in libraries.go
//	build/obj/                      objects, and what each was made from
//
// The libraries find libtorch by an rpath relative to themselves and the
// programs find the libraries likewise, so nothing needs LD_LIBRARY_PATH.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/cutpaste/cutpaste/tools/fetch"
	"github.com/cutpaste/cutpaste/tools/libtorch/compile"
	"github.com/cutpaste/cutpaste/tools/libtorch/install"
	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
	"github.com/cutpaste/cutpaste/tools/libtorch/progress"
)

// linkerScript stands before torch's own folder in -L.
const linkerScript = "INPUT(-ltorch_cpu)\n"

// repository is the folder with go.mod, above the working folder.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("this is not inside the repository: no go.mod in this folder or above; change into your clone")
		}
		dir = up
	}
}

// choose returns the libtorch to use, or nil when one must be installed first:
//
//  1. $LIBTORCH;
//  2. what build/libtorch points to, when that is the user's own: LIBTORCH
//     need be given once only, until make clean;
//  3. what is in the cache of what belongs on this machine.
func choose(root, cache string, c locate.Choice) (*locate.Torch, error) {
	if own := os.Getenv("LIBTORCH"); own != "" {
		t, err := locate.Open(own)
		if err != nil {
			return nil, fmt.Errorf("LIBTORCH: %w", err)
		}
		if os.Getenv("CUDA") == "1" && !t.CUDA {
			return nil, fmt.Errorf("LIBTORCH: %s has no CUDA part (lib/libtorch_cuda.so), which CUDA=1 asks for; name a torch with CUDA, or leave CUDA unset", t.Dir)
		}
		return t, nil
	}
	if t, err := locate.Open(filepath.Join(root, "build/libtorch")); err == nil {
		inCache := strings.HasPrefix(t.Dir, realPath(cache)+string(filepath.Separator))
		if !inCache && os.Getenv("TORCH") == "" && (t.CUDA || os.Getenv("CUDA") != "1") {
			return t, nil
		}
	}
	return c.Installed(cache, c.WithCUDA)
}

// realPath resolves symbolic links where it can.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

func findVerb(root string) error {
	cache, c, err := wanted()
	if err != nil {
		return err
	}
	t, err := choose(root, cache, c)
	if err != nil {
		return err
	}
	if t == nil {
		return fmt.Errorf("libtorch %s is not installed in %s; make libtorch installs it", c.SetName(c.WithCUDA), cache)
	}
	fmt.Println(t)
	return nil
}

func wanted() (cache string, c locate.Choice, err error) {
	if c, err = locate.Choose(); err != nil {
		return "", c, err
	}
	cache, err = locate.Cache()
	return cache, c, err
}

func installVerb(ctx context.Context, root string) error {
	_, err := ensure(ctx, root)
	return err
}

// ensure returns a libtorch that is there, fetching it when it is not.
func ensure(ctx context.Context, root string) (*locate.Torch, error) {
	cache, c, err := wanted()
	if err != nil {
		return nil, err
	}
	t, err := choose(root, cache, c)
	if err != nil || t != nil {
		return t, err
	}
	if c.Why != "" {
		fmt.Fprintln(os.Stderr, c.Why)
	}
	return install.Install(ctx, cache, c.Release, c.WithCUDA, os.Stderr)
}

// buildVerb makes the product's libraries, and those of tests if asked to.
func buildVerb(ctx context.Context, root string, tests bool) error {
	toolchain, err := compile.FindToolchain(ctx) // before 500 MB are fetched in vain
	if err != nil {
		return err
	}
	t, err := ensure(ctx, root)
	if err != nil {
		return err
	}
	build := filepath.Join(root, "build")
	if err := os.MkdirAll(filepath.Join(build, "lib"), 0o755); err != nil {
		return err
	}
	unlock, err := fetch.Lock(ctx, filepath.Join(build, ".lock"), func() {
		fmt.Fprintln(os.Stderr, "Waiting for another build of this folder to end.")
	})
	if err != nil {
		return err
	}
	defer unlock()
	if err := layOut(build, t); err != nil {
		return err
	}
	libraries, err := libraries(ctx, root, t, tests)
	if err != nil {
		return err
	}
	var bar *progress.Bar
	b := compile.Builder{
		Build:     build,
		Toolchain: toolchain,
		Identity:  t.Identity(),
		CXX11ABI:  t.CXX11ABI,
		Jobs:      compile.Jobs(),
		Started: func(objects int) {
			fmt.Fprintf(os.Stderr, "Compiling against %s\nwith %s\n", t, toolchain.Version)
			bar = progress.New(os.Stderr, "Compiling C++", progress.Files, int64(objects))
		},
		Compiled: func() { bar.Add(1) },
		Warnings: func(text string) { fmt.Fprint(os.Stderr, "\n", text) },
	}
	_, _, err = b.Make(ctx, libraries...)
	if bar != nil {
		bar.Done()
	}
	return err
}

// layOut makes what the compiler and the linker are pointed to.
func layOut(build string, t *locate.Torch) error {
	link := filepath.Join(build, "libtorch")
	if now, err := os.Readlink(link); err != nil || now != t.Dir {
		if err := renameio.Symlink(t.Dir, link); err != nil {
			return fmt.Errorf("build/libtorch cannot be made a link to %s: %w", t.Dir, err)
		}
	}
	script := filepath.Join(build, "lib/libtorch.so")
	if now, err := os.ReadFile(script); err != nil || string(now) != linkerScript {
		return renameio.WriteFile(script, []byte(linkerScript), 0o644)
	}
	return nil
}
