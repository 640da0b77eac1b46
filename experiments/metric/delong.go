package metric

import (
	"errors"
	"fmt"
	"math"
)

// ErrNoVariance says that a difference of AUROCs has no variance to be measured by:
// a class has only one picture, or no picture tells the methods apart more than
// another, as where both make no mistake. Errors that wrap it say which.
var ErrNoVariance = errors.New("the difference cannot be tested")

// Comparison is what DeLong's test says of two methods on the same pictures.
type Comparison struct {
	AUROC      [2]float64    // of the one and the other, 0 to 1
	Covariance [2][2]float64 // of these two, as estimated
	Difference float64       // of the one from the other: AUROC[0] - AUROC[1]
	StdErr     float64       // of the difference
	Z          float64       // Difference / StdErr
	P          float64       // the chance of a |Z| as large where the AUROCs are equal: two-sided, by the normal distribution
}

// DeLong tests whether two methods that score the same pictures have the same AUROC
// (DeLong, DeLong and Clarke-Pearson, Comparing the areas under two or more
// correlated receiver operating characteristic curves, Biometrics 44, 1988). The
// structural components are taken from ranks and not from all pairs of pictures, in
// O(n log n), as Sun and Xu do (IEEE Signal Processing Letters 21, 2014).
//
// It fails as AUROC does, naming the method, and with ErrNoVariance where there is
// nothing to divide the difference by. AUROC and Difference are set then, and
// Covariance where every class has two pictures; StdErr, Z and P are 0, and no
// result ever holds a NaN.
func DeLong(one, other []float64, anomalous []bool) (Comparison, error) {
	methods := [2][]float64{one, other}
	for i, s := range methods {
		if _, err := check(s, anomalous); err != nil {
			return Comparison{}, fmt.Errorf("the %s method: %w", [2]string{"first", "second"}[i], err)
		}
	}
	abnormal, normal := split(anomalous)
	m, n := len(abnormal), len(normal)
	var of [2]components
	var c Comparison
	for i, s := range methods {
		of[i] = place(s, abnormal, normal).components()
		c.AUROC[i] = of[i].auroc()
	}
	between := of[0].minus(of[1])
	c.Difference = between.auroc()
	if m < 2 || n < 2 {
		return c, fmt.Errorf("%w: only one picture is %s, and a variance takes two", ErrNoVariance, map[bool]string{true: "anomalous", false: "normal"}[m < 2])
	}
	for i := range of {
		for j := range of {
			c.Covariance[i][j] = covariance(of[i], of[j])
		}
	}
	if between.constant() {
		return c, fmt.Errorf("%w: it is %v for each picture alone, and so has no variance", ErrNoVariance, c.Difference)
	}
	// The variance of the differences is Var(A) + Var(B) - 2 Cov(A, B), without what
	// rounding leaves where these cancel.
	c.StdErr = math.Sqrt(covariance(between, between))
	c.Z = c.Difference / c.StdErr
	c.P = math.Erfc(math.Abs(c.Z) / math.Sqrt2)
	return c, nil
}

// components are DeLong's structural components, each as a whole number of halves:
// for every anomalous picture twice how many normal ones it is above, and for every
// normal one twice how many anomalous ones are above it, ties once.
type components struct {
	abnormal, normal []int64
}

func (p places) components() components {
	c := components{make([]int64, len(p.below)), make([]int64, len(p.order))}
	// An anomalous picture is above the first below of the normal ones, and ties
	// with those up to upTo: what it adds to each is added to the first, and taken
	// back where it ends.
	ends := make([]int64, len(p.order)+1)
	all := int64(0)
	for i := range p.below {
		c.abnormal[i] = int64(p.below[i]) + int64(p.upTo[i])
		ends[p.below[i]]++
		ends[p.upTo[i]]++
		all += 2
	}
	for k, i := range p.order {
		all -= ends[k]
		c.normal[i] = all
	}
	return c
}

// auroc is the mean of either components over the other's number, from the sum of
// whole numbers.
func (c components) auroc() float64 {
	sum := int64(0)
	for _, v := range c.abnormal {
		sum += v
	}
	return float64(sum) / (2 * float64(len(c.abnormal)) * float64(len(c.normal)))
}

func (c components) minus(other components) components {
	d := components{make([]int64, len(c.abnormal)), make([]int64, len(c.normal))}
	for i := range d.abnormal {
		d.abnormal[i] = c.abnormal[i] - other.abnormal[i]
	}
	for i := range d.normal {
		d.normal[i] = c.normal[i] - other.normal[i]
	}
	return d
}

// constant tells that neither class varies. It is exact.
func (c components) constant() bool {
	for _, class := range [][]int64{c.abnormal, c.normal} {
		for _, v := range class {
			if v != class[0] {
				return false
			}
		}
	}
	return true
}

// covariance of two AUROCs: S10/m + S01/n, where S10 and S01 are the sample
// covariances (n-1) of components, which are shares of the other class.
func covariance(a, b components) float64 {
	m, n := float64(len(a.abnormal)), float64(len(a.normal))
	return sampleCovariance(a.abnormal, b.abnormal)/(4*n*n*m) + sampleCovariance(a.normal, b.normal)/(4*m*m*n)
}

func sampleCovariance(a, b []int64) float64 {
	var sumA, sumB int64
	for i := range a {
		sumA += a[i]
		sumB += b[i]
	}
	n := float64(len(a))
	meanA, meanB := float64(sumA)/n, float64(sumB)/n
	sum := 0.0
	for i := range a {
		sum += (float64(a[i]) - meanA) * (float64(b[i]) - meanB)
	}
	return sum / (n - 1)
}
