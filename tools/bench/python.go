package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// pythonPath finds the interpreter of the reference.
func (b *bench) pythonPath() (string, error) {
	for _, path := range []string{b.python, os.Getenv("CUTPASTE_PYTHON")} {
		if path != "" {
			return path, nil
		}
	}
	path := filepath.Join(".venv", "bin", "python3")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("there is no Python with torch and torchvision; name one with --python, or use make bench, which makes .venv")
	}
	return path, nil
}

// checkReference refuses a reference that could not be compared with, before
// anything is measured: another libtorch than ours, a package that is missing.
func (b *bench) checkReference(ctx context.Context) error {
	python, err := b.pythonPath()
	if err != nil {
		return err
	}
	const packages = "import torch, torchvision, numpy, PIL, sklearn; print(torch.__version__.partition('+')[0])"
	cmd := command(ctx, python, "-c", packages)
	cmd.Stderr = nil
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	said := strings.TrimSpace(string(out))
	if err != nil {
		lines := strings.Split(said, "\n")
		return fmt.Errorf("%s cannot be the reference (%w: %s); name one that has torch, torchvision, pillow and scikit-learn with --python", python, err, lines[len(lines)-1])
	}
	if said != torch.Version() {
		return fmt.Errorf("the reference's torch is %s and ours %s; give both the same (--python, LIBTORCH)", said, torch.Version())
	}
	return nil
}
