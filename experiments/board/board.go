// Package board makes a suite's tables from its rows and stored scores: means and
// standard errors over seeds, intervals over pictures, the published figure beside each,
// and whether the two agree. It writes them as Markdown, CSV, LaTeX and HTML.
package board

import (
	"math"

	"github.com/cutpaste/cutpaste/experiments/published"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

// Board is a suite's table. Lines are categories, or kinds of defect, and averages of
// them; columns are methods. Values are 0 to 1.
type Board struct {
	Suite   *suite.Described
	Lines   []Line
	Columns []Column
	Cells   [][]Cell // [line][column]

	Sizes   []Sizes   // of ensembles
	Against []Against // other methods than Reference, compared with it
	// Reference is the method that the others are compared with: the last that is no
	// control.
	Reference string
	Notes     []string
}

// Line is a row of the table.
type Line struct {
	Name    string   // such as bottle
	Of      []string // the categories that it averages; nil for one category
	Missing string   // why there is no data
}

// Average says whether the line averages others.
func (l Line) Average() bool { return l.Of != nil }

// Kind is what a column has.
type Kind int

// Kinds of columns.
const (
	Method    Kind = iota
	Ensemble       // a method's models combined
	Control        // a network that was not trained
	Published      // figures that have no run here
)

// Column is a method.
type Column struct {
	Kind     Kind
	Method   string // its name; of published figures the title
	Features string // empty is the run's own
	Title    string
	Departs  string            // why its figures cannot be compared with the published ones
	LeftOut  string            // why it has no value at all
	Protocol string            // what its values were measured with
	source   *published.Method // where its published figures are, nil for none
}

// Verdict is how a cell stands to the published figure.
type Verdict string

// Verdicts.
const (
	None          Verdict = "" // no figure is published, or there is none here
	Within        Verdict = "within"
	Above         Verdict = "above"
	Below         Verdict = "below"
	NotComparable Verdict = "not comparable"
)

// Cell is one method on one line.
type Cell struct {
	Value  float64 // the mean over seeds; NaN where there is none
	Stderr float64 // its standard error over seeds; of an average the mean of its lines', as the paper has it; NaN for fewer than two seeds
	N      int     // seeds; of an average, lines
	// Low and High are a 95 % interval by bootstrap over the test pictures, NaN where
	// there is none: of averages, and of metrics of pixels.
	Low, High float64
	Published *published.Figure
	Verdict   Verdict
	Why       string // the verdict's reason, or why there is no value
	Best      bool   // of the line's methods, by more than the spread of the two best
	Rows      []results.Row
}

// Has says whether there is a value.
func (c Cell) Has() bool { return !math.IsNaN(c.Value) }

// Difference is that of the cell from the published figure, NaN where one is missing.
func (c Cell) Difference() float64 {
	if c.Published == nil || !c.Published.HasValue {
		return math.NaN()
	}
	return c.Value - c.Published.Value
}

// Sizes is what each further model brought to an ensemble, over the categories that have
// it: means over all subsets of each size, from 1.
type Sizes struct {
	Title      string
	Categories int
	Values     []float64
}

// Against is a method compared with the reference.
type Against struct {
	Title string
	// Tally counts categories, of the method against the reference; a tie is a
	// difference within the spread.
	Tally string
	Mean  float64 // the difference's mean over categories
	// Tests are DeLong's, of the first seed that both have, by category.
	Tests []Test
}

// Test is DeLong's on one category.
type Test struct {
	Category   string
	Difference float64
	P          float64 // NaN where it cannot be tested
	Why        string
}

func none() Cell {
	return Cell{Value: math.NaN(), Stderr: math.NaN(), Low: math.NaN(), High: math.NaN()}
}
