package run

import (
	"fmt"
	"path/filepath"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer"
)

// Start says which weights a run started from.
type Start struct {
	// Weights is "scratch" or the file as net.weights names it; of imagenet, the
	// file that was found.
	Weights string `json:"weights"`
	// WeightsSHA256 is of the whole file, in hex; empty from scratch.
	WeightsSHA256 string `json:"weights_sha256,omitempty"`
}

const scratch = "scratch"

// tryStart starts the net once, so that weights that cannot be used are refused
// before a run folder is made for them. What is worth knowing of the file is
// noted.
func tryStart(c *configs.Config, n trainer.Numerics, p Progress) (Start, error) {
	if c.Net.Weights == "" {
		return Start{Weights: scratch}, nil
	}
	s, err := trainer.StartFrom(c, n, "")
	if err != nil {
		return Start{}, &configs.Error{Key: "net.weights", Msg: err.Error()}
	}
	trainer.Free(s.Net)
	for _, note := range s.Notes {
		p.Note(note)
	}
	return Start{s.Path, s.SHA256}, nil
}

// same refuses to let a run go on with other starting weights than it was begun
// with, which its untrained control would come from, or where it is unknown which
// those were. dir is the run's.
func (s Start) same(before Start, dir string) error {
	if before.WeightsSHA256 == s.WeightsSHA256 {
		return nil
	}
	if before.WeightsSHA256 == "" {
		return unknownStart(dir, s.Weights)
	}
	return &configs.Error{Key: "net.weights", Msg: fmt.Sprintf("the bytes of %s (SHA-256 %.8s...) are not those that the run in %s was begun with (%s, SHA-256 %.8s...); put that file back, choose another out= or name=, or remove the folder",
		s.Weights, s.WeightsSHA256, dir, before.Weights, before.WeightsSHA256)}
}

func unknownStart(dir, weights string) error {
	return fmt.Errorf("%s does not say which bytes of %s the run started from; remove the folder %s to begin the run anew", filepath.Join(dir, metaFile), weights, dir)
}

// startOf is what the run in dir, of this configuration, started from.
func startOf(dir string, c *configs.Config) (Start, error) {
	if c.Net.Weights == "" {
		return Start{Weights: scratch}, nil
	}
	m, err := readMeta(dir)
	if err != nil {
		return Start{}, err
	}
	if m == nil || m.WeightsSHA256 == "" {
		return Start{}, unknownStart(dir, c.Net.Weights)
	}
	return m.Start, nil
}
