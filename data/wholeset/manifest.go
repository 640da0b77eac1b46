package wholeset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// digestKey is the manifest's key, after those of the description, for the digest of
// every file's path and bytes.
const digestKey = "files"

// describe writes the manifest of the files in dir, the last file of a set.
func (s *Set) describe(dir string) error {
	sum, err := s.digest(dir)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(s.Description, "", "  ")
	if err != nil {
		return err
	}
	text = fmt.Appendf(bytes.TrimSuffix(text, []byte("\n}")), ",\n  %q: %q\n}\n", digestKey, sum)
	return WriteFile(filepath.Join(dir, s.Manifest), text)
}

// present reports whether dir already holds the set, whole and unchanged. It is
// false without an error if dir does not exist or is empty; anything else in it is
// an error.
func (s *Set) present(dir string) (bool, error) {
	const elsewhere = "choose a new or empty folder"
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
			return false, fmt.Errorf("%s is a file, not a folder: %s", dir, elsewhere)
		}
		return false, fmt.Errorf("cannot look into the folder for the %s: %w", s.Noun, err)
	case len(entries) == 0:
		return false, nil
	}
	file := filepath.Join(dir, s.Manifest)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%s already holds %s, which is not a %s: %s", dir, entries[0].Name(), s.Noun, elsewhere)
	}
	if err != nil {
		return false, fmt.Errorf("cannot tell what %s holds: %w", dir, err)
	}
	have, err := fields(text)
	if err != nil {
		return false, fmt.Errorf("%s is not readable as the description of a %s (%w): %s", file, s.Noun, err, elsewhere)
	}
	text, err = json.Marshal(s.Description)
	if err != nil {
		return false, err
	}
	want, err := fields(text)
	if err != nil {
		return false, err
	}
	if list := differences(have, want); len(list) > 0 {
		return false, fmt.Errorf("%s already holds another %s (%s): delete it or %s", dir, s.Noun, strings.Join(list, "; "), elsewhere)
	}
	sum, err := s.digest(dir)
	if err != nil {
		return false, fmt.Errorf("cannot check the %s in %s: %w", s.Noun, dir, err)
	}
	if have[digestKey] != sum {
		return false, fmt.Errorf("the %s in %s was changed since it was written: delete it or %s", s.Noun, dir, elsewhere)
	}
	return true, nil
}

// fields are a JSON object's values by their keys, text as it is and everything else
// as JSON.
func fields(text []byte) (map[string]string, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	all := map[string]string{}
	for key, value := range raw {
		var word string
		if json.Unmarshal(value, &word) != nil {
			var compact bytes.Buffer
			if err := json.Compact(&compact, value); err != nil {
				return nil, err
			}
			word = compact.String()
		}
		all[key] = word
	}
	return all, nil
}

// differences lists what two descriptions disagree on, the files' digest aside.
func differences(have, want map[string]string) []string {
	keys := maps.Clone(have)
	maps.Copy(keys, want)
	delete(keys, digestKey)
	var list []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		a, there := have[key]
		b, here := want[key]
		switch {
		case !there:
			list = append(list, fmt.Sprintf("%s is not given there and %s here", key, b))
		case !here:
			list = append(list, fmt.Sprintf("%s is %s there and not given here", key, a))
		case a != b:
			list = append(list, fmt.Sprintf("%s is %s there and %s here", key, a, b))
		}
	}
	return list
}

// digest is the SHA-256 over the sorted relative paths and contents of every file below dir, hidden files and
// the manifest aside.
func (s *Set) digest(dir string) (string, error) {
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
		if err != nil || entry.IsDir() || rel == s.Manifest {
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
