package metric

import (
	"encoding/json"
	"os"
	"testing"
)

// comparison is a case of testdata/compare.json, which tools/golden/compare.py made
// with numpy and scipy from all pairs of pictures.
type comparison struct {
	Name       string
	Scores     [][]float64
	Anomalous  []bool
	AUROC      []float64
	Covariance [2][2]float64
	Z, P       *float64
	Interval   [2]float64
	Spread     float64
}

func comparisons(t *testing.T) []comparison {
	text, err := os.ReadFile("testdata/compare.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []comparison
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 10 {
		t.Fatalf("only %d cases", len(cases))
	}
	return cases
}
