package board

import (
	"fmt"
	"math"
)

// undefined stands where there is no number.
const undefined = "–"

// Percent is a share in percent with one decimal.
func Percent(v float64) string {
	if math.IsNaN(v) {
		return undefined
	}
	return fmt.Sprintf("%.1f", 100*v)
}

// Signed is a difference of shares in percent.
func Signed(v float64) string {
	if math.IsNaN(v) {
		return undefined
	}
	return fmt.Sprintf("%+.1f", 100*v)
}

// WithError is a value with its error, where it has one; pm is the sign between them.
func WithError(v, e float64, pm string) string {
	if math.IsNaN(v) || math.IsNaN(e) {
		return Percent(v)
	}
	return Percent(v) + " " + pm + " " + Percent(e)
}

// Interval is that over pictures.
func (c Cell) Interval() string {
	if math.IsNaN(c.Low) {
		return undefined
	}
	return fmt.Sprintf("%s to %s", Percent(c.Low), Percent(c.High))
}

// shown is a cell's value, or of a column that is only published the figure.
func (b *Board) shown(line, column int, pm string) string {
	c := b.Cells[line][column]
	if b.Columns[column].Kind == Published {
		return c.published(pm)
	}
	return WithError(c.Value, c.Stderr, pm)
}

// published is the published figure.
func (c Cell) published(pm string) string {
	if c.Published == nil || !c.Published.HasValue {
		return undefined
	}
	text := WithError(c.Published.Value, c.Published.Stderr, pm)
	if c.Published.Unconfirmed {
		text += " (unconfirmed)"
	}
	return text
}

// held are the places of the cells that a published figure stands beside, column by
// column.
func (b *Board) held() (places [][2]int) {
	for k, c := range b.Columns {
		if c.Kind == Published {
			continue
		}
		for i := range b.Lines {
			if b.Cells[i][k].Published != nil {
				places = append(places, [2]int{i, k})
			}
		}
	}
	return places
}

// p is a chance, small ones as a bound.
func p(v float64) string {
	switch {
	case math.IsNaN(v):
		return undefined
	case v < 0.001:
		return "< 0.001"
	}
	return fmt.Sprintf("%.3f", v)
}
