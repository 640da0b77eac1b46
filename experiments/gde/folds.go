package gde

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// foldStream sets the draw of folds apart from every other use of a seed.
const foldStream = 0x666f6c6473 // "folds"

// Deal deals n pictures into folds at random, of sizes that differ by one at most:
// the fold of each, from 0 on. It is a function of its arguments alone.
func Deal(n, folds int, seed uint64) []int {
	fold := make([]int, n)
	for position, i := range shuffle(n, seed) {
		fold[i] = position % folds
	}
	return fold
}

// shuffle is the order in which n pictures are dealt.
func shuffle(n int, seed uint64) []int {
	return rand.New(rand.NewPCG(seed, foldStream)).Perm(n)
}

// Folds settles into how many folds n pictures of so many rows of d features each
// are dealt where folds of them are asked for: never into more than there are
// pictures, and very few into more than that, so that enough are left to fit to.
//
// It fails with ErrTooFew where all pictures but one are too few for Fit, and with
// ErrSingular where the covariance of what a fold leaves has no factor for want of
// rows.
func Folds(n, rows, d int, o Options, folds int) (int, error) {
	if need := (fewest(d, o) + rows - 1) / rows; n-1 < need {
		return 0, fmt.Errorf("%w: density.covariance %s needs at least %d, one held out for the threshold and the others to fit to, and there are %d; add pictures to train/good", ErrTooFew, o.Covariance, need+1, n)
	}
	folds = min(folds, n)
	left := func() int { return n - (n+folds-1)/folds } // by the largest fold
	for left()*rows < fewest(d, o) {
		folds++
	}
	if o.bare() && left()*rows <= d {
		what := fmt.Sprintf("%d pictures", left())
		if rows > 1 {
			what = fmt.Sprintf("%d windows of %s", left()*rows, what)
		}
		return 0, fmt.Errorf("%w: %s, which are what %d folds leave of %d, cannot fix it for %d features; set density.covariance to ledoit_wolf, or to ridge with a density.ridge above 0", ErrSingular, what, folds, n, d)
	}
	return folds, nil
}

// Enough says without any embeddings, so before hours of training, whether n rows
// of d features can be enough for Fit and for Threshold with these folds. It fails
// as [Folds] does.
func Enough(n, d int, o Options, folds int) error {
	_, err := Folds(n, 1, d, o, folds)
	return err
}

// Quantile is that quantile of values, q from 0 to 1, as numpy.quantile has it by
// default: interpolated linearly between the two neighbours of position q*(n-1) in
// ascending order. Panics without values.
func Quantile(values []float64, q float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	whole, part := math.Modf(q * float64(len(sorted)-1))
	low := sorted[int(whole)]
	if part == 0 {
		return low
	}
	return low + part*(sorted[int(whole)+1]-low)
}
