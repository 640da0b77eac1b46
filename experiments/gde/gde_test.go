package gde

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

var lw = Options{Covariance: LedoitWolf}

func TestFloat32AndFloat64Agree(t *testing.T) {
	const n, d = 30, 10
	narrow := sample(n, d, 1)
	wide := make([]float64, len(narrow))
	for i, v := range narrow {
		wide[i] = float64(v)
	}
	a, err := Fit(narrow, n, d, lw)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fit(wide, n, d, lw)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := Mahalanobis(a, narrow, n)
	y, _ := Mahalanobis(b, wide, n)
	if !slices.Equal(x, y) {
		t.Errorf("%v\n%v", x, y)
	}
}

// Sizes around the block, against solving with gonum's own Cholesky row by row.
func TestBlockedSolveIsTheTriangularSolve(t *testing.T) {
	for _, size := range []struct{ n, d, m int }{{80, 63, 1}, {80, 64, 64}, {90, 65, 65}, {150, 130, 200}} {
		train, test := sample(size.n, size.d, 1), sample(size.m, size.d, 2)
		g, err := Fit(train, size.n, size.d, Options{Covariance: Ridge, Ridge: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Mahalanobis(g, test, size.m)
		if err != nil {
			t.Fatal(err)
		}
		lower := mat.NewTriDense(size.d, mat.Upper, g.upper).T()
		for i := range size.m {
			y, z := mat.NewVecDense(size.d, nil), mat.NewVecDense(size.d, nil)
			for j := range size.d {
				y.SetVec(j, float64(test[i*size.d+j])-g.mean[j])
			}
			if err := z.SolveVec(lower, y); err != nil {
				t.Fatal(err)
			}
			if want := mat.Norm(z, 2); math.Abs(got[i]-want) > 1e-10*want {
				t.Fatalf("d=%d: row %d is at %v, want %v", size.d, i, got[i], want)
			}
		}
	}
}

// The mean squared distance of the rows that an empirical Gaussian was fitted to
// is exactly d.
func TestEmpiricalDistancesOfTheTrainingSet(t *testing.T) {
	const n, d = 200, 70
	x := sample(n, d, 3)
	g, err := Fit(x, n, d, Options{Covariance: Empirical})
	if err != nil {
		t.Fatal(err)
	}
	dist, err := Mahalanobis(g, x, n)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, v := range dist {
		sum += v * v
	}
	if mean := sum / n; math.Abs(mean-d) > 1e-8 {
		t.Errorf("the mean squared distance is %v, want %d", mean, d)
	}
}

// The same bits on one core and on many.
func TestCoresDoNotMatter(t *testing.T) {
	const n, d = 200, 150
	x := sample(n, d, 4)
	run := func(cores int) ([]float64, float64) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		g, err := Fit(x, n, d, lw)
		if err != nil {
			t.Fatal(err)
		}
		dist, err := Mahalanobis(g, x, n)
		if err != nil {
			t.Fatal(err)
		}
		limit, err := Threshold(x, n, d, lw, 0.9, 5, 1)
		if err != nil {
			t.Fatal(err)
		}
		return dist, limit
	}
	d1, t1 := run(1)
	d8, t8 := run(8)
	if !slices.Equal(d1, d8) || t1 != t8 {
		t.Error("one core and eight give different numbers")
	}
}

func TestNormalizeMakesLengthIrrelevant(t *testing.T) {
	const n, d = 40, 8
	x := sample(n, d, 5)
	g, err := Fit(x, n, d, Options{Covariance: LedoitWolf, Normalize: true})
	if err != nil {
		t.Fatal(err)
	}
	row := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	longer := make([]float64, d)
	for i, v := range row {
		longer[i] = 1024 * v
	}
	a, _ := Mahalanobis(g, row, 1)
	b, _ := Mahalanobis(g, longer, 1)
	if a[0] != b[0] {
		t.Errorf("%v and %v", a, b)
	}
	zero, err := Mahalanobis(g, make([]float64, d), 1)
	if err != nil || !(zero[0] > 0) || math.IsInf(zero[0], 0) {
		t.Errorf("a row of zeros is at %v (%v)", zero, err)
	}
}

// Enough agrees with what Fit and Threshold say of embeddings in general position.
func TestEnoughAgreesWithFitAndThreshold(t *testing.T) {
	const d = 4
	for _, o := range []Options{lw, {Covariance: Empirical}, {Covariance: Ridge}, {Covariance: Ridge, Ridge: 0.1}} {
		for n := 1; n <= 12; n++ {
			for _, folds := range []int{2, 3, 5, 100} {
				x := sample(n, d, 7)
				_, err := Fit(x, n, d, o)
				if err == nil {
					_, err = Threshold(x, n, d, o, 0.95, folds, 1)
				}
				if early := Enough(n, d, o, folds); (early == nil) != (err == nil) {
					t.Errorf("%d pictures, %d folds, %+v: %v before, %v after", n, folds, o, early, err)
				}
			}
		}
	}
}

func TestFitFailsWithAName(t *testing.T) {
	few, many := sample(5, 8, 6), sample(40, 8, 6)
	same := make([]float32, 6*4)
	for i := range same {
		same[i] = float32(i % 4)
	}
	dead := slices.Clone(many) // a feature that is always 0, as after a ReLU
	for i := range 40 {
		dead[i*8+3] = 0
	}
	empirical, ridge0, tiny := Options{Covariance: Empirical}, Options{Covariance: Ridge}, Options{Covariance: Ridge, Ridge: 1e-30}
	for _, c := range []struct {
		about string
		x     []float32
		n, d  int
		o     Options
		is    error
		says  string
	}{
		{"one picture", few[:8], 1, 8, lw, ErrTooFew, "train/good"},
		{"two pictures", few[:16], 2, 8, lw, ErrTooFew, "at least 3"},
		{"no picture", nil, 0, 8, lw, ErrTooFew, "there are 0"},
		{"fewer rows than features", few, 5, 8, empirical, ErrSingular, "ledoit_wolf, or to ridge"},
		{"as many rows as features", many[:64], 8, 8, empirical, ErrSingular, "ledoit_wolf, or to ridge"},
		{"ridge of 0", few, 5, 8, ridge0, ErrSingular, "density.ridge above 0"},
		{"ridge too small", few, 5, 8, tiny, ErrSingular, "raise it"},
		{"dead feature", dead, 40, 8, empirical, ErrSingular, "never varies"},
		{"all the same", same, 6, 4, lw, ErrSingular, "the same"},
		{"unknown covariance", many, 40, 8, Options{Covariance: "oas"}, nil, `"oas"`},
		{"negative ridge", many, 40, 8, Options{Covariance: Ridge, Ridge: -1}, nil, "-1"},
		{"ridge NaN", many, 40, 8, Options{Covariance: Ridge, Ridge: math.NaN()}, nil, "NaN"},
	} {
		_, err := Fit(c.x, c.n, c.d, c.o)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v and %q", c.about, err, c.is, c.says)
		}
	}
	if _, err := Fit(dead, 40, 8, lw); err != nil {
		t.Errorf("Ledoit-Wolf should bear a dead feature: %v", err)
	}
}

func TestNumbersThatAreNoneAreNamed(t *testing.T) {
	const n, d = 20, 4
	g, err := Fit(sample(n, d, 7), n, d, lw)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e200} {
		x := make([]float64, n*d)
		for i := range x {
			x[i] = float64(i * i % 17)
		}
		x[13*d+2] = bad
		_, e1 := Fit(x, n, d, lw)
		_, e2 := Mahalanobis(g, x, n)
		_, e3 := Threshold(x, n, d, lw, 0.5, 5, 1)
		for _, err := range []error{e1, e2, e3} {
			if err == nil || !strings.Contains(err.Error(), "embedding 13 ") || !strings.Contains(err.Error(), "feature 2") {
				t.Errorf("%v: %v", bad, err)
			}
		}
	}
}

func TestThreshold(t *testing.T) {
	const n, d = 100, 5
	x := sample(n, d, 8)
	a, err := Threshold(x, n, d, lw, 0.95, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Threshold(x, n, d, lw, 0.95, 5, 1)
	other, _ := Threshold(x, n, d, lw, 0.95, 5, 2)
	lower, _ := Threshold(x, n, d, lw, 0.5, 5, 1)
	if a != again || a == other || !(lower < a) {
		t.Errorf("seed 1 gives %v and %v, seed 2 %v, the median %v", a, again, other, lower)
	}
	if v, err := Threshold(x[:4*d], 4, d, lw, 1, 2, 1); err != nil || !(v > 0) {
		t.Errorf("four rows in two folds: %v, %v", v, err)
	}
	if v, err := Threshold(x[:3*d], 3, d, Options{Covariance: Ridge, Ridge: 0.1}, 1, 5, 1); err != nil || !(v > 0) {
		t.Errorf("three rows in five folds: %v, %v", v, err)
	}
	for says, err := range map[string]error{
		"at least 4": second(Threshold(x[:3*d], 3, d, lw, 0.5, 5, 1)),
		"at least 3": second(Threshold(x[:2*d], 2, d, Options{Covariance: Ridge, Ridge: 0.1}, 0.5, 5, 1)),
		"quantile":   second(Threshold(x, n, d, lw, 1.5, 5, 1)),
		"NaN":        second(Threshold(x, n, d, lw, math.NaN(), 5, 1)),
		"folds":      second(Threshold(x, n, d, lw, 0.5, 1, 1)),
		"3 folds":    second(Threshold(x[:6*d], 6, d, Options{Covariance: Empirical}, 0.5, 3, 1)),
		"fold 1 of":  second(Threshold(make([]float32, n*d), n, d, lw, 0.5, 3, 1)),
	} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

// Every picture has a fold, the folds are of about the same size, and the seed
// alone settles who is in which.
func TestDeal(t *testing.T) {
	fold := Deal(23, 5, 1)
	size := make([]int, 5)
	for _, f := range fold {
		size[f]++
	}
	if slices.Sort(size); !slices.Equal(size, []int{4, 4, 5, 5, 5}) {
		t.Errorf("folds of %v pictures", size)
	}
	if !slices.Equal(fold, Deal(23, 5, 1)) || slices.Equal(fold, Deal(23, 5, 2)) {
		t.Error("the deal is not the seed's")
	}
}

// By hand: of n pictures, the largest fold has n/folds, rounded up.
func TestFolds(t *testing.T) {
	bare := Options{Covariance: Empirical}
	for _, c := range []struct {
		n, rows, d int
		o          Options
		folds      int
		want       int // 0: refused
		says       string
	}{
		{100, 1, 5, lw, 5, 5, ""},
		{4, 1, 5, lw, 100, 4, ""},
		{4, 1, 5, lw, 2, 4, ""}, // 2 folds leave 2 pictures, 3 leave 2
		{5, 1, 5, lw, 2, 3, ""}, // 2 folds leave 2 pictures
		{3, 1, 5, lw, 5, 0, "at least 4"},
		{2, 3, 5, lw, 5, 2, ""}, // one picture leaves 3 windows
		{2, 2, 5, lw, 5, 0, "at least 3"},
		{1, 100, 5, lw, 5, 0, "at least 2"},
		{10, 1, 7, bare, 5, 5, ""}, // leave 8
		{10, 1, 8, bare, 5, 0, "8 pictures, which are what 5 folds leave of 10"},
		{10, 2, 15, bare, 5, 5, ""},
		{10, 2, 16, bare, 5, 0, "16 windows of 8 pictures"},
	} {
		got, err := Folds(c.n, c.rows, c.d, c.o, c.folds)
		if got != c.want || (err == nil) != (c.want > 0) || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d pictures of %d rows, %d features, %s, %d folds: %d, %v", c.n, c.rows, c.d, c.o.Covariance, c.folds, got, err)
		}
	}
}

func second(_ float64, err error) error { return err }

// By hand: position 3q of four values, between the neighbours.
func TestQuantile(t *testing.T) {
	for q, want := range map[float64]float64{0: 1, 0.25: 1.75, 0.5: 3, 0.9: 8.2, 1: 10} {
		if got := Quantile([]float64{4, 1, 10, 2}, q); math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
}
