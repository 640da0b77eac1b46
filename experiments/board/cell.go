package board

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/published"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

// resamples of a bootstrap, and the seed of its draws.
const (
	resamples     = 1000
	level         = 0.95
	bootstrapSeed = 0
)

// z is how many standard errors to either side hold 95 % of a normal distribution.
const z = 1.959964

// cells fills the table.
func (m *maker) cells() error {
	m.read = map[string]*run.Scores{}
	for _, l := range m.Lines {
		row := make([]Cell, len(m.Columns))
		for i, c := range m.Columns {
			var err error
			switch {
			case c.Kind == Published:
				row[i] = none()
			case l.Average():
				row[i] = m.average(l, i)
			default:
				if row[i], err = m.cell(l, c); err != nil {
					return err
				}
			}
			m.hold(&row[i], l, c)
		}
		m.Cells = append(m.Cells, row)
	}
	for i := range m.Cells {
		m.best(i)
	}
	for i := range m.Columns {
		m.Columns[i].Protocol = m.protocol(i)
	}
	return nil
}

// of are the rows of a column on a category, a seed each.
func (m *maker) of(c Column, category, metric string) []results.Row {
	features := c.Features
	if features == "" {
		features = m.Suite.Own[c.Method]
	}
	return m.rows[which{c.Method, features, category, metric}]
}

// cell is a method on a category or a kind of defect.
func (m *maker) cell(l Line, c Column) (Cell, error) {
	cell := none()
	if l.Missing != "" || c.LeftOut != "" {
		cell.Why = l.Missing + c.LeftOut
		return cell, nil
	}
	if m.Suite.Metric == suite.Defects {
		return m.defect(l, c), nil
	}
	cell.Rows = m.of(c, l.Name, m.Suite.Metric)
	if len(cell.Rows) == 0 {
		cell.Why = "no job of it is finished"
		return cell, nil
	}
	var values []float64
	for _, r := range cell.Rows {
		if !math.IsNaN(r.Value) {
			values = append(values, r.Value)
		}
	}
	if len(values) == 0 {
		cell.Why = "undefined: a class is missing among the test pictures"
		return cell, nil
	}
	cell.Value, cell.Stderr = metric.OverSeeds(values)
	cell.N = len(values)
	if m.Suite.Metric != results.ImageAUROC {
		return cell, nil
	}
	return cell, m.bootstrap(&cell, c)
}

// defect is a method on a kind of defect: of each seed the mean over categories.
func (m *maker) defect(l Line, c Column) Cell {
	cell := none()
	bySeed := map[uint64][]float64{}
	for _, category := range m.Suite.All {
		for _, r := range m.of(c, category, results.Of(results.ImageAUROC, l.Name)) {
			bySeed[r.Seed] = append(bySeed[r.Seed], r.Value)
			cell.Rows = append(cell.Rows, r)
		}
	}
	var values []float64
	for _, v := range bySeed {
		one, _ := metric.OverSeeds(v)
		values = append(values, one)
	}
	slices.Sort(values)
	if len(values) == 0 {
		cell.Why = "no job of it is finished"
		return cell
	}
	cell.Value, cell.Stderr = metric.OverSeeds(values)
	cell.N = len(values)
	return cell
}

// bootstrap finds the interval over the test pictures.
func (m *maker) bootstrap(cell *Cell, c Column) error {
	models, anomalous, err := m.models(cell.Rows, c)
	if err != nil {
		return err
	}
	if models == nil {
		return nil
	}
	low, high, err := metric.BootstrapAUROC(models, anomalous, resamples, level, bootstrapSeed)
	if errors.Is(err, metric.ErrOneClass) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s on %s: %w", c.Title, cell.Rows[0].Category, err)
	}
	cell.Low, cell.High = low, high
	return nil
}

// average is the mean of a line's categories in a column, where all are there. Its
// standard error is the mean of theirs, as in the paper's tables (4.1).
func (m *maker) average(l Line, column int) Cell {
	cell := none()
	var values, errors []float64
	for i, of := range m.Lines {
		if of.Average() || !slices.Contains(l.Of, of.Name) {
			continue
		}
		if one := m.Cells[i][column]; one.Has() {
			values = append(values, one.Value)
			errors = append(errors, one.Stderr)
			cell.Rows = append(cell.Rows, one.Rows...)
		}
	}
	if len(values) < len(l.Of) {
		cell.Why, cell.Rows = fmt.Sprintf("%d of its %d are there", len(values), len(l.Of)), nil
		return cell
	}
	cell.Value, _ = metric.OverSeeds(values)
	cell.Stderr, _ = metric.OverSeeds(errors)
	cell.N = len(values)
	return cell
}

// best marks the line's best method where the next is further away than their spread.
func (m *maker) best(line int) {
	first, second := -1, -1
	for i, c := range m.Columns {
		cell := m.Cells[line][i]
		switch {
		case c.Kind == Control || c.Kind == Published || !cell.Has():
		case first < 0 || cell.Value > m.Cells[line][first].Value:
			first, second = i, first
		case second < 0 || cell.Value > m.Cells[line][second].Value:
			second = i
		}
	}
	if second < 0 {
		return
	}
	a, b := &m.Cells[line][first], m.Cells[line][second]
	a.Best = a.Value-b.Value > spread(*a, b)
}

// spread is what two cells may differ by without meaning it: that of a 95 % interval of
// their difference, by their standard errors over seeds, or, where one has none, by
// their intervals over pictures. It is infinite where neither is there.
func spread(a, b Cell) float64 {
	if !math.IsNaN(a.Stderr) && !math.IsNaN(b.Stderr) {
		return z * math.Hypot(a.Stderr, b.Stderr)
	}
	if v := math.Hypot(a.High-a.Low, b.High-b.Low) / 2; !math.IsNaN(v) {
		return v
	}
	return math.Inf(1)
}

// protocol is what a column's values were measured with, in words.
func (m *maker) protocol(column int) string {
	var parts []string
	for i := range m.Lines {
		for _, r := range m.Cells[i][column].Rows {
			p := fmt.Sprintf("%d px", r.Size)
			if r.Crop > 0 {
				p += fmt.Sprintf(", crops of %d", r.Crop)
			}
			if r.Map > 0 && m.Suite.Metric != results.ImageAUROC {
				p += fmt.Sprintf(", maps of %d", r.Map)
			}
			p += fmt.Sprintf(", %d updates, from %s", r.Steps, startOf(r))
			if !slices.Contains(parts, p) {
				parts = append(parts, p)
			}
		}
	}
	return strings.Join(parts, "; ")
}

func startOf(r results.Row) string {
	if r.WeightsHash == "" {
		return "scratch"
	}
	return fmt.Sprintf("%s (%.8s)", r.Weights[strings.LastIndexByte(r.Weights, '/')+1:], r.WeightsHash)
}

// hold puts the published figure beside a cell, and says how the two stand.
func (m *maker) hold(cell *Cell, l Line, c Column) {
	if c.source == nil {
		return
	}
	name := m.Suite.Metric
	switch name {
	case suite.Defects:
		name = results.ImageAUROC
	case results.AUPRO:
		name = "aupro_0.3"
	}
	if f, ok := c.source.Lookup(publishedName(l), name); ok {
		cell.Published = &f
		cell.Verdict, cell.Why = m.judge(*cell, l, c)
	}
}

// judge is the verdict on a cell with a published figure.
func (m *maker) judge(cell Cell, l Line, c Column) (Verdict, string) {
	f := cell.Published
	switch {
	case c.Kind == Published || !cell.Has():
		return None, cell.Why
	case !f.HasValue:
		return NotComparable, "the published table has no value there: " + f.Note
	case c.Departs != "":
		return NotComparable, c.Departs
	case m.Suite.Metric == suite.Defects:
		return NotComparable, "the paper's defects were not published, nor how large they are, where and on which pictures; these are drawn by this project"
	}
	if why := otherPictures(cell, l); why != "" {
		return NotComparable, why
	}
	se := f.Stderr
	if math.IsNaN(se) {
		se = 0
	}
	low, high := cell.Value-z*cell.Stderr, cell.Value+z*cell.Stderr
	by := "its standard error over seeds"
	if math.IsNaN(cell.Stderr) {
		low, high, by = cell.Low, cell.High, "the interval over pictures"
	}
	if math.IsNaN(low) {
		return NotComparable, "one seed, and no interval over pictures"
	}
	switch d := cell.Value - f.Value; {
	case d > math.Hypot(cell.Value-low, z*se):
		return Above, by
	case -d > math.Hypot(high-cell.Value, z*se):
		return Below, by
	}
	return Within, by
}

// otherPictures says why a category's pictures are not those of the published figures.
func otherPictures(cell Cell, l Line) string {
	for _, r := range cell.Rows {
		want, ok := published.Category(r.Category)
		if !ok {
			return r.Category + " is no category of MVTec AD"
		}
		if !published.IsMVTec(r.Category, r.Train, r.Normal, r.Anomalous) {
			return fmt.Sprintf("%s has %d, %d and %d pictures (training, normal, anomalous) here and %d, %d and %d in MVTec AD",
				r.Category, r.Train, r.Normal, r.Anomalous, want.TrainGood, want.TestGood, want.TestAnomalous)
		}
	}
	if l.Name == "average" && len(l.Of) != len(published.MVTec) {
		return fmt.Sprintf("the average of %d categories, the published one of %d", len(l.Of), len(published.MVTec))
	}
	return ""
}
