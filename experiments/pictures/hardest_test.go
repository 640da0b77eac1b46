package pictures

import (
	"math"
	"slices"
	"testing"
)

func TestHardest(t *testing.T) {
	cases := []Case{
		{Name: "b", Score: 5},
		{Name: "a", Score: 5},
		{Name: "c", Score: 9},
		{Name: "d", Score: 1},
		{Name: "z", Score: 4, Anomalous: true},
		{Name: "y", Score: 4, Anomalous: true},
		{Name: "x", Score: 7, Anomalous: true},
	}
	for _, c := range []struct {
		cases             []Case
		k                 int
		normal, anomalous []int
	}{
		{cases, 0, nil, nil},
		{cases, 1, []int{2}, []int{5}},
		{cases, 2, []int{2, 1}, []int{5, 4}},
		{cases, 3, []int{2, 1, 0}, []int{5, 4, 6}},
		{cases, 100, []int{2, 1, 0, 3}, []int{5, 4, 6}},
		{cases[:4], 2, []int{2, 1}, nil}, // one class only
		{cases[4:], 2, nil, []int{1, 0}},
		{nil, 2, nil, nil},
	} {
		normal, anomalous := Hardest(c.cases, c.k)
		if !slices.Equal(normal, c.normal) || !slices.Equal(anomalous, c.anomalous) {
			t.Errorf("the hardest %d of %d are %v and %v, want %v and %v", c.k, len(c.cases), normal, anomalous, c.normal, c.anomalous)
		}
	}
}

// A score of NaN, which is no score, is never among the hardest normal ones before
// real scores.
func TestHardestWithNaN(t *testing.T) {
	normal, _ := Hardest([]Case{{Name: "a", Score: math.NaN()}, {Name: "b", Score: 1}}, 1)
	if !slices.Equal(normal, []int{1}) {
		t.Errorf("the hardest is %v, want the one with a score", normal)
	}
}
