package run

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cutpaste/cutpaste/nets"
)

// ReadResult reads the result in dir, with those of its further levels.
func ReadResult(dir string) (*Result, error) {
	r, err := ReadResultAlone(dir)
	if err != nil {
		return nil, err
	}
	levels, err := filepath.Glob(filepath.Join(dir, LevelsFolder, "*", resultFile))
	if err != nil {
		return nil, err
	}
	for _, path := range levels {
		level, err := ReadResultAlone(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		r.Levels = append(r.Levels, level)
	}
	return r, nil
}

// ReadResultAlone reads the result in dir: a run's, a level's or an evaluation's. Its
// Run is dir, wherever it lay when it was made.
func ReadResultAlone(dir string) (*Result, error) {
	path := filepath.Join(dir, resultFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(Result)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; score the run again with `cutpaste evaluate %s`", path, err, Of(dir))
	}
	if r.Features == "" { // it is from before levels were scored
		r.Features = nets.Pool
	}
	r.Run = dir
	return r, nil
}

// Of is the folder of the run whose result and scores lie in this folder: itself, or the
// run that it is a level's folder of.
func Of(folder string) string {
	if levels := filepath.Dir(folder); filepath.Base(levels) == LevelsFolder {
		return filepath.Dir(levels)
	}
	return folder
}
