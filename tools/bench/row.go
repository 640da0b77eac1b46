package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// row is a line of the table. Ratio is above 1 where ours is better. Spread is
// half the distance between the quartiles of the turns' ratios, as a share of
// Ratio.
type row struct {
	Name      string   `json:"name"`
	Ours      float64  `json:"ours"`
	Reference *float64 `json:"reference"`
	Ratio     *float64 `json:"ratio"`
	Spread    *float64 `json:"spread"`
	Unit      string   `json:"unit"`
}

// compared is the row of rates (higher is better) that were measured in turns.
func compared(ours, reference []float64, unit string) row {
	return medians(ours, reference, unit, func(a, b float64) float64 { return a / b })
}

// comparedCosts is the row of times or sizes (lower is better).
func comparedCosts(ours, reference []float64, unit string) row {
	return medians(ours, reference, unit, func(a, b float64) float64 { return b / a })
}

// comparedOnce is the row of a cost that was looked at once, which has no spread.
func comparedOnce(ours, reference float64, unit string) row {
	ratio := reference / ours
	return row{Ours: ours, Reference: &reference, Ratio: &ratio, Unit: unit}
}

// medians is the row of figures whose ratio is that of their medians. A single
// turn has no spread.
func medians(ours, reference []float64, unit string, over func(a, b float64) float64) row {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = over(ours[i], reference[i])
	}
	a, b := quantile(ours, 0.5), quantile(reference, 0.5)
	ratio := over(a, b)
	r := row{Ours: a, Reference: &b, Ratio: &ratio, Unit: unit}
	if len(ours) > 1 {
		spread := (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2 / ratio
		r.Spread = &spread
	}
	return r
}

// quantile is the q-th, with straight lines between the sorted values.
func quantile(values []float64, q float64) float64 {
	v := slices.Sorted(slices.Values(values))
	at := q * float64(len(v)-1)
	low := int(math.Floor(at))
	if low == len(v)-1 {
		return v[low]
	}
	return v[low] + (at-float64(low))*(v[low+1]-v[low])
}

// markdown is the table of rows.
func markdown(rows []row) string {
	var b strings.Builder
	b.WriteString("| name | ours | reference | ratio | spread | unit |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
	for _, r := range rows {
		cell := func(v *float64, text func(float64) string) string {
			if v == nil {
				return "–"
			}
			return text(*v)
		}
		ratio := func(v float64) string { return fmt.Sprintf("%.2f", v) }
		percent := func(v float64) string { return fmt.Sprintf("±%.1f %%", 100*v) }
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.Name, figure(r.Ours),
			cell(r.Reference, figure), cell(r.Ratio, ratio), cell(r.Spread, percent), r.Unit)
	}
	return b.String()
}

// figure is v with three significant digits or all of its whole ones.
func figure(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func writeJSON(file string, rows []row) error {
	b, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return renameio.WriteFile(file, append(b, '\n'), 0o666)
}
