// Package gde scores embeddings by Gaussian density estimation: one multivariate
// normal distribution is fitted to the embeddings of normal training pictures,
// and a picture is the more anomalous the farther it lies from the mean, measured
// in that distribution (CutPaste, arXiv:2104.04015v1, section 2.3, equation 2).
//
// The score is the Mahalanobis distance sqrt((x-mean)' C^-1 (x-mean)). The
// paper's -log p is half its square plus a constant, so both rank alike.
//
// Everything is computed in float64. The covariance C = L L' is factored once
// (Cholesky) and never inverted: with L z = x-mean, which is one triangular solve
// for many rows at a time, the distance is the length of z.
//
// A training set has 60 to 391 pictures and an embedding 512 features, so the
// sample covariance has no inverse, and what is added to it decides about
// distances in the directions that the training set says nothing about. The three
// answers are the three values of Options.Covariance.
package gde

import (
	"errors"
	"fmt"
	"math"
)

// The ways of estimating a covariance from n rows. S is the maximum-likelihood
// sample covariance, whose divisor is n.
const (
	// LedoitWolf is (1-s) S + s tr(S)/d I, the shrinkage s chosen from the data as
	// by scikit-learn's LedoitWolf.
	LedoitWolf = "ledoit_wolf"
	// Ridge is S + Options.Ridge I, as by scikit-learn's GaussianMixture of one
	// component with reg_covar.
	Ridge = "ridge"
	// Empirical is S. It needs more rows than features.
	Empirical = "empirical"
)

var (
	// ErrTooFew says that there are too few normal pictures for a distribution.
	ErrTooFew = errors.New("too few normal pictures")

	// ErrSingular says that the covariance cannot be factored: some direction has
	// no variance, so distances along it would be infinite.
	ErrSingular = errors.New("the covariance is singular")
)

// Options says how a Gaussian is fitted.
type Options struct {
	Covariance string  // LedoitWolf, Ridge or Empirical
	Ridge      float64 // added to the diagonal by Ridge, not used by the others

	// Normalize scales every row to L2 length 1 before it is fitted or scored. A
	// row of zeros is left as it is, as by scikit-learn's normalize.
	Normalize bool
}

// Float is the type of embeddings as they come in.
type Float interface{ ~float32 | ~float64 }

// Gaussian is a fitted distribution. It is not changed by scoring, so many
// goroutines may score with it.
type Gaussian struct {
	N, D      int     // rows that it was fitted to, and features of a row
	Shrinkage float64 // of Ledoit-Wolf, 0 to 1; 0 for the other covariances

	options Options
	mean    []float64 // [D]
	upper   []float64 // [D,D], L' of the covariance L L'
}

// Fit fits a Gaussian to n embeddings of d features each, row after row.
//
// It fails with ErrTooFew for fewer than two rows (three for LedoitWolf), with
// ErrSingular where the covariance has no Cholesky factor (the message says what
// to do), and on a number that is not finite, naming its row. Panics when
// len(embeddings) is not n*d.
func Fit[F Float](embeddings []F, n, d int, o Options) (*Gaussian, error) {
	if len(embeddings) != n*d {
		panic(fmt.Sprintf("gde: %d numbers are no %d rows of %d", len(embeddings), n, d))
	}
	if err := Possible(n, d, o); err != nil {
		return nil, err
	}
	x := make([]float64, n*d)
	for i := range n {
		if err := load(x[i*d:][:d], embeddings[i*d:][:d], o.Normalize); err != nil {
			return nil, fmt.Errorf("embedding %d %w", i, err)
		}
	}
	g := &Gaussian{N: n, D: d, options: o, mean: center(x, n, d)}
	c := sampleCovariance(x, n, d)
	switch o.Covariance {
	case LedoitWolf:
		g.Shrinkage = shrink(c, x, n, d)
	case Ridge:
		for i := range d {
			c.SetSym(i, i, c.At(i, i)+o.Ridge)
		}
	}
	var err error
	if g.upper, err = factor(c, n, d, o); err != nil {
		return nil, err
	}
	return g, nil
}

// Possible says without any rows whether n of them, of d features, can be enough
// for a Gaussian of these options. It fails as Fit does.
func Possible(n, d int, o Options) error {
	switch {
	case o.Covariance != LedoitWolf && o.Covariance != Ridge && o.Covariance != Empirical:
		return fmt.Errorf("the covariance %q is not known; choose %s, %s or %s", o.Covariance, LedoitWolf, Ridge, Empirical)
	case o.Covariance == Ridge && !(o.Ridge >= 0 && o.Ridge <= math.MaxFloat64):
		return fmt.Errorf("the ridge is %v, and it must be a finite number, 0 or more", o.Ridge)
	case d < 1:
		return errors.New("the embeddings have no features")
	case n < fewest(d, o):
		return fmt.Errorf("%w: a Gaussian with density.covariance %s needs at least %d, and there are %d; add pictures to train/good", ErrTooFew, o.Covariance, fewest(d, o), n)
	case o.bare() && n <= d: // it is singular, which is not left to the rounding of a pivot
		return fmt.Errorf("%w: %d pictures cannot fix it for %d features; set density.covariance to ledoit_wolf, or to ridge with a density.ridge above 0", ErrSingular, n, d)
	}
	return nil
}

// bare says whether nothing is added to the sample covariance.
func (o Options) bare() bool {
	return o.Covariance == Empirical || o.Covariance == Ridge && o.Ridge == 0
}

// fewest is the number of rows below which no Gaussian is fitted. Two rows lie
// opposite each other around their mean; Ledoit and Wolf's formula sees no noise
// in them, shrinks nothing and leaves the covariance singular.
func fewest(d int, o Options) int {
	if o.Covariance == LedoitWolf && d > 1 {
		return 3
	}
	return 2
}

// maxSquares bounds the squared length of a row, so that its fourth power, which
// Ledoit-Wolf needs, is finite too.
const maxSquares = 1e120

// load copies one row to float64, normalised where that is asked for.
func load[F Float](dst []float64, src []F, normalize bool) error {
	sum := 0.0
	for j, v := range src {
		dst[j] = float64(v)
		sum += dst[j] * dst[j]
	}
	if !(sum <= maxSquares) {
		worst := 0
		for j, v := range dst {
			if !(math.Abs(v) <= math.Abs(dst[worst])) && !math.IsNaN(dst[worst]) {
				worst = j
			}
		}
		return fmt.Errorf("has %v as feature %d, which is no usable number; look at what made it", dst[worst], worst)
	}
	if normalize && sum > 0 {
		scale := 1 / math.Sqrt(sum)
		for j := range dst {
			dst[j] *= scale
		}
	}
	return nil
}
