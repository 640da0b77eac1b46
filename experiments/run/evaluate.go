package run

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/configs"
)

// Evaluate scores the stored embeddings of the run in dir again, without
// loading a picture or a net. Overrides may change keys that affect scoring
// only; then the scores go to a folder of their own below the run,
// evaluations/HASH, and the run's stay as they are.
func Evaluate(dir string, overrides []string) (*Result, error) {
	began := time.Now()
	c, before, err := open(dir, overrides)
	if err != nil {
		return nil, err
	}
	e, err := loadEmbeddings(dir)
	if err != nil {
		return nil, err
	}
	diff := before.Diff(c, configs.Scoring)
	if len(diff) == 0 {
		return rescore(e, dir, dir, before, began) // its own configuration stays too
	}
	sum := sha256.Sum256([]byte(strings.Join(diff, "\n")))
	return rescore(e, dir, filepath.Join(dir, "evaluations", hex.EncodeToString(sum[:6])), c, began)
}
