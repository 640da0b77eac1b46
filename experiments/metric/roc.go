package metric

import "math"

// Point is one point of a ROC curve: the shares of normal (FPR) and of anomalous
// pictures or pixels (TPR) whose score is at least Threshold.
type Point struct {
	FPR, TPR, Threshold float64
}

// ROC is the receiver operating characteristic: a point for every distinct
// score, from the highest to the lowest, after the point (0, 0) whose threshold
// is +Inf. The last point is (1, 1).
//
// It fails with ErrOneClass where a class is absent, and on a score that is not
// finite, naming its index.
func ROC(scores []float64, anomalous []bool) ([]Point, error) {
	r, err := rank(scores, anomalous)
	if err != nil {
		return nil, err
	}
	p, n := float64(len(r.anomalous)), float64(len(r.normal))
	curve := []Point{{Threshold: math.Inf(1)}}
	for c := range r.cuts() {
		curve = append(curve, Point{FPR: float64(c.fp) / n, TPR: float64(c.tp) / p, Threshold: c.threshold})
	}
	return curve, nil
}

// AUROC is the area under the ROC curve, 0 to 1: the chance that an anomalous
// picture scores higher than a normal one, where equal scores count half.
//
// It fails with ErrOneClass where a class is absent, and on a score that is not
// finite, naming its index.
func AUROC(scores []float64, anomalous []bool) (float64, error) {
	r, err := rank(scores, anomalous)
	if err != nil {
		return 0, err
	}
	var a rocArea
	for c := range r.cuts() {
		a.add(c)
	}
	return a.value(), nil
}
