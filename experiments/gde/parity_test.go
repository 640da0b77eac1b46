package gde

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
)

// The relative tolerance of distances. They come through a Cholesky factor of a
// matrix with a condition number of up to 1e6.
const tolerance = 1e-8

type fixture struct {
	Quantiles []float64
	Cases     []struct {
		Name        string
		N, D        int
		Train, Test [][]float64
		Entries     []struct {
			Covariance string
			Ridge      float64
			Normalize  bool
			Shrinkage  float64
			Distances  []float64
			HeldOut    []float64 `json:"held_out"`
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= tolerance*math.Abs(b) }

// testdata/density.json was made by tools/golden/density.py with scikit-learn and
// numpy. With as many folds as rows the draw of folds does not matter, so the
// threshold can be compared too.
func TestParityWithScikitLearn(t *testing.T) {
	text, err := os.ReadFile("testdata/density.json")
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, c := range f.Cases {
		train, test := slices.Concat(c.Train...), slices.Concat(c.Test...)
		for _, e := range c.Entries {
			t.Run(fmt.Sprintf("%s/%s/normalize=%v", c.Name, e.Covariance, e.Normalize), func(t *testing.T) {
				o := Options{Covariance: e.Covariance, Ridge: e.Ridge, Normalize: e.Normalize}
				g, err := Fit(train, c.N, c.D, o)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(g.Shrinkage-e.Shrinkage) > 1e-10 {
					t.Errorf("shrinkage is %v, want %v", g.Shrinkage, e.Shrinkage)
				}
				got, err := Mahalanobis(g, test, len(c.Test))
				if err != nil {
					t.Fatal(err)
				}
				for i := range e.Distances {
					if !near(got[i], e.Distances[i]) {
						t.Errorf("distance %d is %v, want %v", i, got[i], e.Distances[i])
					}
				}
				for i, q := range f.Quantiles {
					got, err := Threshold(train, c.N, c.D, o, q, c.N, 7)
					if err != nil || !near(got, e.HeldOut[i]) {
						t.Errorf("threshold at quantile %v is %v (%v), want %v", q, got, err, e.HeldOut[i])
					}
				}
				compared++
			})
		}
	}
	if compared < 20 {
		t.Errorf("only %d fits were compared", compared)
	}
}
