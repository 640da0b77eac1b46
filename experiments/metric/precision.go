package metric

// AveragePrecision is the area under the precision-recall curve as scikit-learn
// defines it: with the distinct scores as thresholds, from the highest to the
// lowest, the sum over (R[k] - R[k-1]) * P[k], without interpolation between
// them. It is 0 to 1; a ranking by chance gives the share of anomalous pictures.
//
// It fails with ErrOneClass where a class is absent, and on a score that is not
// finite, naming its index.
func AveragePrecision(scores []float64, anomalous []bool) (float64, error) {
	r, err := rank(scores, anomalous)
	if err != nil {
		return 0, err
	}
	var p precisionSum
	for c := range r.cuts() {
		p.add(c)
	}
	return p.value(), nil
}

// OracleF1 is the best F1 score that any threshold reaches. It is an oracle's
// number: the threshold was chosen by looking at the test labels, so it says how
// good a verdict could be, not how good one is. Tables name it as such, and
// Threshold must not be used to judge new pictures.
type OracleF1 struct {
	F1        float64 // 2*TP / (2*TP + FP + FN), 0 to 1
	Threshold float64 // what scores at least this is called anomalous; the highest of equally good ones
}

// BestF1 tries every distinct score as threshold and gives the best F1, looking
// at the test labels (see OracleF1).
//
// It fails with ErrOneClass where a class is absent, and on a score that is not
// finite, naming its index.
func BestF1(scores []float64, anomalous []bool) (OracleF1, error) {
	r, err := rank(scores, anomalous)
	if err != nil {
		return OracleF1{}, err
	}
	var best OracleF1
	for c := range r.cuts() {
		best.add(c, len(r.anomalous))
	}
	return best, nil
}
