// Package table makes a table of runs: one row a variant and category, means
// over seeds, the untrained control beside every score.
package table

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

// Read collects the results of every finished run below a folder, in the order
// of their paths. No run at all is an error, and so is a seed that is there
// twice: it would count as two. Scores under other densities (evaluations/) are
// not runs.
func Read(folder string) ([]run.Result, error) {
	var out []run.Result
	folders := map[string]string{} // of the run that is in out
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "evaluations" {
			return fs.SkipDir
		}
		if d.Name() != "result.json" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var r run.Result
		if err := json.Unmarshal(b, &r); err != nil {
			return fmt.Errorf("%s is damaged: %w; score the run again with `cutpaste evaluate %s`", path, err, filepath.Dir(path))
		}
		id := fmt.Sprint(r.Variant, "/", r.Category, "/", r.Seed, "/", protocol(r))
		if other, ok := folders[id]; ok {
			return fmt.Errorf("%s and %s are the same run (seed %d of %s on %s): give a folder that holds one of them, or move one away", other, filepath.Dir(path), r.Seed, r.Variant, r.Category)
		}
		folders[id] = filepath.Dir(path)
		out = append(out, r)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the folder %s does not exist; give the folder of one or more runs", folder)
	}
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("there is no finished run below %s; train one first", folder)
	}
	return out, err
}

// Row is one variant on one category under one protocol.
type Row struct {
	Variant, Category string
	Protocol          int // index in Table.Protocol
	// AUROC, Untrained and Precision are means over N seeds, 0 to 1; NaN stands
	// for undefined and is printed as a dash.
	AUROC, Untrained, Precision float64
	Stderr                      float64 // standard error of AUROC over seeds; NaN for one seed
	N                           int
}

// Table is what is printed: rows and, where there is more than one category of
// a variant, their average.
type Table struct {
	Rows     []Row
	Protocol []string // what rows were measured with; scores under different ones are never averaged
}

// averageName is the category of a row that averages the rows above it.
const averageName = "average"

// New arranges results by protocol, variant and category. Only seeds are
// averaged: runs that differ in anything else have rows of their own.
func New(results []run.Result) *Table {
	t := &Table{}
	type key struct {
		variant, category string
		protocol          int
	}
	groups := map[key][]run.Result{}
	for _, r := range results {
		line := protocol(r)
		at := slices.Index(t.Protocol, line)
		if at < 0 {
			at = len(t.Protocol)
			t.Protocol = append(t.Protocol, line)
		}
		k := key{r.Variant, r.Category, at}
		groups[k] = append(groups[k], r)
	}
	for k, g := range groups {
		row := newRow(k.variant, k.category, g)
		row.Protocol = k.protocol
		t.Rows = append(t.Rows, row)
	}
	slices.SortFunc(t.Rows, func(a, b Row) int {
		return cmp.Or(a.Protocol-b.Protocol, cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.Category, b.Category))
	})
	t.addAverages()
	return t
}

// protocol is what a result was measured with, in words. Results of the same
// protocol differ in variant, category and seed only.
func protocol(r run.Result) string {
	line := fmt.Sprintf("%d px, %d updates, starting weights: %s, %s covariance", r.Size, r.Steps, r.Weights, r.Covariance)
	return strings.Join(append([]string{line}, r.Settings...), ", ")
}

func newRow(variant, category string, g []run.Result) Row {
	auroc := make([]float64, len(g))
	untrained := make([]float64, len(g))
	precision := make([]float64, len(g))
	for i, r := range g {
		auroc[i], untrained[i], precision[i] = value(r.ImageAUROC), value(r.UntrainedAUROC), value(r.AveragePrecision)
	}
	return Row{
		Variant: variant, Category: category, N: len(g),
		AUROC: mean(auroc), Untrained: mean(untrained), Precision: mean(precision), Stderr: stderr(auroc),
	}
}

func (t *Table) addAverages() {
	var out []Row
	for from := 0; from < len(t.Rows); {
		to := from
		var auroc, untrained, precision []float64
		for ; to < len(t.Rows) && t.Rows[to].Variant == t.Rows[from].Variant && t.Rows[to].Protocol == t.Rows[from].Protocol; to++ {
			r := t.Rows[to]
			auroc, untrained, precision = append(auroc, r.AUROC), append(untrained, r.Untrained), append(precision, r.Precision)
		}
		out = append(out, t.Rows[from:to]...)
		if to-from > 1 {
			out = append(out, Row{
				Variant: t.Rows[from].Variant, Category: averageName, Protocol: t.Rows[from].Protocol, N: to - from,
				AUROC: mean(auroc), Untrained: mean(untrained), Precision: mean(precision), Stderr: math.NaN(),
			})
		}
		from = to
	}
	t.Rows = out
}

func value(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

func mean(v []float64) float64 {
	var sum float64
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// stderr is the standard error of the mean, as the paper reports (section 4.1).
func stderr(v []float64) float64 {
	if len(v) < 2 {
		return math.NaN()
	}
	m, sum := mean(v), 0.0
	for _, x := range v {
		sum += (x - m) * (x - m)
	}
	n := float64(len(v))
	return math.Sqrt(sum / (n - 1) / n)
}

// Markdown is the table with its protocol, scores in percent. Where there are
// several protocols they have numbers, which stand in a column of their own.
func (t *Table) Markdown() string {
	var b strings.Builder
	several := len(t.Protocol) > 1
	b.WriteString("| variant | category | image AUROC | untrained | difference | average precision | seeds |")
	if several {
		b.WriteString(" protocol |")
	}
	b.WriteString("\n|---|---|--:|--:|--:|--:|--:|")
	if several {
		b.WriteString("--:|")
	}
	b.WriteByte('\n')
	for _, r := range t.Rows {
		n := fmt.Sprint(r.N)
		if r.Category == averageName {
			n = ""
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |", r.Variant, r.Category,
			withError(r.AUROC, r.Stderr), percent(r.Untrained, "%.1f"), percent(r.AUROC-r.Untrained, "%+.1f"), percent(r.Precision, "%.1f"), n)
		if several {
			fmt.Fprintf(&b, " %d |", r.Protocol+1)
		}
		b.WriteByte('\n')
	}
	b.WriteString("\nPercent; untrained is the same network before its first update, scored the same way.")
	if !several {
		b.WriteString(" " + strings.Join(t.Protocol, "") + ".\n")
		return b.String()
	}
	b.WriteString(" Compare scores of one protocol only:\n\n")
	for i, line := range t.Protocol {
		fmt.Fprintf(&b, "%d. %s\n", i+1, line)
	}
	return b.String()
}

func withError(v, e float64) string {
	if math.IsNaN(e) {
		return percent(v, "%.1f")
	}
	return fmt.Sprintf("%.1f ± %.1f", 100*v, 100*e)
}

func percent(v float64, format string) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf(format, 100*v)
}

// CSV has the same rows at full precision, 0 to 1; undefined values are empty.
func (t *Table) CSV() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"variant", "category", "image_auroc", "stderr", "untrained_image_auroc", "average_precision", "n", "protocol"})
	for _, r := range t.Rows {
		w.Write([]string{r.Variant, r.Category, number(r.AUROC), number(r.Stderr), number(r.Untrained), number(r.Precision), fmt.Sprint(r.N), t.Protocol[r.Protocol]})
	}
	w.Flush()
	return b.String()
}

func number(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return fmt.Sprintf("%g", v)
}

// Write writes table.md and table.csv into folder and returns their paths.
func (t *Table) Write(folder string) (markdown, csvPath string, err error) {
	markdown, csvPath = filepath.Join(folder, "table.md"), filepath.Join(folder, "table.csv")
	if err := wholefile.Write(markdown, []byte(t.Markdown())); err != nil {
		return "", "", err
	}
	return markdown, csvPath, wholefile.Write(csvPath, []byte(t.CSV()))
}
