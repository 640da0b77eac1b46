package run

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Scores are what a folder of scores has: one of a run, of its level, or of an
// evaluation. Higher is more anomalous.
type Scores struct {
	Test      []Picture
	Score     []float64 // of Test
	Untrained []float64 // of Test, by the net before its first update
	// Normal are those of the normal training pictures, each as if it were new. None
	// where the folder is of a version that kept none.
	Normal []float64
}

// ReadScores reads them from dir.
func ReadScores(dir string) (*Scores, error) {
	s := new(Scores)
	test, err := readCSV(filepath.Join(dir, scoresFile), "path", "defect", "anomalous", "score", "untrained_score")
	if err != nil {
		return nil, err
	}
	for _, row := range test {
		anomalous, err := strconv.ParseBool(row[2])
		if err != nil {
			return nil, damagedScores(dir, err)
		}
		s.Test = append(s.Test, Picture{Path: row[0], Defect: row[1], Anomalous: anomalous})
		for i, to := range []*[]float64{&s.Score, &s.Untrained} {
			v, err := strconv.ParseFloat(row[3+i], 64)
			if err != nil {
				return nil, damagedScores(dir, err)
			}
			*to = append(*to, v)
		}
	}
	normal, err := readCSV(filepath.Join(dir, normalFile), "score")
	if os.IsNotExist(err) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	for _, row := range normal {
		v, err := strconv.ParseFloat(row[0], 64)
		if err != nil {
			return nil, damagedScores(dir, err)
		}
		s.Normal = append(s.Normal, v)
	}
	return s, nil
}

func damagedScores(dir string, err error) error {
	return fmt.Errorf("the scores in %s are damaged (%w); score the run again with `cutpaste evaluate`", dir, err)
}

// readCSV is these columns of a file, a row each.
func readCSV(path string, columns ...string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, damagedScores(filepath.Dir(path), fmt.Errorf("%s: %v", filepath.Base(path), err))
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	out := make([][]string, len(rows)-1)
	for i, row := range rows[1:] {
		for _, name := range columns {
			k, ok := at[name]
			if !ok {
				return nil, damagedScores(filepath.Dir(path), fmt.Errorf("%s has no column %s", filepath.Base(path), name))
			}
			out[i] = append(out[i], row[k])
		}
	}
	return out, nil
}
