package board

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cutpaste/cutpaste/experiments/ensemble"
	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

// compare compares all columns with runs with the reference: category by category by
// their spread, and, where pictures have scores, by DeLong's test.
func (m *maker) compare() error {
	reference := -1
	for i, c := range m.Columns {
		if c.Kind == Method {
			reference = i
		}
	}
	if reference < 0 {
		return nil
	}
	m.Reference = m.Columns[reference].Title
	for i, c := range m.Columns {
		if i == reference || c.Kind == Published {
			continue
		}
		a := Against{Title: c.Title}
		var pairs []metric.Pair
		for k, l := range m.Lines {
			one, other := m.Cells[k][i], m.Cells[k][reference]
			if l.Average() || !one.Has() || !other.Has() {
				continue
			}
			pairs = append(pairs, metric.Pair{One: one.Value, Other: other.Value, Spread: min(1, spread(one, other))})
			a.Mean += one.Value - other.Value
			if m.Suite.Metric != results.ImageAUROC {
				continue
			}
			t, ok, err := m.test(one, other, c, m.Columns[reference])
			if err != nil {
				return err
			}
			if ok {
				t.Category = l.Name
				a.Tests = append(a.Tests, t)
			}
		}
		if len(pairs) == 0 {
			continue
		}
		tally, err := metric.Count(pairs)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Title, err)
		}
		a.Tally, a.Mean = tally.String(), a.Mean/float64(len(pairs))
		m.Against = append(m.Against, a)
	}
	return nil
}

// test is DeLong's on a category, of the first seed that both columns have; an
// ensemble has but one.
func (m *maker) test(one, other Cell, c, reference Column) (t Test, ok bool, err error) {
	rows, others := one.Rows[:1], other.Rows[:1]
	if c.Kind != Ensemble {
		for _, r := range one.Rows {
			if i := slices.IndexFunc(other.Rows, func(o results.Row) bool { return o.Seed == r.Seed }); i >= 0 {
				rows, others = []results.Row{r}, []results.Row{other.Rows[i]}
				break
			}
		}
	}
	a, anomalous, err := m.models(rows, c)
	if err != nil {
		return t, false, err
	}
	b, same, err := m.models(others, reference)
	if err != nil || a == nil || b == nil || !slices.Equal(anomalous, same) {
		return t, false, err
	}
	d, err := metric.DeLong(a[0], b[0], anomalous)
	t = Test{Difference: d.Difference, P: d.P}
	switch {
	case errors.Is(err, metric.ErrNoVariance):
		t.P, t.Why = math.NaN(), err.Error()
	case errors.Is(err, metric.ErrOneClass):
		return t, false, nil
	case err != nil:
		return t, false, err
	}
	return t, true, nil
}

// sizes are what each further model of an ensemble brings, over the categories whose
// ensemble is complete.
func (m *maker) sizes() {
	if m.Suite.Metric == suite.Defects {
		return
	}
	for i, c := range m.Columns {
		if c.Kind != Ensemble {
			continue
		}
		s := Sizes{Title: c.Title}
		for k, l := range m.Lines {
			if l.Average() || !m.Cells[k][i].Has() {
				continue
			}
			var values []float64
			for size := 1; size == 1 || suite.EnsembleOf(size-1) != c.Features; size++ {
				rows := m.rows[which{c.Method, suite.EnsembleOf(size), l.Name, m.Suite.Metric}]
				if len(rows) == 0 {
					break
				}
				values = append(values, rows[0].Value)
			}
			if s.Values == nil {
				s.Values = make([]float64, len(values))
			}
			if len(values) != len(s.Values) {
				continue
			}
			s.Categories++
			for k, v := range values {
				s.Values[k] += v
			}
		}
		for k := range s.Values {
			s.Values[k] /= float64(s.Categories)
		}
		if s.Categories > 0 {
			m.Sizes = append(m.Sizes, s)
		}
	}
}

// Combined is how the suite's ensembles are made, in words.
func (b *Board) Combined() string {
	if b.Suite.Combine == ensemble.Plain {
		return "the plain mean of the models' scores"
	}
	return "the mean of the models' scores, each standardised by its own scores of held-out normal training pictures (Grad-CAM, which has none of those, as it is)"
}
