package board

import (
	"encoding/csv"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/published"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

// laid is a suite with two methods, an ensemble and a control on some categories.
type laid struct {
	suite.Described
	rows   []results.Row
	scores map[string]*run.Scores
}

func layOut(categories ...string) *laid {
	l := &laid{Described: suite.Described{
		Suite: &suite.Suite{
			File: "s.yaml", Name: "s", Title: "A & B", Metric: results.ImageAUROC, Seeds: []uint64{0, 1}, Combine: suite.Standardised,
			Published: suite.Source{In: "cutpaste", Table: "Table 1"},
			Methods: []suite.Method{
				{Name: "cut", Title: "CutPaste", Published: map[string]suite.Source{"": {Method: "CutPaste"}}},
				{Name: "3way", Title: "3-way", Ensemble: 2, Published: map[string]suite.Source{"": {Method: "CutPaste (3-way)"}, suite.EnsembleName: {Method: "Ensemble of 5 CutPaste (3-way)"}}},
				{Name: "random", Title: "random", Control: true},
			},
		},
		All: categories, Own: map[string]string{"cut": "pool", "3way": "pool", "random": "pool"}, Configs: map[string]string{}, Absent: map[string]string{},
	}, scores: map[string]*run.Scores{}}
	return l
}

// put adds a run whose test pictures, two normal and three anomalous of MVTec AD's
// numbers in its row, have these scores.
func (l *laid) put(method, category string, seed uint64, auroc float64, scores ...float64) {
	c, _ := published.Category(category)
	r := results.Row{
		Key:   results.Key{Suite: "s", Method: method, Features: "pool", Category: category, Seed: seed, Metric: results.ImageAUROC},
		Value: auroc, Config: "c", Run: fmt.Sprintf("%s/%s/seed-%d", method, category, seed), Train: c.TrainGood, Normal: c.TestGood, Anomalous: c.TestAnomalous, Size: 256, Steps: 9,
	}
	l.Configs[suite.JobName(method, category, seed)] = "c"
	l.rows = append(l.rows, r)
	s := &run.Scores{Score: scores, Normal: []float64{0, 1, 2}}
	for i := range scores {
		s.Test = append(s.Test, run.Picture{Path: fmt.Sprint(i), Defect: []string{"good", "good", "crack", "crack", "crack"}[i], Anomalous: i > 1})
	}
	l.scores[r.Run] = s
}

func (l *laid) combine(category string, values ...float64) {
	for i, v := range values {
		of := l.rows[len(l.rows)-1]
		of.Key = results.Key{Suite: "s", Method: "3way", Features: suite.EnsembleOf(i + 1), Category: category, Metric: results.ImageAUROC}
		of.Value, of.Run = v, "3way/"+category+"/seed-0+seed-1"
		l.rows = append(l.rows, of)
	}
}

func (l *laid) board(t *testing.T) *Board {
	t.Helper()
	b, err := Make(&l.Described, l.rows, func(r results.Row) (*run.Scores, error) {
		if s := l.scores[r.Run]; s != nil {
			return s, nil
		}
		return nil, fmt.Errorf("no scores of %s", r.Run)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// whole is a suite with values on two categories and one that is absent.
func whole() *laid {
	l := layOut("dish", "bottle", "gone")
	l.Absent["gone"] = "it is not here"
	for i, c := range []string{"dish", "bottle"} {
		for seed := range uint64(2) {
			l.put("cut", c, seed, 0.5+0.01*float64(seed), 3, 2, 1, 4, 5)
			l.put("3way", c, seed, 0.9+0.01*float64(seed)-0.05*float64(i), 1, 2, 3, 4, float64(5+seed))
		}
		l.put("random", c, 0, 0.6, 1, 2, 3, 4, 1.5)
		l.rows[len(l.rows)-1].Steps = 0
		l.put("3way", c, 1, 0.91-0.05*float64(i), 1, 2, 3, 4, 6) // the last, which combine copies
		l.rows = l.rows[:len(l.rows)-1]
		l.combine(c, 0.905, 1)
	}
	return l
}

func TestLinesAndColumns(t *testing.T) {
	b := whole().board(t)
	var lines, columns []string
	for _, l := range b.Lines {
		lines = append(lines, l.Name)
	}
	for _, c := range b.Columns {
		columns = append(columns, c.Heading())
	}
	// MVTec AD's first, in the paper's order, then others in the suite's.
	if got := strings.Join(lines, ", "); got != "bottle, dish, gone, average" {
		t.Errorf("lines: %s", got)
	}
	if got := strings.Join(columns, ", "); got != "CutPaste, 3-way, 3-way, ensemble of 2, random (control)" {
		t.Errorf("columns: %s", got)
	}
	bottle, gone, average := b.Cells[0], b.Cells[2], b.Cells[3]
	// By hand: 0.85 and 0.86, whose standard error is 0.005.
	if c := bottle[1]; math.Abs(c.Value-0.855) > 1e-12 || math.Abs(c.Stderr-0.005) > 1e-12 || c.N != 2 || c.Best {
		t.Errorf("%+v", c)
	}
	if c := bottle[2]; c.Value != 1 || c.N != 1 || !math.IsNaN(c.Stderr) || c.Low != 1 || c.High != 1 || !c.Best {
		t.Errorf("the ensemble is %+v", c)
	}
	if c := gone[0]; c.Has() || c.Why != "it is not here" {
		t.Errorf("%+v", c)
	}
	if c := average[0]; c.Has() || c.Why != "2 of its 3 are there" {
		t.Errorf("an average of what is there alone: %+v", c)
	}
	if b.Reference != "3-way" || len(b.Against) != 3 || b.Against[0].Tally != "0-0-2" {
		t.Errorf("against %s: %+v", b.Reference, b.Against)
	}
	if len(b.Sizes) != 1 || b.Sizes[0].Categories != 2 || fmt.Sprint(b.Sizes[0].Values) != "[0.905 1]" {
		t.Errorf("sizes %+v", b.Sizes)
	}
}

// An average is the mean of values and of standard errors, as the paper's are.
func TestAverage(t *testing.T) {
	l := layOut("bottle", "carpet", "grid", "cable")
	for i, c := range l.All {
		for seed := range uint64(2) {
			l.put("cut", c, seed, 0.5+0.1*float64(i)+0.02*float64(seed)*float64(i), 3, 2, 1, 4, 5)
		}
	}
	b := l.board(t)
	var lines []string
	for _, l := range b.Lines {
		lines = append(lines, l.Name)
	}
	if got := strings.Join(lines, ", "); got != "carpet, grid, bottle, cable, average of textures, average of objects, average" {
		t.Fatalf("lines: %s", got)
	}
	// By hand: means 0.5, 0.61, 0.72 and 0.83, errors 0, 0.01, 0.02 and 0.03.
	for line, want := range map[int][2]float64{4: {0.665, 0.015}, 5: {0.665, 0.015}, 6: {0.665, 0.015}} {
		if c := b.Cells[line][0]; math.Abs(c.Value-want[0]) > 1e-12 || math.Abs(c.Stderr-want[1]) > 1e-12 {
			t.Errorf("%s: %+v", b.Lines[line].Name, c)
		}
	}
	if c := b.Cells[6][0]; c.Verdict != NotComparable || !strings.Contains(c.Why, "the average of 4 categories, the published one of 15") {
		t.Errorf("%+v", c)
	}
	if c := b.Cells[4][0]; c.Verdict == None || c.Published == nil {
		t.Errorf("%+v", c)
	}
}

// Each verdict, with the paper's 98.3 ± 0.5 of 3-way on bottle.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name    string
		values  []float64
		change  func(*laid)
		verdict Verdict
		why     string
	}{
		{"within", []float64{0.975, 0.985}, nil, Within, "standard error over seeds"},
		{"above", []float64{0.999, 0.9995}, nil, Above, ""},
		{"below", []float64{0.90, 0.91}, nil, Below, ""},
		{"one seed", []float64{1}, nil, Within, "interval over pictures"},
		{"another configuration", []float64{0.98, 0.985}, func(l *laid) { l.Departs = map[string]string{"3way": "train.steps=9"} }, NotComparable, "train.steps=9"},
		{"other pictures", []float64{0.98, 0.985}, func(l *laid) { l.rows[0].Train = 7 }, NotComparable, "bottle has 7, 20 and 63 pictures"},
	} {
		l := layOut("bottle")
		for seed, v := range c.values {
			// A bootstrap over these pictures reaches from 0 to 1.
			l.put("3way", "bottle", uint64(seed), v, 1, 4, 3, 2, 5)
		}
		if c.change != nil {
			c.change(l)
		}
		cell := l.board(t).Cells[0][1]
		if cell.Verdict != c.verdict || !strings.Contains(cell.Why, c.why) {
			t.Errorf("%s: %s, %q (%v ± %v, %v to %v)", c.name, cell.Verdict, cell.Why, cell.Value, cell.Stderr, cell.Low, cell.High)
		}
	}
}

// The best is bold only where the next is further away than the spread of the two.
func TestBest(t *testing.T) {
	for _, c := range []struct {
		other []float64
		best  bool
	}{{[]float64{0.5, 0.51}, true}, {[]float64{0.89, 0.92}, false}, {[]float64{0.91}, false}} {
		l := layOut("bottle")
		for seed := range uint64(2) {
			l.put("3way", "bottle", seed, 0.91+0.01*float64(seed), 1, 2, 3, 4, 5)
		}
		for seed, v := range c.other {
			l.put("cut", "bottle", uint64(seed), v, 1, 4, 3, 2, 5)
		}
		l.put("random", "bottle", 0, 0.99, 1, 2, 3, 4, 5) // a control is no method
		if b := l.board(t); b.Cells[0][1].Best != c.best || b.Cells[0][3].Best {
			t.Errorf("beside %v: %+v", c.other, b.Cells[0])
		}
	}
}

// Rows that the suite does not have any more count no longer.
func TestRowsOfBefore(t *testing.T) {
	l := whole()
	l.Configs[suite.JobName("cut", "bottle", 1)] = "another"
	delete(l.Configs, suite.JobName("3way", "bottle", 1))
	b := l.board(t)
	if c := b.Cells[0][0]; c.N != 1 || c.Value != 0.5 {
		t.Errorf("%+v", c)
	}
	if c := b.Cells[0][2]; c.Has() {
		t.Errorf("an ensemble of a model that is gone: %+v", c)
	}
}

// Every form has every value, and what is odd in names stays harmless.
func TestForms(t *testing.T) {
	l := whole()
	l.Methods[0].Title = "Cut|Paste <b> 50 %_"
	b := l.board(t)
	for name, c := range map[string]struct {
		text string
		has  []string
	}{
		"Markdown": {b.Markdown(), []string{"# A & B", `Cut\|Paste <b> 50 %_`, "| bottle | 50.5 ± 0.5 | 85.5 ± 0.5 | **100.0** | 60.0 |", "| gone | – |", "98.3 ± 0.5", "ensemble of 2 | 2 | 90.5 | 100.0 |"}},
		"LaTeX":    {b.LaTeX(), []string{`A \& B`, `50 \%\_`, `85.5 $\pm$ 0.5 & \textbf{100.0}`, "\\toprule", "\\bottomrule"}},
		"HTML":     {b.HTML(), []string{"A &amp; B", "Cut|Paste &lt;b&gt; 50 %_", "85.5 ± 0.5<span", "<b>100.0</b>", "class=\"verdict"}},
	} {
		for _, part := range c.has {
			if !strings.Contains(c.text, part) {
				t.Errorf("%s lacks %q:\n%s", name, part, c.text)
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(b.CSV())).ReadAll()
	if err != nil || len(rows) != 1+len(b.Lines)*len(b.Columns) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
