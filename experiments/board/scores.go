package board

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/experiments/ensemble"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// models are the test pictures' scores of each of a cell's runs, or of an ensemble's
// the combined ones. Runs of different pictures have none.
func (m *maker) models(rows []results.Row, c Column) (models [][]float64, anomalous []bool, err error) {
	var members []ensemble.Member
	var first *run.Scores
	for _, r := range c.Runs(rows) {
		s, err := m.load(r)
		if err != nil {
			return nil, nil, err
		}
		if first == nil {
			first = s
		}
		if !slices.Equal(first.Test, s.Test) {
			return nil, nil, nil
		}
		members = append(members, ensemble.Member{Test: s.Score, Normal: s.Normal})
		models = append(models, s.Score)
	}
	if c.Kind == Ensemble {
		combined, err := ensemble.Scores(members, m.Suite.Combine)
		if err != nil {
			return nil, nil, fmt.Errorf("%s on %s: %w", c.Title, rows[0].Category, err)
		}
		models = [][]float64{combined}
	}
	for _, p := range first.Test {
		anomalous = append(anomalous, p.Anomalous)
	}
	return models, anomalous, nil
}

// Runs are the rows of the runs that a column's rows are of: themselves, but for an
// ensemble's, whose row is of several and names them as FOLDER/seed-0+seed-1.
func (c Column) Runs(rows []results.Row) []results.Row {
	if c.Kind != Ensemble {
		return rows
	}
	var out []results.Row
	for _, r := range rows {
		at := strings.LastIndexByte(r.Run, '/') + 1
		for _, seed := range strings.Split(r.Run[at:], "+") {
			one := r
			one.Run = r.Run[:at] + seed
			out = append(out, one)
		}
	}
	return out
}

// load reads a run's scores, once.
func (m *maker) load(r results.Row) (*run.Scores, error) {
	if s, ok := m.read[r.Run]; ok {
		return s, nil
	}
	s, err := m.scores(r)
	if err != nil {
		return nil, err
	}
	m.read[r.Run] = s
	return s, nil
}
