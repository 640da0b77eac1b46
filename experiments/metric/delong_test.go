package metric

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestDeLongParity(t *testing.T) {
	const tolerance = 1e-10
	near := func(a, b float64) bool { return math.Abs(a-b) <= tolerance*max(1, math.Abs(b)) }
	for _, f := range comparisons(t) {
		t.Run(f.Name, func(t *testing.T) {
			c, err := DeLong(f.Scores[0], f.Scores[1], f.Anomalous)
			for i := range 2 {
				if !near(c.AUROC[i], f.AUROC[i]) {
					t.Errorf("AUROC %d is %v, want %v", i, c.AUROC[i], f.AUROC[i])
				}
				for j := range 2 {
					if !near(c.Covariance[i][j], f.Covariance[i][j]) {
						t.Errorf("covariance %d, %d is %v, want %v", i, j, c.Covariance[i][j], f.Covariance[i][j])
					}
				}
			}
			if f.Z == nil {
				if !errors.Is(err, ErrNoVariance) || c.StdErr != 0 || c.Z != 0 || c.P != 0 {
					t.Errorf("no variance gives %+v (%v)", c, err)
				}
				return
			}
			if err != nil || !near(c.Z, *f.Z) || math.Abs(c.P-*f.P) > tolerance**f.P {
				t.Errorf("z %v, p %v (%v), want %v, %v", c.Z, c.P, err, *f.Z, *f.P)
			}
		})
	}
}

// By hand: of the anomalous pictures the one method puts 3 above both normal ones and
// 1 above one, so V10 is 1 and 1/2; its normal picture 2 is below one, and 0 below
// both, so V01 is 1/2 and 1. The other method makes no mistake. The variance of two
// numbers 1/2 apart is 1/8, so that of the AUROC is 1/8/2 + 1/8/2 = 1/8.
func TestDeLongByHand(t *testing.T) {
	anomalous := []bool{true, true, false, false}
	c, err := DeLong([]float64{3, 1, 2, 0}, []float64{3, 2, 1, 0}, anomalous)
	want := Comparison{
		AUROC:      [2]float64{0.75, 1},
		Covariance: [2][2]float64{{0.125, 0}, {0, 0}},
		Difference: -0.25,
		StdErr:     math.Sqrt(0.125),
		Z:          -0.25 / math.Sqrt(0.125),
		P:          0.4795001221869535, // scipy.stats.norm.sf(sqrt(1/2)) * 2
	}
	if math.Abs(c.P-want.P) > 1e-15 {
		t.Errorf("p is %v, want %v", c.P, want.P)
	}
	if c.P = want.P; err != nil || c != want {
		t.Errorf("%+v (%v), want %+v", c, err, want)
	}
}

// drawnScores are scores of so many levels, and labels of both classes.
func drawnScores(r *rand.Rand, n, levels int) (scores []float64, anomalous []bool) {
	scores, anomalous = make([]float64, n), make([]bool, n)
	for i := range scores {
		scores[i], anomalous[i] = float64(r.IntN(levels)), r.IntN(3) == 0
	}
	anomalous[0], anomalous[1], anomalous[2], anomalous[3] = true, false, true, false
	return scores, anomalous
}

func TestDeLongProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	tested := 0
	for range 200 {
		n := 4 + r.IntN(30)
		a, anomalous := drawnScores(r, n, 8)
		b, _ := drawnScores(r, n, 8)
		c, err := DeLong(a, b, anomalous)
		if err != nil && !errors.Is(err, ErrNoVariance) {
			t.Fatal(err)
		}
		for i, s := range [][]float64{a, b} {
			if auroc, _ := AUROC(s, anomalous); !near(auroc, c.AUROC[i]) {
				t.Fatalf("AUROC %v, and alone %v", c.AUROC[i], auroc)
			}
		}
		if !near(c.StdErr*c.StdErr, c.Covariance[0][0]+c.Covariance[1][1]-2*c.Covariance[0][1]) {
			t.Fatalf("the variance of the difference is not that of the covariances: %+v", c)
		}
		if c.P < 0 || c.P > 1 || math.IsNaN(c.Z) {
			t.Fatalf("%+v", c)
		}
		back, backErr := DeLong(b, a, anomalous)
		if back.Z != -c.Z || back.P != c.P || back.Difference != -c.Difference || (err == nil) != (backErr == nil) {
			t.Fatalf("turned round %+v gives %+v", c, back)
		}
		// Only the order of the scores counts.
		risen := make([]float64, n)
		for i, s := range a {
			risen[i] = math.Exp(s)
		}
		if same, _ := DeLong(risen, b, anomalous); same != c {
			t.Fatalf("risen scores give %+v, not %+v", same, c)
		}
		if alike, err := DeLong(a, risen, anomalous); !errors.Is(err, ErrNoVariance) || alike.Difference != 0 {
			t.Fatalf("the same ranking differs by %v (%v)", alike.Difference, err)
		}
		if err == nil {
			tested++
		}
	}
	if tested < 100 {
		t.Fatalf("only %d cases had a variance", tested)
	}
}

func TestDeLongNamesWhatCannotBeTested(t *testing.T) {
	for name, in := range map[string]struct {
		one, other []float64
		anomalous  []bool
		difference float64
		says       string
	}{
		"one anomalous": {[]float64{3, 1, 2}, []float64{1, 3, 2}, []bool{true, false, false}, 1, "is anomalous"},
		"one normal":    {[]float64{3, 1, 2}, []float64{3, 2, 1}, []bool{true, true, false}, -0.5, "is normal"},
		"no mistake":    {[]float64{3, 4, 1, 2}, []float64{8, 7, 5, 6}, []bool{true, true, false, false}, 0, "no variance"},
		// All ties: every pair is worth half, and each picture the same.
		"half apart": {[]float64{3, 4, 1, 2}, []float64{0, 0, 0, 0}, []bool{true, true, false, false}, 0.5, "0.5 for each"},
	} {
		c, err := DeLong(in.one, in.other, in.anomalous)
		if !errors.Is(err, ErrNoVariance) || !strings.Contains(err.Error(), in.says) {
			t.Errorf("%s: %v", name, err)
		}
		if c.Difference != in.difference || c.StdErr != 0 || c.Z != 0 || c.P != 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestDeLongNamesWrongInput(t *testing.T) {
	good, anomalous := []float64{1, 2, 3}, []bool{true, false, true}
	if _, err := DeLong(good, []float64{1, math.NaN(), 3}, anomalous); err == nil || !strings.Contains(err.Error(), "the second method: score 1 ") {
		t.Errorf("NaN: %v", err)
	}
	if _, err := DeLong(good[:2], good, anomalous); err == nil || !strings.Contains(err.Error(), "the first method: there are 2 scores for 3 labels") {
		t.Errorf("too few: %v", err)
	}
	if _, err := DeLong(good, good, make([]bool, 3)); !errors.Is(err, ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
}
