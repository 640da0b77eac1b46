package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/cutpaste/cutpaste/tools/libtorch/compile"
	"github.com/cutpaste/cutpaste/tools/libtorch/install"
	"github.com/cutpaste/cutpaste/tools/libtorch/locate"
)

const gotorch = "github.com/wangkuiyi/gotorch"

// libraries lists what is compiled against a libtorch:
//
//	libcgotorch.so          gotorch's C++ part
//	libcutpaste_torch.so    what gotorch lacks, nets/torch/shim
//	libcutpaste_cuda.so     what needs CUDA's headers, nets/torch/shim/cuda; the
//	                        program loads it where there is a GPU, after
//	                        libtorch's CUDA part, which it is not linked to
//	libcutpaste_standin.so  for tests only: the stand-in device, nets/torch/standin/device
func libraries(ctx context.Context, root string, t *locate.Torch, tests bool) ([]compile.Library, error) {
	source, err := moduleFolder(ctx, root, gotorch)
	if err != nil {
		return nil, err
	}
	ours := []string{"-O2", "-Wall", "-Wextra"}
	list := []compile.Library{
		// -O1: thin wrappers around libtorch's calls. Their headers are named
		// "cgotorch/...".
		{Name: "libcgotorch.so", Dir: filepath.Join(source, "cgotorch"), Flags: []string{"-O1", "-w", "-I", source}, United: true},
		{Name: "libcutpaste_torch.so", Dir: filepath.Join(root, "nets/torch/shim"), Flags: ours},
	}
	if dir := filepath.Join(root, "nets/torch/shim/cuda"); hasSources(dir) {
		const name = "libcutpaste_cuda.so"
		headers, err := cudaHeaders(ctx, t)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			fmt.Fprintf(os.Stderr, "CUDA graphs will not be available: %v.\n", err)
			// One that was made for another libtorch must not be loaded.
			if err := os.Remove(filepath.Join(root, "build/lib", name)); err != nil && !os.IsNotExist(err) {
				return nil, err
			}
		default:
			flags := ours[:len(ours):len(ours)]
			for _, folder := range headers {
				flags = append(flags, "-isystem", folder)
			}
			list = append(list, compile.Library{Name: name, Dir: dir, Flags: flags, Open: true})
		}
	}
	if dir := filepath.Join(root, "nets/torch/standin/device"); tests && hasSources(dir) {
		list = append(list, compile.Library{Name: "libcutpaste_standin.so", Dir: dir, Flags: ours})
	}
	return list, nil
}

func hasSources(dir string) bool {
	sources, err := filepath.Glob(filepath.Join(dir, "*.cc"))
	return err == nil && len(sources) > 0
}

// cudaHeaders returns the folders of the headers of the libtorch's CUDA. It
// fetches them for a libtorch that was fetched too; with one of the user's own,
// nothing is.
func cudaHeaders(ctx context.Context, t *locate.Torch) ([]string, error) {
	cache, err := locate.Cache()
	if err != nil {
		return nil, err
	}
	folders, err := t.CUDAHeaders(cache)
	if err == nil || !strings.HasPrefix(t.Dir, realPath(cache)+string(filepath.Separator)) {
		return folders, err
	}
	if err := fetchHeaders(ctx, cache, t); err != nil {
		return nil, err
	}
	return t.CUDAHeaders(cache)
}

// headersVerb fetches the headers of CUDA for the libtorch in use, whosever it
// is.
func headersVerb(ctx context.Context, root string) error {
	t, err := ensure(ctx, root)
	if err != nil {
		return err
	}
	cache, err := locate.Cache()
	if err != nil {
		return err
	}
	return fetchHeaders(ctx, cache, t)
}

// fetchHeaders takes the headers of the release whose CUDA has the same major
// version, within which they fit each other.
func fetchHeaders(ctx context.Context, cache string, t *locate.Torch) error {
	major, _, _ := strings.Cut(t.CUDAVersion, ".")
	for _, r := range locate.Releases {
		if strings.HasPrefix(r.CUDA, major+".") {
			return install.Headers(ctx, cache, r, os.Stderr)
		}
	}
	return fmt.Errorf("torch %s in %s is for no CUDA whose headers can be fetched", t.Version, t.Dir)
}

// moduleFolder returns a module's folder in the module cache, at the version
// that go.mod pins, downloading it when it is not there. It is only read.
func moduleFolder(ctx context.Context, root, module string) (string, error) {
	list := func() (string, error) { return goCommand(ctx, root, "list", "-m", "-f", "{{.Dir}}", module) }
	dir, err := list()
	if err == nil && dir == "" {
		if _, err = goCommand(ctx, root, "mod", "download", module); err == nil {
			dir, err = list()
		}
	}
	if err != nil {
		return "", fmt.Errorf("the Go module %s cannot be had: %w", module, err)
	}
	return dir, nil
}

func goCommand(ctx context.Context, root string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(said.String()))
	}
	return strings.TrimSpace(string(out)), nil
}
