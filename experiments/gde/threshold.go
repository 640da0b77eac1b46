package gde

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// foldStream sets the draw of folds apart from every other use of a seed.
const foldStream = 0x666f6c6473 // "folds"

// Threshold finds a distance above which a picture is called anomalous, from the
// embeddings [n,d] of normal training pictures alone; no anomalous picture and no
// test label is looked at.
//
// The rows are dealt into folds at random (a function of the seed alone), each
// fold's distances are measured in a Gaussian fitted to the others, and the
// threshold is the given quantile of all n held-out distances, interpolated
// linearly as numpy.quantile does by default. A quantile of 0.95 therefore calls
// 1 in 20 of them anomalous. There are never more folds than rows, and of very few
// rows more folds are made, so that enough are left to fit to.
//
// The pictures are held out from the Gaussian only: the network has seen them in
// training, and embeds them more tightly than pictures that it has not seen. So
// expect more false alarms on new normal pictures than the quantile says, and
// more so the longer the training and the smaller the training set.
//
// It fails with ErrTooFew where all rows but one are too few for Fit, and otherwise
// as Fit does; an empirical covariance needs more rows outside of each fold than features.
func Threshold[F Float](embeddings []F, n, d int, o Options, quantile float64, folds int, seed uint64) (float64, error) {
	if len(embeddings) != n*d {
		panic(fmt.Sprintf("gde: %d numbers are no %d rows of %d", len(embeddings), n, d))
	}
	switch {
	case !(quantile >= 0 && quantile <= 1):
		return 0, fmt.Errorf("the quantile is %v, and it must be 0 to 1", quantile)
	case folds < 2:
		return 0, fmt.Errorf("the number of folds is %d, and it must be at least 2", folds)
	case n-1 < fewest(d, o):
		return 0, fmt.Errorf("%w: a threshold needs at least %d, one held out and the others to fit to, and there are %d; add pictures to train/good", ErrTooFew, fewest(d, o)+1, n)
	}
	x := make([]float64, n*d)
	for i := range n {
		if err := load(x[i*d:][:d], embeddings[i*d:][:d], o.Normalize); err != nil {
			return 0, fmt.Errorf("embedding %d %w", i, err)
		}
	}
	o.Normalize = false // done, row by row, whichever fold a row is in
	folds = min(folds, n)
	for n-(n+folds-1)/folds < fewest(d, o) { // the largest fold leaves too few
		folds++
	}
	order := rand.New(rand.NewPCG(seed, foldStream)).Perm(n)
	held := make([]float64, 0, n)
	var in, out []float64
	for f := range folds {
		in, out = in[:0], out[:0]
		for position, i := range order {
			row := x[i*d:][:d]
			if position%folds == f {
				out = append(out, row...)
			} else {
				in = append(in, row...)
			}
		}
		g, err := Fit(in, len(in)/d, d, o)
		if err != nil {
			return 0, fmt.Errorf("with fold %d of %d held out: %w", f+1, folds, err)
		}
		distances, err := Mahalanobis(g, out, len(out)/d)
		if err != nil {
			return 0, err
		}
		held = append(held, distances...)
	}
	slices.Sort(held)
	return quantileOf(held, quantile), nil
}

// Enough says without any embeddings, so before hours of training, whether n rows
// of d features can be enough for Fit and for Threshold with these folds. It fails
// with ErrTooFew or ErrSingular as they would.
func Enough(n, d int, o Options, folds int) error {
	if n-1 < fewest(d, o) {
		return fmt.Errorf("%w: density.covariance %s needs at least %d, one held out for the threshold and the others to fit to, and there are %d; add pictures to train/good", ErrTooFew, o.Covariance, fewest(d, o)+1, n)
	}
	folds = min(folds, n)
	if left := n - (n+folds-1)/folds; o.bare() && left <= d {
		return fmt.Errorf("%w: %d pictures, which are what %d folds leave of %d, cannot fix it for %d features; set density.covariance to ledoit_wolf, or to ridge with a density.ridge above 0", ErrSingular, left, folds, n, d)
	}
	return nil
}

// quantileOf interpolates linearly between the two neighbours of position
// q*(n-1) in ascending values.
func quantileOf(sorted []float64, q float64) float64 {
	whole, part := math.Modf(q * float64(len(sorted)-1))
	low := sorted[int(whole)]
	if part == 0 {
		return low
	}
	return low + part*(sorted[int(whole)+1]-low)
}
