package table

import (
	"encoding/csv"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

// Markdown is the table with its protocol, scores in percent. What all rows have
// in common has no column: starting weights and features where nothing but
// scratch and pool occurs, and a protocol's number where there is one.
func (t *Table) Markdown() string {
	weights := slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Weights != scratch })
	features := slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Features != pool })
	several := len(t.Protocol) > 1

	var b strings.Builder
	line := func(variant, weightsCell, featuresCell, scores, protocol string) {
		b.WriteString("|" + variant + "|")
		if weights {
			b.WriteString(weightsCell + "|")
		}
		if features {
			b.WriteString(featuresCell + "|")
		}
		b.WriteString(scores)
		if several {
			b.WriteString(protocol + "|")
		}
		b.WriteByte('\n')
	}
	line(" variant ", " starts from ", " features ", " category | image AUROC | untrained | difference | average precision | seeds |", " protocol ")
	line("---", "---", "---", "---|--:|--:|--:|--:|--:|", "--:")
	for _, r := range t.Rows {
		line(cell(r.Variant), cell(r.startsFrom()), cell(r.Features), r.scores(), cell(fmt.Sprint(r.Protocol+1)))
	}
	b.WriteString("\nPercent; untrained is the same network before its first update, with " + startOf(weights) + ", scored the same way.")
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

func cell(s string) string { return " " + s + " " }

func startOf(weights bool) string {
	if weights {
		return "nothing but the weights it starts from"
	}
	return "random weights"
}

// scores are the cells that every table has. A control has no difference from
// itself.
func (r Row) scores() string {
	n, difference := fmt.Sprint(r.N), percent(r.AUROC-r.Untrained, "%+.1f")
	if r.Category == averageName {
		n = ""
	}
	if r.Control {
		difference = undefined
	}
	return fmt.Sprintf(" %s | %s | %s | %s | %s | %s |", r.Category,
		withError(r.AUROC, r.Stderr), percent(r.Untrained, "%.1f"), difference, percent(r.Precision, "%.1f"), n)
}

// startsFrom is short: the file's name and the beginning of its SHA-256.
func (r Row) startsFrom() string {
	if r.WeightsSHA256 == "" {
		return r.Weights
	}
	return fmt.Sprintf("%s (%.8s...)", filepath.Base(r.Weights), r.WeightsSHA256)
}

func withError(v, e float64) string {
	if math.IsNaN(e) {
		return percent(v, "%.1f")
	}
	return fmt.Sprintf("%.1f ± %.1f", 100*v, 100*e)
}

// undefined stands where there is no number.
const undefined = "–"

func percent(v float64, format string) string {
	if math.IsNaN(v) {
		return undefined
	}
	return fmt.Sprintf(format, 100*v)
}

// CSV has the same rows at full precision, 0 to 1; undefined values are empty.
func (t *Table) CSV() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"variant", "category", "image_auroc", "stderr", "untrained_image_auroc", "average_precision", "n", "features", "weights", "weights_sha256", "protocol"})
	for _, r := range t.Rows {
		w.Write([]string{
			r.Variant, r.Category, number(r.AUROC), number(r.Stderr), number(r.Untrained), number(r.Precision), fmt.Sprint(r.N),
			r.Features, r.Weights, r.WeightsSHA256, t.Protocol[r.Protocol],
		})
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
