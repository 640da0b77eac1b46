package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
)

// checkNames says plainly what is wrong with data.root or data.category, with
// the categories that do exist, the most similar name first.
func checkNames(root, category string) error {
	entries, err := readRoot(root)
	if err != nil {
		return err
	}
	wrong := func(format string, args ...any) error {
		return &configs.Error{Key: "data.category", Msg: "data.category: " + fmt.Sprintf(format, args...)}
	}
	if category != filepath.Base(category) || category == "." || category == ".." || category == "" {
		if category == "" {
			if names, err := Categories(root); err == nil && len(names) == 0 {
				return &configs.Error{Key: "data.root", Msg: fmt.Sprintf("data.root: %s holds no category: %s", root, choices(root, category))}
			}
			return wrong("no category is named: %s", choices(root, category))
		}
		return wrong("%q is no name of a folder in %s: %s", category, root, choices(root, category))
	}
	info, err := os.Stat(filepath.Join(root, category))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == category }) {
			return wrong("%s is a link to a folder that does not exist", filepath.Join(root, category))
		}
		return wrong("there is no category %q in %s: %s", category, root, choices(root, category))
	case err != nil:
		return fmt.Errorf("category %q in %s cannot be read: %w", category, root, err)
	case !info.IsDir():
		return wrong("%s is a file, not a folder: %s", filepath.Join(root, category), choices(root, category))
	}
	return nil
}

// choices is the end of a sentence about a wrong category: what there is.
func choices(root, category string) string {
	names, err := Categories(root)
	switch {
	case err != nil:
		return err.Error()
	case len(names) > 0:
		slices.SortStableFunc(names, func(a, b string) int {
			return distance(category, a) - distance(category, b)
		})
		return "choose one of " + strings.Join(names, ", ")
	case isDir(filepath.Join(root, "train", Good)):
		abs, err := filepath.Abs(root)
		if err != nil {
			abs = root
		}
		return fmt.Sprintf("the folder itself looks like a category, so set data.root=%s data.category=%s", filepath.Dir(abs), filepath.Base(abs))
	}
	return "no folder in it has train/good inside, as a category has"
}

// readRoot reads the folder that holds the categories.
func readRoot(root string) ([]fs.DirEntry, error) {
	wrong := func(format string, args ...any) error {
		return &configs.Error{Key: "data.root", Msg: "data.root: " + fmt.Sprintf(format, args...)}
	}
	if root == "" {
		return nil, wrong("no folder is named: set it to the folder that holds the categories")
	}
	info, err := os.Stat(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, wrong("the folder %s does not exist: set it to the folder that holds the categories", root)
	case err == nil && !info.IsDir():
		return nil, wrong("%s is a file: set it to the folder that holds the categories", root)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("the folder %s (data.root) cannot be read: %w", root, err)
	}
	return entries, nil
}

// distance is the least number of bytes to insert, remove or replace that
// turn a into b (Levenshtein's), upper and lower case being the same.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
