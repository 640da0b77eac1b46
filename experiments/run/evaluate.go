package run

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/configs"
)

// Evaluate scores what the run in dir has stored again, without loading a picture or
// a net; masks are read from where the run's configuration has them. Overrides may
// change keys that affect scoring only; then the scores go to a folder of their own
// below the run, evaluations/HASH, and the run's stay as they are. A key that maps
// were made with, such as gradcam.level, cannot be changed so.
func Evaluate(dir string, overrides []string) (*Result, error) {
	began := time.Now()
	c, before, err := open(dir, overrides)
	if err != nil {
		return nil, err
	}
	s, err := loadStored(dir, c)
	if err != nil {
		return nil, err
	}
	diff := before.Diff(c, configs.Scoring)
	if len(diff) == 0 {
		return rescore(s, dir, dir, before, began) // its own configuration stays too
	}
	sum := sha256.Sum256([]byte(strings.Join(diff, "\n")))
	return rescore(s, dir, filepath.Join(dir, "evaluations", hex.EncodeToString(sum[:6])), c, began)
}
