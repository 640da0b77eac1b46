package gde

import "fmt"

// Threshold finds a distance above which a picture is called anomalous, from the
// embeddings [n,d] of normal training pictures alone; no anomalous picture and no
// test label is looked at.
//
// The rows are dealt into folds at random (a function of the seed alone), each
// fold's distances are measured in a Gaussian fitted to the others, and the
// threshold is the given quantile of all n held-out distances, as [Quantile] has
// it. A quantile of 0.95 therefore calls 1 in 20 of them anomalous. How many folds
// there are of few rows is settled by [Folds].
//
// The pictures are held out from the Gaussian only: the network has seen them in
// training, and embeds them more tightly than pictures that it has not seen. So
// expect more false alarms on new normal pictures than the quantile says, and
// more so the longer the training and the smaller the training set.
//
// It fails as [Folds] and Fit do.
func Threshold[F Float](embeddings []F, n, d int, o Options, quantile float64, folds int, seed uint64) (float64, error) {
	if len(embeddings) != n*d {
		panic(fmt.Sprintf("gde: %d numbers are no %d rows of %d", len(embeddings), n, d))
	}
	switch {
	case !(quantile >= 0 && quantile <= 1):
		return 0, fmt.Errorf("the quantile is %v, and it must be 0 to 1", quantile)
	case folds < 2:
		return 0, fmt.Errorf("the number of folds is %d, and it must be at least 2", folds)
	}
	folds, err := Folds(n, 1, d, o, folds)
	if err != nil {
		return 0, err
	}
	x := make([]float64, n*d)
	for i := range n {
		if err := load(x[i*d:][:d], embeddings[i*d:][:d], o.Normalize); err != nil {
			return 0, fmt.Errorf("embedding %d %w", i, err)
		}
	}
	o.Normalize = false // done, row by row, whichever fold a row is in
	order, fold := shuffle(n, seed), Deal(n, folds, seed)
	held := make([]float64, 0, n)
	var in, out []float64
	for f := range folds {
		in, out = in[:0], out[:0]
		for _, i := range order {
			row := x[i*d:][:d]
			if fold[i] == f {
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
	return Quantile(held, quantile), nil
}
