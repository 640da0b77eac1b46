package metric

import "gonum.org/v1/gonum/stat"

// OverSeeds is the mean of a metric over seeds and the standard error of that mean, as
// the paper reports (4.1). The mean of none is NaN, and so is the error of fewer than
// two.
func OverSeeds(values []float64) (mean, stderr float64) {
	mean, deviation := stat.MeanStdDev(values, nil)
	return mean, stat.StdErr(deviation, float64(len(values)))
}
