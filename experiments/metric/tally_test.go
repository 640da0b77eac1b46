package metric

import (
	"math"
	"strings"
	"testing"
)

func TestCount(t *testing.T) {
	pairs := []Pair{
		{1, 0.5, 0.25},   // a win
		{0.5, 1, 0.25},   // a loss
		{0.75, 0.5, 0.5}, // within the spread
		{0.75, 0.5, 0.25},
		{0.5, 0.75, 0.25}, // just the spread, either way
		{1, 1, 0},
		{0.25, 0.5, 0}, // without spread every difference counts
	}
	got, err := Count(pairs)
	if want := (Tally{1, 4, 2}); err != nil || got != want {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
	if got.String() != "1-4-2" {
		t.Errorf("it reads %s", got)
	}
	for i := range pairs {
		pairs[i].One, pairs[i].Other = pairs[i].Other, pairs[i].One
	}
	if back, _ := Count(pairs); back != (Tally{got.Losses, got.Ties, got.Wins}) {
		t.Errorf("turned round %v is %v", got, back)
	}
	if none, err := Count(nil); err != nil || none != (Tally{}) {
		t.Errorf("no pairs give %v (%v)", none, err)
	}
}

func TestCountNamesWhatWasNotMeasured(t *testing.T) {
	good := Pair{1, 0, 0}
	for _, bad := range []Pair{
		{math.NaN(), 0, 0}, {0, math.NaN(), 0}, {0, 0, math.NaN()},
		{math.Inf(1), 0, 0}, {0, 0, math.Inf(1)}, {0, 0, -1},
	} {
		if _, err := Count([]Pair{good, bad}); err == nil || !strings.Contains(err.Error(), "pair 1 of 2") {
			t.Errorf("%+v gives %v", bad, err)
		}
	}
}
