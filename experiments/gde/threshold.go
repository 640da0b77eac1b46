package gde

import "fmt"

// HeldOut measures the embeddings [n,d] of normal training pictures as if they were
// new: the rows are dealt into folds at random (a function of the seed alone), and each
// fold's Mahalanobis distances are measured in a Gaussian fitted to the others. The n
// distances are in the rows' order. How many folds there are of few rows is settled by
// [Folds].
//
// The pictures are held out from the Gaussian only: the network has seen them in
// training, and embeds them more tightly than pictures that it has not seen.
//
// It fails as [Folds] and Fit do.
func HeldOut[F Float](embeddings []F, n, d int, o Options, folds int, seed uint64) ([]float64, error) {
	if len(embeddings) != n*d {
		panic(fmt.Sprintf("gde: %d numbers are no %d rows of %d", len(embeddings), n, d))
	}
	if folds < 2 {
		return nil, fmt.Errorf("the number of folds is %d, and it must be at least 2", folds)
	}
	folds, err := Folds(n, 1, d, o, folds)
	if err != nil {
		return nil, err
	}
	x := make([]float64, n*d)
	for i := range n {
		if err := load(x[i*d:][:d], embeddings[i*d:][:d], o.Normalize); err != nil {
			return nil, fmt.Errorf("embedding %d %w", i, err)
		}
	}
	o.Normalize = false // done, row by row, whichever fold a row is in
	order, fold := shuffle(n, seed), Deal(n, folds, seed)
	held := make([]float64, n)
	var in, out []float64
	var of []int // the rows of out
	for f := range folds {
		in, out, of = in[:0], out[:0], of[:0]
		for _, i := range order {
			row := x[i*d:][:d]
			if fold[i] == f {
				out, of = append(out, row...), append(of, i)
			} else {
				in = append(in, row...)
			}
		}
		g, err := Fit(in, len(in)/d, d, o)
		if err != nil {
			return nil, fmt.Errorf("with fold %d of %d held out: %w", f+1, folds, err)
		}
		distances, err := Mahalanobis(g, out, len(of))
		if err != nil {
			return nil, err
		}
		for k, i := range of {
			held[i] = distances[k]
		}
	}
	return held, nil
}

// Threshold finds a distance above which a picture is called anomalous, from the
// embeddings [n,d] of normal training pictures alone; no anomalous picture and no
// test label is looked at. It is the given quantile of all n distances of [HeldOut],
// as [Quantile] has it: a quantile of 0.95 calls 1 in 20 of them anomalous.
//
// The network has seen these pictures (see HeldOut), so expect more false alarms on
// new normal pictures than the quantile says, and more so the longer the training and
// the smaller the training set.
//
// It fails as HeldOut does.
func Threshold[F Float](embeddings []F, n, d int, o Options, quantile float64, folds int, seed uint64) (float64, error) {
	if !(quantile >= 0 && quantile <= 1) {
		return 0, fmt.Errorf("the quantile is %v, and it must be 0 to 1", quantile)
	}
	held, err := HeldOut(embeddings, n, d, o, folds, seed)
	if err != nil {
		return 0, err
	}
	return Quantile(held, quantile), nil
}
