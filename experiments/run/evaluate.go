package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/configs"
)

// Evaluate scores what the run in dir has stored again, without loading a picture or
// a net; masks are read from data.root. Overrides may change keys that affect scoring
// only; then the scores go to a folder of their own below the run, evaluations/HASH,
// and the run's stay as they are. A key that maps were made with, such as
// gradcam.level, cannot be changed so. data.root may be where the pictures are now;
// where they are nowhere, the pixel metrics that the folder has are kept.
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
	masks, err := s.truth(dir, c)
	if err != nil {
		return nil, err
	}
	if masks.none() {
		masks.notes = append(masks.notes, "no test picture has a mask: pixel metrics are left out")
	}
	to, with := dir, before // its own configuration stays too
	if diff := before.Diff(c, configs.Scoring); len(diff) > 0 {
		sum := sha256.Sum256([]byte(strings.Join(diff, "\n")))
		to, with = filepath.Join(dir, "evaluations", hex.EncodeToString(sum[:6])), c
	}
	if masks.why != nil {
		masks.before = measuredBefore(to, with)
	}
	return rescore(s, dir, to, with, masks, began)
}

// measuredBefore is what the result in a folder has of maps that were scored as c
// says, or nil.
func measuredBefore(folder string, c *configs.Config) *Localized {
	scored, err := readConfig(folder)
	if err != nil || len(scored.Diff(c, configs.Scoring)) > 0 {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(folder, resultFile))
	r := new(Result)
	if err != nil || json.Unmarshal(b, r) != nil || r.Pixels == nil {
		return nil
	}
	return &r.Localized
}
