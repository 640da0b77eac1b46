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
	"github.com/google/renameio/v2"
)

// Read collects the results of every finished run below a folder, in the order
// of their paths. No run at all is an error. Scores under other densities
// (evaluations/) are not runs.
func Read(folder string) ([]run.Result, error) {
	var out []run.Result
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

// Row is one variant on one category.
type Row struct {
	Variant, Category string
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
	Protocol []string // what the rows were measured with, one line each kind
}

// averageName is the category of a row that averages the rows above it.
const averageName = "average"

// New arranges results: variants in order of their names, categories too.
func New(results []run.Result) *Table {
	t := &Table{}
	groups := map[[2]string][]run.Result{}
	for _, r := range results {
		key := [2]string{r.Variant, r.Category}
		groups[key] = append(groups[key], r)
		line := fmt.Sprintf("%d px, %d updates, starting weights: %s, %s covariance", r.Size, r.Steps, r.Weights, r.Covariance)
		if !slices.Contains(t.Protocol, line) {
			t.Protocol = append(t.Protocol, line)
		}
	}
	for key, g := range groups {
		t.Rows = append(t.Rows, newRow(key[0], key[1], g))
	}
	slices.SortFunc(t.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.Category, b.Category))
	})
	t.addAverages()
	return t
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
		for ; to < len(t.Rows) && t.Rows[to].Variant == t.Rows[from].Variant; to++ {
			r := t.Rows[to]
			auroc, untrained, precision = append(auroc, r.AUROC), append(untrained, r.Untrained), append(precision, r.Precision)
		}
		out = append(out, t.Rows[from:to]...)
		if to-from > 1 {
			out = append(out, Row{
				Variant: t.Rows[from].Variant, Category: averageName, N: to - from,
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

// Markdown is the table with its protocol, scores in percent.
func (t *Table) Markdown() string {
	var b strings.Builder
	b.WriteString("| variant | category | image AUROC | untrained | difference | average precision | seeds |\n")
	b.WriteString("|---|---|--:|--:|--:|--:|--:|\n")
	for _, r := range t.Rows {
		n := fmt.Sprint(r.N)
		if r.Category == averageName {
			n = ""
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Variant, r.Category,
			withError(r.AUROC, r.Stderr), percent(r.Untrained, "%.1f"), percent(r.AUROC-r.Untrained, "%+.1f"), percent(r.Precision, "%.1f"), n)
	}
	b.WriteString("\nPercent; untrained is the same network before its first update, scored the same way. ")
	b.WriteString(strings.Join(t.Protocol, "; ") + ".\n")
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
	w.Write([]string{"variant", "category", "image_auroc", "stderr", "untrained_image_auroc", "average_precision", "n"})
	for _, r := range t.Rows {
		w.Write([]string{r.Variant, r.Category, number(r.AUROC), number(r.Stderr), number(r.Untrained), number(r.Precision), fmt.Sprint(r.N)})
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
	if err := renameio.WriteFile(markdown, []byte(t.Markdown()), 0o666); err != nil {
		return "", "", err
	}
	return markdown, csvPath, renameio.WriteFile(csvPath, []byte(t.CSV()), 0o666)
}
