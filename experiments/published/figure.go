package published

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Figure is a number that somebody printed.
type Figure struct {
	Table    string // as the source names it, such as "Table 1"
	Method   string
	Category string // of MVTec AD, an average of several, or another set
	Metric   string // image_auroc, pixel_auroc, aupro_0.3 and a few more

	// Value is a share of 1 where Unit is percent or points of percent, as every
	// metric here is, and else in Unit. It is NaN where the row has none.
	Value    float64
	HasValue bool
	// Stderr is the standard error in the same unit, NaN where none is printed.
	Stderr float64
	// Printed and PrintedStderr are the texts of both, in Unit: 99.0 for 0.99.
	Printed, PrintedStderr string
	Unit                   string // percent, points, s or GB

	Source string // where the figure was read
	Note   string // what else the source says of it; why there is no value
	// Unconfirmed says that no source that was read prints the figure.
	Unconfirmed bool
}

// String is the figure as it was printed, with what must not be left unsaid: 92.4 ±
// 0.8, 91.4 (unconfirmed), or - where there is no value.
func (f Figure) String() string {
	s := f.Printed
	if !f.HasValue {
		return "-"
	}
	if f.PrintedStderr != "" {
		s += " ± " + f.PrintedStderr
	}
	if f.Unconfirmed {
		s += " (unconfirmed)"
	}
	return s
}

// columns of the files.
var columns = []string{"table", "method", "category", "metric", "value", "stderr", "unit", "source", "note"}

// scale is what a number in a unit is divided by.
var scale = map[string]float64{"percent": 100, "points": 100, "s": 1, "GB": 1}

func figure(row []string) (Figure, error) {
	f := Figure{
		Table: row[0], Method: row[1], Category: row[2], Metric: row[3],
		Printed: row[4], PrintedStderr: row[5], Unit: row[6], Source: row[7], Note: row[8],
		HasValue:    row[4] != "",
		Unconfirmed: strings.Contains(strings.ToLower(row[7]+" "+row[8]), "unconfirmed"),
	}
	for i, text := range row[:4] {
		if text == "" {
			return Figure{}, fmt.Errorf("it has no %s", columns[i])
		}
	}
	if f.Source == "" {
		return Figure{}, fmt.Errorf("it has no source; write where the figure was read")
	}
	if _, ok := scale[f.Unit]; !ok {
		return Figure{}, fmt.Errorf("its unit is %q, and figures are in percent, points, s or GB", f.Unit)
	}
	if !f.HasValue && f.Note == "" {
		return Figure{}, fmt.Errorf("it has neither a value nor a note that says why")
	}
	if !f.HasValue && f.PrintedStderr != "" {
		return Figure{}, fmt.Errorf("it has the standard error %q of no value", f.PrintedStderr)
	}
	var err error
	if f.Value, err = number("value", f.Printed, f.Unit); err != nil {
		return Figure{}, err
	}
	if f.Stderr, err = number("standard error", f.PrintedStderr, f.Unit); err != nil {
		return Figure{}, err
	}
	return f, nil
}

// number reads a printed number, of none NaN.
func number(what, text, unit string) (float64, error) {
	if text == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("its %s is %q, not a number of 0 or more", what, text)
	}
	if unit == "percent" && v > 100 {
		return 0, fmt.Errorf("its %s is %q, more than 100 percent", what, text)
	}
	return v / scale[unit], nil
}

// distinct lists names in the order of their first figure.
func distinct(figures []Figure, of func(Figure) string) []string {
	var list []string
	for _, f := range figures {
		if name := of(f); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
