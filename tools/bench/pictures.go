package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/cutpaste/cutpaste/data"
)

// pictures is the folder of categories and the one of them that is trained on:
// --pictures and --category, or the drawn ones, which are made where missing.
func (b *bench) pictures(ctx context.Context, program string) (root, category string, err error) {
	root = b.root
	if root == "" {
		root = filepath.Join("build", "synth")
		if names, err := data.Categories(root); err != nil || len(names) == 0 {
			cmd := command(ctx, program, "data", "synth", root)
			if err := cmd.Run(); err != nil {
				return "", "", fmt.Errorf("no pictures could be drawn into %s (%w); its message is above", root, err)
			}
		}
	}
	category, err = findCategory(root, b.category)
	return root, category, err
}

// findCategory is the named category, or the first one, and that it is whole.
func findCategory(root, name string) (string, error) {
	if name == "" {
		names, err := data.Categories(root)
		if err != nil {
			return "", err
		}
		if len(names) == 0 {
			return "", fmt.Errorf("--pictures %s holds no category in MVTec AD's layout (NAME/train/good, NAME/test/...)", root)
		}
		name = names[0]
	}
	c, err := data.Open(root, name)
	if err == nil && len(c.Test) == 0 {
		err = fmt.Errorf("%s has no test pictures, and a whole training ends with their scores", c.Dir())
	}
	return name, err
}
