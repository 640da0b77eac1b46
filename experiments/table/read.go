package table

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/cutpaste/cutpaste/experiments/run"
)

// Read collects the results of every finished run below a folder, those of its
// further levels among them, in the order of their paths. No run at all is an
// error, and so is a seed that is there twice: it would count as two. Scores
// under other densities (evaluations/) are not runs.
func Read(folder string) ([]run.Result, error) {
	var out []run.Result
	folders := map[string]string{} // of the run that is in out
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "evaluations" {
			return fs.SkipDir
		}
		if d.Name() != "result.json" {
			return nil
		}
		r, err := run.ReadResultAlone(filepath.Dir(path))
		if err != nil {
			return err
		}
		id := fmt.Sprint(kindOf(*r), "/", r.Seed, "/", protocol(*r))
		if other, ok := folders[id]; ok {
			return fmt.Errorf("%s and %s are the same run (seed %d of %s on %s): give a folder that holds one of them, or move one away", other, filepath.Dir(path), r.Seed, r.Variant, r.Category)
		}
		folders[id] = filepath.Dir(path)
		out = append(out, *r)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the folder %s does not exist; give the folder of one or more runs", folder)
	}
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("there is no finished run below %s; train one first", folder)
	}
	return out, err
}
