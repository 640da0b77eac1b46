package metric

import (
	"math"
	"testing"
)

// By hand: 1, 2, 3 and 6 have the mean 3, the variance 14/3 and so the error
// sqrt(14/3/4).
func TestOverSeeds(t *testing.T) {
	if m, e := OverSeeds([]float64{1, 2, 3, 6}); m != 3 || math.Abs(e-math.Sqrt(14.0/12)) > 1e-15 {
		t.Errorf("%v, %v", m, e)
	}
	if m, e := OverSeeds([]float64{0.5}); m != 0.5 || !math.IsNaN(e) {
		t.Errorf("of one %v, %v", m, e)
	}
	if m, e := OverSeeds(nil); !math.IsNaN(m) || !math.IsNaN(e) {
		t.Errorf("of none %v, %v", m, e)
	}
	if m, _ := OverSeeds([]float64{1, math.NaN()}); !math.IsNaN(m) {
		t.Errorf("an undefined value is ignored: %v", m)
	}
}
