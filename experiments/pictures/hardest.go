package pictures

import (
	"cmp"
	"slices"
)

// Case is a test picture as it was scored.
type Case struct {
	Name      string // what stands in captions: its path below the category's folder
	Defect    string // its folder; "" where what it shows is not known
	Anomalous bool   // of no meaning where Defect is ""
	Score     float64
}

// Hardest chooses up to k normal cases with the highest scores, the highest first, and
// up to k anomalous ones with the lowest, the lowest first. Equal scores are in the
// order of their names. It returns places in cases, so that only the chosen ones'
// maps need be at hand.
func Hardest(cases []Case, k int) (normal, anomalous []int) {
	for i, c := range cases {
		if c.Anomalous {
			anomalous = append(anomalous, i)
		} else {
			normal = append(normal, i)
		}
	}
	order := func(places []int, sign int) []int {
		slices.SortFunc(places, func(i, j int) int {
			a, b := cases[i], cases[j]
			return cmp.Or(sign*cmp.Compare(a.Score, b.Score), cmp.Compare(a.Name, b.Name))
		})
		return places[:min(k, len(places))]
	}
	return order(normal, -1), order(anomalous, 1)
}
