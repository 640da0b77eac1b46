package board

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
)

// CSV is the table with a row a cell, at full precision, 0 to 1; what is undefined is
// empty.
func (b *Board) CSV() string {
	var s bytes.Buffer
	w := csv.NewWriter(&s)
	w.Write([]string{
		"line", "method", "features", "kind", "metric", "value", "stderr", "n", "low", "high",
		"published", "published_stderr", "difference", "verdict", "why", "best", "protocol", "published_in", "published_source",
	})
	for i, l := range b.Lines {
		for k, c := range b.Columns {
			cell := b.Cells[i][k]
			row := []string{
				l.Name, c.Method, c.Features, [...]string{"method", "ensemble", "control", "published"}[c.Kind], b.Suite.Metric,
				number(cell.Value), number(cell.Stderr), fmt.Sprint(cell.N), number(cell.Low), number(cell.High), "", "", "",
				string(cell.Verdict), cell.Why, strconv.FormatBool(cell.Best), c.Protocol, "", "",
			}
			if f := cell.Published; f != nil {
				if f.HasValue {
					row[10], row[11], row[12] = number(f.Value), number(f.Stderr), number(cell.Difference())
				}
				row[17], row[18] = c.source.Collection+", "+c.source.Table+", "+c.source.Name, f.Source
			}
			w.Write(row)
		}
	}
	w.Flush() // into memory
	return s.String()
}

func number(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
