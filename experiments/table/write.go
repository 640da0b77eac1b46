package table

import (
	"encoding/csv"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

// Markdown is the table with its protocol, scores in percent. What all rows have
// in common has no column: starting weights and features where nothing but
// scratch and pool occurs, and a protocol's number where there is one. Nor have
// pixel metrics where there are none.
func (t *Table) Markdown() string {
	weights := slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Weights != scratch })
	features := slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Features != pool })
	several := len(t.Protocol) > 1
	pixels := slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Pixel.Maps != "" })

	var b strings.Builder
	line := func(variant, weightsCell, featuresCell, scores, pixelCells, seeds, protocol string) {
		b.WriteString("|" + variant + "|")
		if weights {
			b.WriteString(weightsCell + "|")
		}
		if features {
			b.WriteString(featuresCell + "|")
		}
		b.WriteString(scores)
		if pixels {
			b.WriteString(pixelCells)
		}
		b.WriteString(seeds)
		if several {
			b.WriteString(protocol + "|")
		}
		b.WriteByte('\n')
	}
	line(" variant ", " starts from ", " features ", " category | image AUROC | untrained | difference | average precision |", " maps | pixel AUROC | untrained | AUPRO |", " seeds |", " protocol ")
	line("---", "---", "---", "---|--:|--:|--:|--:|", "---|--:|--:|--:|", "--:|", "--:")
	for _, r := range t.Rows {
		line(cell(r.Variant), cell(r.startsFrom()), cell(r.Features), r.scores(), r.Pixel.scores(), r.seeds(), cell(fmt.Sprint(r.Protocol+1)))
	}
	b.WriteString("\nPercent; untrained is the same network before its first update, with " + startOf(weights) + ", scored the same way.")
	if pixels {
		b.WriteString(" Pixel metrics are of all pixels of all test pictures together, " + compared + ".")
	}
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
	difference := percent(r.AUROC-r.Untrained, "%+.1f")
	if r.Control {
		difference = undefined
	}
	return fmt.Sprintf(" %s | %s | %s | %s | %s |", r.Category,
		withError(r.AUROC, r.Stderr), percent(r.Untrained, "%.1f"), difference, percent(r.Precision, "%.1f"))
}

// seeds is how many there are, for a category.
func (r Row) seeds() string {
	if r.Category == averageName {
		return "  |"
	}
	return fmt.Sprintf(" %d |", r.N)
}

// compared says how maps were compared with masks by the defaults; what differs stands
// in a protocol.
var compared = fmt.Sprintf("masks brought to the maps' size and AUPRO up to a false-positive rate of %g, unless the protocol says otherwise", configs.Default().Localize.FPRLimit)

// scores are the cells of tables with pixel metrics.
func (p Pixel) scores() string {
	of := map[string]string{"": undefined, run.OfWindows: "windows", run.OfGradCAM: "Grad-CAM"}[p.Maps]
	return fmt.Sprintf(" %s | %s | %s | %s |", of, withError(p.AUROC, p.Stderr), percent(p.Untrained, "%.1f"), percent(p.AUPRO, "%.1f"))
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
	w.Write([]string{"variant", "category", "image_auroc", "stderr", "untrained_image_auroc", "average_precision", "n", "features", "weights", "weights_sha256", "protocol",
		"maps", "pixel_auroc", "pixel_stderr", "untrained_pixel_auroc", "pixel_average_precision", "aupro"})
	for _, r := range t.Rows {
		w.Write([]string{
			r.Variant, r.Category, number(r.AUROC), number(r.Stderr), number(r.Untrained), number(r.Precision), fmt.Sprint(r.N),
			r.Features, r.Weights, r.WeightsSHA256, t.Protocol[r.Protocol],
			r.Pixel.Maps, number(r.Pixel.AUROC), number(r.Pixel.Stderr), number(r.Pixel.Untrained), number(r.Pixel.Precision), number(r.Pixel.AUPRO),
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
