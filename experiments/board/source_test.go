package board

import (
	"math"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

// made is the board of one method, held against a source, with a value of each metric on
// a category with MVTec AD's pictures.
func made(t *testing.T, metric string, of suite.Source, values map[string]float64) *Board {
	t.Helper()
	s := &suite.Suite{
		Name: "s", Metric: metric, Published: suite.Source{In: "cutpaste", Table: "Table 6"},
		Methods: []suite.Method{{Name: "m", Title: "m", Published: map[string]suite.Source{"": of}}},
	}
	var rows []results.Row
	for _, seed := range []uint64{0, 1} {
		for name, v := range values {
			rows = append(rows, results.Row{
				Key:   results.Key{Suite: "s", Method: "m", Features: "pool", Category: "bottle", Seed: seed, Metric: name},
				Value: v + float64(seed)/100, Train: 209, Normal: 20, Anomalous: 63,
			})
		}
	}
	d := &suite.Described{Suite: s, All: []string{"bottle"}, Own: map[string]string{"m": "pool"}, Configs: map[string]string{"m bottle seed 0": "", "m bottle seed 1": ""}}
	b, err := Make(d, rows, func(results.Row) (*run.Scores, error) { return new(run.Scores), nil })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A method's source can name another table than its suite's.
func TestSourceInAnotherTable(t *testing.T) {
	b := made(t, results.PixelAUROC, suite.Source{Table: "Table 2", Method: "CutPaste (3-way) patch model"}, map[string]float64{results.PixelAUROC: 0.9})
	c := b.Cells[0][0]
	if c.Published == nil || c.Published.Printed != "97.6" || c.Verdict != Below { // as the paper prints it for bottle
		t.Errorf("%+v", c)
	}
}

// Kinds of defect are lines with the paper's figures beside them, and not comparable
// with these: the paper's pictures are not there.
func TestDefectsAreNotComparable(t *testing.T) {
	b := made(t, suite.Defects, suite.Source{Method: "Cutout"}, map[string]float64{
		results.ImageAUROC: 0.5, results.Of(results.ImageAUROC, "square_color"): 0.8, results.Of(results.ImageAUROC, "digit_color"): 0.6,
	})
	printed := map[string]string{"digit_color": "52.3", "square_color": "90.6", "average": "81.5"} // table 6, Cutout
	here := map[string]float64{"digit_color": 0.605, "square_color": 0.805, "average": 0.705}
	if len(b.Lines) != 3 || b.Lines[0].Name != "digit_color" {
		t.Fatalf("the lines are %+v", b.Lines)
	}
	for i, l := range b.Lines {
		c := b.Cells[i][0]
		if math.Abs(c.Value-here[l.Name]) > 1e-9 || c.Published == nil || c.Published.Printed != printed[l.Name] || c.Verdict != NotComparable {
			t.Errorf("%s: %+v, want %v beside %s", l.Name, c, here[l.Name], printed[l.Name])
		}
	}
}
