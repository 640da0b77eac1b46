package suite

import (
	"maps"
	"slices"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/published"
)

// Find finds published figures; what the source leaves out is the suite's. Errors are
// *configs.Error.
func (s *Suite) Find(of Source) (*published.Method, error) {
	if of.In == "" {
		of.In = s.Published.In
	}
	if of.Table == "" {
		of.Table = s.Published.Table
	}
	m, err := published.Find(of.In, of.Table, of.Method)
	if err != nil {
		return nil, &configs.Error{Source: s.File, Msg: err.Error()}
	}
	return m, nil
}

// findAll refuses figures that nobody published, before jobs are run to be held against
// them.
func (s *Suite) findAll() error {
	var all []Source
	for _, m := range s.Methods {
		for _, features := range slices.Sorted(maps.Keys(m.Published)) {
			all = append(all, m.Published[features])
		}
	}
	for _, of := range append(all, s.Beside...) {
		if _, err := s.Find(of); err != nil {
			return err
		}
	}
	return nil
}
