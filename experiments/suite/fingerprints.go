package suite

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

const fingerprintsFile = "fingerprints.json"

// fingerprints are the categories', which take a while to compute: all of a category's
// files are read. What was computed is kept and holds as long as no file's size or time
// changes.
type fingerprints struct {
	path    string
	known   map[string]fingerprint // by the category's folder
	looked  map[string]string      // in this process
	changed bool
}

type fingerprint struct {
	Stamp       string `json:"stamp"` // SHA-256 of paths, sizes and times
	Fingerprint string `json:"fingerprint"`
}

func openFingerprints(dir string) (*fingerprints, error) {
	f := &fingerprints{path: filepath.Join(dir, fingerprintsFile), known: map[string]fingerprint{}, looked: map[string]string{}}
	b, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(b, &f.known) != nil {
		f.known = map[string]fingerprint{} // they are computed again
	}
	return f, nil
}

// of is the fingerprint of a category.
func (f *fingerprints) of(root, name string) (string, error) {
	dir := filepath.Join(root, name)
	if print, ok := f.looked[dir]; ok {
		return print, nil
	}
	category, err := data.Open(root, name)
	if err != nil {
		return "", err
	}
	stamp, err := stampOf(category)
	if err != nil {
		return "", err
	}
	if f.known[dir].Stamp != stamp {
		print, err := category.Fingerprint()
		if err != nil {
			return "", err
		}
		f.known[dir], f.changed = fingerprint{stamp, print}, true
	}
	f.looked[dir] = f.known[dir].Fingerprint
	return f.looked[dir], nil
}

// stampOf is what changes when a file of the category does.
func stampOf(c *data.Category) (string, error) {
	sum := sha256.New()
	for _, it := range slices.Concat(c.Train, c.Test) {
		for _, path := range []string{it.Path, it.Mask} {
			if path == "" {
				continue
			}
			info, err := os.Stat(path)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(sum, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// save keeps what was computed.
func (f *fingerprints) save() error {
	if !f.changed {
		return nil
	}
	b, err := json.MarshalIndent(f.known, "", "  ")
	if err != nil {
		return err
	}
	f.changed = false
	return wholefile.Write(f.path, append(b, '\n'))
}
