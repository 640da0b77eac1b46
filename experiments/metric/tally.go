package metric

import (
	"fmt"
	"math"
)

// Pair is what two methods reach on the same data, such as a category, in a metric
// of which more is better. A difference of Spread or less is none.
type Pair struct {
	One, Other, Spread float64
}

// Tally counts on how many data one method wins, ties with and loses to another.
type Tally struct {
	Wins, Ties, Losses int
}

// Count compares the methods pair by pair. A pair whose numbers are not finite, or
// whose spread is below 0, is an error that gives its index: what was not measured
// is no tie, so it is left out before.
func Count(pairs []Pair) (Tally, error) {
	var t Tally
	for i, p := range pairs {
		d := p.One - p.Other
		switch {
		case math.IsNaN(d) || math.IsInf(d, 0) || math.IsInf(p.Spread, 0) || !(p.Spread >= 0):
			return Tally{}, fmt.Errorf("pair %d of %d, %v and %v with spread %v, cannot be compared; leave out what was not measured", i, len(pairs), p.One, p.Other, p.Spread)
		case d > p.Spread:
			t.Wins++
		case d < -p.Spread:
			t.Losses++
		default:
			t.Ties++
		}
	}
	return t, nil
}

// String is wins, ties and losses, as 9-2-4.
func (t Tally) String() string { return fmt.Sprintf("%d-%d-%d", t.Wins, t.Ties, t.Losses) }
