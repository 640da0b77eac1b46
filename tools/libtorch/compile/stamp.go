package compile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// stamp says what a file was made from. It lies in the obj folder as
// NAME.stamp, for objects and libraries alike.
type stamp struct {
	Key   string            `json:"key"`   // compiler, libtorch, flags
	Files map[string]string `json:"files"` // path -> SHA-256 of each input
}

// clockTick is how far the clock of file times may lag behind the program's.
const clockTick = 20 * time.Millisecond

// newStamp hashes the inputs. An input that was written after the compiler
// began may not be what the compiler read; it gets no hash, so that the next
// build compiles once more. Inputs that only we write are given the zero time.
func newStamp(key string, inputs []string, began time.Time) (*stamp, error) {
	s := &stamp{Key: key, Files: make(map[string]string, len(inputs))}
	for _, path := range inputs {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !began.IsZero() && info.ModTime().After(began.Add(-clockTick)) {
			s.Files[path] = "written while it was read"
			continue
		}
		if s.Files[path], err = hash(path); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// upToDate tells whether made exists and its stamp, in the file named, agrees
// with key and with the inputs as they are now.
func upToDate(made, stampFile, key string) bool {
	if _, err := os.Stat(made); err != nil {
		return false
	}
	text, err := os.ReadFile(stampFile)
	if err != nil {
		return false
	}
	var s stamp
	if json.Unmarshal(text, &s) != nil || s.Key != key {
		return false
	}
	for path, sum := range s.Files {
		if now, err := hash(path); err != nil || now != sum {
			return false
		}
	}
	return true
}

// replace renames temporary to made and writes its stamp. The old stamp goes
// first: killed at any point, made is at worst made once more, and never kept
// with a stamp that is not its own.
func (s *stamp) replace(temporary, made, stampFile string) error {
	if err := os.Remove(stampFile); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Rename(temporary, made); err != nil {
		return err
	}
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(stampFile, text, 0o644)
}

// prerequisites reads a rule as GCC writes it for make, "a.o: a.cc a.h \",
// continued over lines, with spaces inside names escaped by a backslash.
func prerequisites(rule string) []string {
	_, list, _ := strings.Cut(rule, ": ")
	list = strings.ReplaceAll(list, "\\\n", " ")
	var paths []string
	var name strings.Builder
	flush := func() {
		if name.Len() > 0 {
			paths = append(paths, name.String())
			name.Reset()
		}
	}
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '\\' && i+1 < len(list) && (list[i+1] == ' ' || list[i+1] == '#'):
			i++
			name.WriteByte(list[i])
		case c == '$' && i+1 < len(list) && list[i+1] == '$':
			i++
			name.WriteByte('$')
		case c == ' ' || c == '\n' || c == '\t':
			flush()
		default:
			name.WriteByte(c)
		}
	}
	flush()
	return paths
}

func hash(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
