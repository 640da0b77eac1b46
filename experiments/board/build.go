package board

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/experiments/published"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

// Read makes the board of the suite in a folder: of suite.json, results.csv and the
// runs' scores.
func Read(dir string) (*Board, error) {
	d, err := suite.Describe(dir)
	if err != nil {
		return nil, err
	}
	rows, cut, err := results.Read(filepath.Join(dir, results.File))
	if err != nil {
		return nil, err
	}
	b, err := Make(d, rows, func(r results.Row) (*run.Scores, error) {
		return run.ReadScores(filepath.Join(dir, filepath.FromSlash(r.Run)))
	})
	if err == nil && cut != "" {
		b.Notes = append(b.Notes, fmt.Sprintf("the last row of %s was cut off and is not in here; the `cutpaste experiment` command makes it again", filepath.Join(dir, results.File)))
	}
	return b, err
}

// Make makes the board of rows. scores gives those of the run that a row is of.
func Make(d *suite.Described, rows []results.Row, scores func(results.Row) (*run.Scores, error)) (*Board, error) {
	m := &maker{Board: &Board{Suite: d}, rows: map[which][]results.Row{}, scores: scores}
	rows = current(d, rows)
	for _, r := range rows {
		w := which{r.Method, r.Features, r.Category, r.Metric}
		m.rows[w] = append(m.rows[w], r)
	}
	if err := m.columns(); err != nil {
		return nil, err
	}
	m.lines(rows)
	if err := m.cells(); err != nil {
		return nil, err
	}
	m.sizes()
	if err := m.compare(); err != nil {
		return nil, err
	}
	m.notes(rows)
	return m.Board, nil
}

// current are the suite's rows but for those of runs that are none of it any more, such
// as of seeds that it has no longer, or of another configuration, and of ensembles of
// such.
func current(d *suite.Described, rows []results.Row) []results.Row {
	there := map[string]bool{} // jobs
	for _, r := range rows {
		if name := suite.JobName(r.Method, r.Category, r.Seed); !suite.IsEnsemble(r.Features) && d.Configs[name] == r.Config {
			there[name] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r results.Row) bool {
		if !suite.IsEnsemble(r.Features) {
			return r.Suite != d.Name || d.Configs[suite.JobName(r.Method, r.Category, r.Seed)] != r.Config
		}
		i := slices.IndexFunc(d.Methods, func(m suite.Method) bool { return m.Name == r.Method })
		if r.Suite != d.Name || i < 0 {
			return true
		}
		for _, seed := range d.SeedsOf(d.Methods[i])[:d.Methods[i].Ensemble] {
			if !there[suite.JobName(r.Method, r.Category, seed)] {
				return true
			}
		}
		return false
	})
}

// which finds rows that differ in seed alone.
type which struct{ method, features, category, metric string }

type maker struct {
	*Board
	rows   map[which][]results.Row
	scores func(results.Row) (*run.Scores, error)
	read   map[string]*run.Scores // by run
}

// columns are the methods, their further features and ensembles, then controls, then
// what is only published.
func (m *maker) columns() error {
	d := m.Suite
	var controls []Column
	for _, method := range d.Methods {
		kind := Method
		if method.Control {
			kind = Control
		}
		features := method.Features
		if len(features) == 0 {
			features = []string{""}
		}
		for _, f := range features {
			c := Column{Kind: kind, Method: method.Name, Features: f, Title: method.Title, Departs: d.Departs[method.Name], LeftOut: d.LeftOut[method.Name]}
			if f != "" {
				c.Title += ", " + f
			}
			var err error
			if c.source, err = m.source(method, f); err != nil {
				return err
			}
			if kind == Control {
				controls = append(controls, c)
			} else {
				m.Columns = append(m.Columns, c)
			}
		}
		if method.Ensemble > 1 {
			source, err := m.source(method, suite.EnsembleName)
			if err != nil {
				return err
			}
			m.Columns = append(m.Columns, Column{
				Kind: Ensemble, Method: method.Name, Features: suite.EnsembleOf(method.Ensemble), Title: fmt.Sprintf("%s, ensemble of %d", method.Title, method.Ensemble),
				Departs: d.Departs[method.Name], LeftOut: d.LeftOut[method.Name], source: source,
			})
		}
	}
	m.Columns = append(m.Columns, controls...)
	for _, s := range d.Beside {
		from, err := m.Suite.Find(s)
		if err != nil {
			return err
		}
		c := Column{Kind: Published, Method: from.Name, Title: from.Name, source: from}
		if conditions, ok := from.Conditions(); ok {
			c.Departs = conditions.String()
		}
		m.Columns = append(m.Columns, c)
	}
	return nil
}

// source is where a method's published figures are, nil where it has none.
func (m *maker) source(method suite.Method, features string) (*published.Method, error) {
	s, ok := method.Published[features]
	if !ok {
		return nil, nil
	}
	return m.Suite.Find(s)
}

// lines are the categories in the paper's order, others after them, and averages: of
// textures and of objects where all are MVTec AD's.
func (m *maker) lines(rows []results.Row) {
	names := m.Suite.All
	if m.Suite.Metric == suite.Defects {
		names = nil
		for w := range maps.Keys(m.rows) {
			if d, ok := strings.CutPrefix(w.metric, results.ImageAUROC+":"); ok && !slices.Contains(names, d) {
				names = append(names, d)
			}
		}
		slices.SortFunc(names, func(a, b string) int { return defectOrder(a) - defectOrder(b) })
	}
	names = slices.Clone(names)
	if m.Suite.Metric != suite.Defects {
		slices.SortStableFunc(names, func(a, b string) int { return categoryOrder(a) - categoryOrder(b) })
	}
	var textures, objects []string
	for _, name := range names {
		m.Lines = append(m.Lines, Line{Name: name, Missing: m.Suite.Absent[name]})
		switch {
		case published.IsTexture(name):
			textures = append(textures, name)
		case categoryOrder(name) < len(published.MVTec):
			objects = append(objects, name)
		}
	}
	if len(textures) > 1 && len(objects) > 1 && len(textures)+len(objects) == len(names) {
		m.Lines = append(m.Lines, Line{Name: "average of textures", Of: textures}, Line{Name: "average of objects", Of: objects})
	}
	if len(names) > 1 {
		m.Lines = append(m.Lines, Line{Name: "average", Of: names})
	}
}

// categoryOrder is a category's place in the paper's tables; others come after them.
func categoryOrder(name string) int {
	for i, c := range published.MVTec {
		if c.Name == name {
			return i
		}
	}
	return len(published.MVTec)
}

// defects are the synthetic ones of the paper's Table 6, by their folders.
var defects = [][2]string{
	{"digit_color", "mnist (random color)"},
	{"square_color", "square (random color)"}, {"ellipse_color", "ellipse (random color)"}, {"heart_color", "heart (random color)"},
	{"square_natural", "square (natural image)"}, {"ellipse_natural", "ellipse (natural image)"}, {"heart_natural", "heart (natural image)"},
}

func defectOrder(name string) int {
	i := slices.IndexFunc(defects, func(d [2]string) bool { return d[0] == name })
	if i < 0 {
		return len(defects)
	}
	return i
}

// publishedName is what the papers' tables call a line.
func publishedName(l Line) string {
	switch l.Name {
	case "average of textures":
		return "average_texture"
	case "average of objects":
		return "average_object"
	}
	if i := defectOrder(l.Name); i < len(defects) {
		return defects[i][1]
	}
	return l.Name
}
