package synth

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// drawing is the version of the drawings. Raise it when the pixels of any picture change, so that a set drawn
// by another version is not taken for the same one.
const drawing = 1

// manifestName is the file, beside the category folders, that says what they hold. It is written last.
const manifestName = "synth.json"

// manifest is manifestName's content.
type manifest struct {
	Drawing       int      `json:"drawing"`
	Seed          uint64   `json:"seed"`
	Size          int      `json:"size"`
	Train         int      `json:"train"`
	TestGood      int      `json:"test_good"`
	TestPerDefect int      `json:"test_per_defect"`
	Categories    []string `json:"categories"`
	MaskLevel     int      `json:"mask_level"` // a pixel is in the mask if the defect changes it by more grey levels than this
	Files         string   `json:"files"`      // digest of every file's path and bytes
}

func (o *Options) manifest() manifest {
	return manifest{
		Drawing: drawing, Seed: o.Seed, Size: o.Size, Train: o.Train, TestGood: o.TestGood,
		TestPerDefect: o.TestPerDefect, Categories: o.Categories, MaskLevel: visible,
	}
}

// differences lists what m and want disagree on, by the manifest's keys, the files' digest aside.
func (m manifest) differences(want manifest) []string {
	var list []string
	have, ask := reflect.ValueOf(m), reflect.ValueOf(want)
	for i := range have.NumField() {
		name := have.Type().Field(i).Tag.Get("json")
		a, b := have.Field(i).Interface(), ask.Field(i).Interface()
		if name != "files" && !reflect.DeepEqual(a, b) {
			list = append(list, fmt.Sprintf("%s is %v there and %v here", name, a, b))
		}
	}
	return list
}

func (m manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, manifestName), append(text, '\n'))
}

// present reports whether dir already holds the wanted set, whole and unchanged. It is false without an error
// if dir does not exist or is empty; anything else in it is an error.
func present(dir string, want manifest) (bool, error) {
	const elsewhere = "choose a new or empty folder"
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
			return false, fmt.Errorf("%s is a file, not a folder: %s", dir, elsewhere)
		}
		return false, fmt.Errorf("cannot look into the folder for the drawn pictures: %w", err)
	case len(entries) == 0:
		return false, nil
	}
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%s already holds %s, which is not a drawn set: %s", dir, entries[0].Name(), elsewhere)
	}
	if err != nil {
		return false, fmt.Errorf("cannot tell what %s holds: %w", dir, err)
	}
	var have manifest
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&have); err != nil {
		return false, fmt.Errorf("%s is not readable as the description of a drawn set (%w): %s",
			filepath.Join(dir, manifestName), err, elsewhere)
	}
	if list := have.differences(want); len(list) > 0 {
		return false, fmt.Errorf("%s already holds another drawn set (%s): delete it or %s", dir, strings.Join(list, "; "), elsewhere)
	}
	files, err := digest(dir)
	if err != nil {
		return false, fmt.Errorf("cannot check the drawn set in %s: %w", dir, err)
	}
	if files != have.Files {
		return false, fmt.Errorf("the drawn set in %s was changed since it was written: delete it or %s", dir, elsewhere)
	}
	return true, nil
}

// digest is the SHA-256 over the sorted relative paths and contents of every file below dir, hidden files and
// the manifest aside.
func digest(dir string) (string, error) {
	var lines []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != dir && strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || entry.IsDir() || rel == manifestName {
			return err
		}
		sum, err := fileSum(path)
		lines = append(lines, fmt.Sprintf("%x  %s\n", sum, filepath.ToSlash(rel)))
		return err
	})
	if err != nil {
		return "", err
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

func fileSum(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}
