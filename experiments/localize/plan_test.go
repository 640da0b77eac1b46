package localize

import (
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

var paper = configs.Grid{Picture: 256, Window: 32, Stride: 4}

// The list is the paper's (A.5).
func TestPerLocation(t *testing.T) {
	for _, c := range []struct {
		gaussian, category string
		want               bool
	}{
		{"auto", "bottle", true}, {"auto", "zipper", true}, {"auto", "hazelnut", false}, {"auto", "screw", false},
		{"auto", "wood", false}, {"auto", "my screws", false}, {"shared", "bottle", false}, {"per-location", "wood", true},
	} {
		if got := PerLocation(c.gaussian, c.category); got != c.want {
			t.Errorf("%s of %s: %v", c.gaussian, c.category, got)
		}
	}
}

// 57 x 57 covariances of 512 x 512 float64 are 6.8 GB, which no plan is below; all
// groups together have every row, and none is over what is allowed.
func TestPlans(t *testing.T) {
	const all = 57 * 57 * 512 * 512 * 8
	whole, err := NewPlan(paper, true, 512, 0, 100)
	if err != nil || whole.Rows != 57 || whole.Groups() != 1 || whole.Bytes < all || float64(whole.Bytes) > 1.25*all {
		t.Errorf("%+v, %v", whole, err)
	}
	for _, gb := range []float64{1.5, 4, 7} {
		p, err := NewPlan(paper, true, 512, 0, gb)
		if err != nil || p.Bytes > int64(gb*1e9) || p.AllAtOnce != whole.Bytes || p.Groups() < 2 || p.Groups()*p.Rows < 57 || (p.Groups()-1)*p.Rows >= 57 {
			t.Errorf("%v GB: %+v, %v", gb, p, err)
		}
	}
	p, _ := NewPlan(paper, true, 512, 0, 4)
	for _, part := range []string{"3249 Gaussians of 512 features", "57 x 57 windows of 32 px", " groups of rows", "allows 4.0 GB"} {
		if !strings.Contains(p.String(), part) {
			t.Errorf("%q does not say %q", p, part)
		}
	}
	folds, err := NewPlan(paper, true, 512, 5, 100)
	if err != nil || folds.AllAtOnce < 6*all || float64(folds.AllAtOnce) > 1.25*6*all || !strings.Contains(folds.String(), "with the sums of 5 folds") {
		t.Errorf("%+v %s, %v", folds, folds, err)
	}
	shared, err := NewPlan(paper, false, 512, 0, 4)
	if err != nil || shared.Rows != 57 || shared.Bytes > 100e6 || !strings.Contains(shared.String(), "one Gaussian of 512 features") {
		t.Errorf("%+v %s, %v", shared, shared, err)
	}
}

// The bytes on disk by hand: a mean and a triangle of float64 a Gaussian.
func TestStored(t *testing.T) {
	for _, c := range []struct {
		perLocation bool
		want        int64
	}{{true, 57 * 57 * 8 * (512 + 512*513/2)}, {false, 8 * (512 + 512*513/2)}} {
		if got := (Plan{Grid: paper, PerLocation: c.perLocation, Dimension: 512}).Stored(); got != c.want {
			t.Errorf("per location %v: %d bytes, want %d", c.perLocation, got, c.want)
		}
	}
}

// What does not fit is refused with everything that helps.
func TestPlansThatDoNotFit(t *testing.T) {
	_, err := NewPlan(paper, true, 2048, 5, 1)
	for _, part := range []string{"57 windows of one row", "2048 features", "5 folds", "localize.memory", "density.folds", "localize.stride", "localize.gaussian to shared", "net.name"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
	if _, err := NewPlan(paper, false, 2048, 0, 0.01); err == nil || strings.Contains(err.Error(), "to shared") || strings.Contains(err.Error(), "folds") {
		t.Errorf("one Gaussian: %v", err)
	}
}
