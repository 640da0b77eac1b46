// Package table makes a table of runs: one row a variant, starting weights,
// features and category, means over seeds, the untrained control beside every
// score.
package table

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/nets"
)

// Row is one variant on one category under one protocol.
type Row struct {
	Kind
	run.Start      // of its first run; the others have the same bytes
	Protocol  int  // index in Table.Protocol
	Control   bool // of runs without an update: Untrained is AUROC
	// AUROC, Untrained and Precision are means over N seeds, 0 to 1; NaN stands
	// for undefined and is printed as a dash.
	AUROC, Untrained, Precision float64
	Stderr                      float64 // standard error of AUROC over seeds; NaN for one seed
	Pixel                       Pixel
	N                           int
}

// Pixel is what the maps of a row's runs found, as in Row.
type Pixel struct {
	Maps                               string // windows or gradcam; empty where there is no pixel metric
	AUROC, Untrained, Precision, AUPRO float64
	Stderr                             float64 // of AUROC
}

// Kind is what a row is of, apart from its protocol.
type Kind struct {
	Variant  string
	From     string // the starting weights' SHA-256, or what is known of them without
	Features string // pool or a level
	Category string
}

// What needs no column where there is nothing else.
const (
	scratch = "scratch"
	pool    = nets.Pool
)

// averageName is the category of a row that averages the rows above it.
const averageName = "average"

func kindOf(r run.Result) Kind {
	k := Kind{Variant: r.Variant, From: r.WeightsSHA256, Features: r.Features, Category: r.Category}
	if k.From == "" && r.Weights != scratch {
		k.From = r.Weights
	}
	return k
}

// Table is what is printed: rows and, where there is more than one category of
// a kind, their average.
type Table struct {
	Rows     []Row
	Protocol []string // what rows were measured with; scores under different ones are never averaged
}

// New arranges results by protocol and kind. Only seeds are averaged: runs that
// differ in anything else have rows of their own.
func New(results []run.Result) *Table {
	t := &Table{}
	type key struct {
		Kind
		protocol int
	}
	groups := map[key][]run.Result{}
	for _, r := range results {
		line := protocol(r)
		at := slices.Index(t.Protocol, line)
		if at < 0 {
			at = len(t.Protocol)
			t.Protocol = append(t.Protocol, line)
		}
		k := key{kindOf(r), at}
		groups[k] = append(groups[k], r)
	}
	for k, g := range groups {
		row := newRow(k.Kind, g)
		row.Protocol = k.protocol
		t.Rows = append(t.Rows, row)
	}
	slices.SortFunc(t.Rows, func(a, b Row) int {
		return cmp.Or(a.Protocol-b.Protocol, cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.From, b.From),
			cmp.Compare(b.Features, a.Features), // pool, then from the deepest level up
			cmp.Compare(a.Category, b.Category))
	})
	t.addAverages()
	return t
}

// protocol is what a result was measured with, in words. Results of the same
// protocol differ in kind and seed only.
func protocol(r run.Result) string {
	updates := fmt.Sprintf("%d updates", r.Steps)
	if r.Steps == 0 {
		updates = "no update (a control: the weights as they start)"
	}
	line := fmt.Sprintf("%d px, %s, %s covariance", r.Size, updates, r.Covariance)
	return strings.Join(append([]string{line}, r.Settings...), ", ")
}

func newRow(kind Kind, g []run.Result) Row {
	auroc := make([]float64, len(g))
	untrained := make([]float64, len(g))
	precision := make([]float64, len(g))
	for i, r := range g {
		auroc[i], untrained[i], precision[i] = value(r.ImageAUROC), value(r.UntrainedAUROC), value(r.AveragePrecision)
	}
	return Row{
		Kind: kind, Start: g[0].Start, Control: g[0].Steps == 0, N: len(g),
		AUROC: mean(auroc), Untrained: mean(untrained), Precision: mean(precision), Stderr: stderr(auroc),
		Pixel: newPixel(g),
	}
}

func newPixel(g []run.Result) Pixel {
	over := func(of func(r run.Result) *float64) []float64 {
		values := make([]float64, len(g))
		for i, r := range g {
			values[i] = value(of(r))
		}
		return values
	}
	auroc := over(func(r run.Result) *float64 { return r.PixelAUROC })
	p := Pixel{
		AUROC: mean(auroc), Stderr: stderr(auroc),
		Untrained: mean(over(func(r run.Result) *float64 { return r.UntrainedPixelAUROC })),
		Precision: mean(over(func(r run.Result) *float64 { return r.PixelAveragePrecision })),
		AUPRO:     mean(over(func(r run.Result) *float64 { return r.AUPRO })),
	}
	if g[0].Pixels != nil {
		p.Maps = g[0].Pixels.Maps
	}
	return p
}

func (t *Table) addAverages() {
	var out []Row
	for from := 0; from < len(t.Rows); {
		average := t.Rows[from]
		average.Category = averageName
		to := from
		for to < len(t.Rows) && sameButCategory(t.Rows[to], t.Rows[from]) {
			to++
		}
		rows := t.Rows[from:to]
		out = append(out, rows...)
		if average.N = len(rows); average.N > 1 {
			over := func(of func(r Row) float64) float64 {
				values := make([]float64, len(rows))
				for i, r := range rows {
					values[i] = of(r)
				}
				return mean(values)
			}
			average.AUROC, average.Stderr = over(func(r Row) float64 { return r.AUROC }), math.NaN()
			average.Untrained, average.Precision = over(func(r Row) float64 { return r.Untrained }), over(func(r Row) float64 { return r.Precision })
			average.Pixel = Pixel{
				Maps: average.Pixel.Maps, Stderr: math.NaN(),
				AUROC:     over(func(r Row) float64 { return r.Pixel.AUROC }),
				Untrained: over(func(r Row) float64 { return r.Pixel.Untrained }),
				Precision: over(func(r Row) float64 { return r.Pixel.Precision }),
				AUPRO:     over(func(r Row) float64 { return r.Pixel.AUPRO }),
			}
			out = append(out, average)
		}
		from = to
	}
	t.Rows = out
}

// sameButCategory says whether two rows belong into one average.
func sameButCategory(a, b Row) bool {
	a.Category = b.Category
	return a.Kind == b.Kind && a.Protocol == b.Protocol
}

func value(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// mean is [metric.OverSeeds] without its error.
func mean(v []float64) float64 {
	m, _ := metric.OverSeeds(v)
	return m
}

// stderr is its error.
func stderr(v []float64) float64 {
	_, e := metric.OverSeeds(v)
	return e
}
