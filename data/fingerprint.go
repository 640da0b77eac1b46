package data

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Fingerprint is a SHA-256, in hex, over everything that a result of the
// category can depend on: the paths (below the category's folder) and contents
// of its pictures and masks. Where the folder stands and files that are
// ignored do not change it.
func (c *Category) Fingerprint() (string, error) {
	files := c.files()
	err := each(context.Background(), 0, len(files), nil, func(i int) (err error) {
		files[i].hash, err = hashFile(files[i].path)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("category %q: a picture or mask cannot be read (%w): make it readable or remove it", c.Name, err)
	}
	return fingerprint(files), nil
}

// file is one file of a category and the hash of its content.
type file struct {
	path, rel string
	hash      [sha256.Size]byte
}

// files are the category's training pictures, its test pictures and their
// masks, in this order.
func (c *Category) files() []file {
	var files, masks []file
	for _, it := range slices.Concat(c.Train, c.Test) {
		files = append(files, file{path: it.Path, rel: it.Rel})
		if it.Mask != "" {
			masks = append(masks, file{path: it.Mask, rel: maskRel(it)})
		}
	}
	return append(files, masks...)
}

// maskRel is where a mask stands below the category's folder.
func maskRel(it Item) string { return "ground_truth/" + it.Defect + "/" + filepath.Base(it.Mask) }

// fingerprint hashes a line for each file, sorted by path: its hash in hex, two
// spaces and its path, which is what sha256sum prints.
func fingerprint(files []file) string {
	sorted := slices.SortedFunc(slices.Values(files), func(a, b file) int { return cmp.Compare(a.rel, b.rel) })
	sum := sha256.New()
	for i, f := range sorted {
		if i > 0 && f.rel == sorted[i-1].rel {
			continue // one mask for two pictures, 000.png and 000.jpg
		}
		fmt.Fprintf(sum, "%x  %s\n", f.hash, f.rel)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func hashFile(path string) (hash [sha256.Size]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return hash, err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return hash, err
	}
	return [sha256.Size]byte(sum.Sum(nil)), nil
}
