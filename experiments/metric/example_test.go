package metric_test

import (
	"errors"
	"fmt"

	"github.com/cutpaste/cutpaste/experiments/metric"
)

func ExampleAUROC() {
	scores := []float64{0.1, 0.4, 0.4, 0.8}
	anomalous := []bool{false, false, true, true}
	// Of the four pairs three are in order and one is tied.
	auroc, _ := metric.AUROC(scores, anomalous)
	fmt.Println(auroc)

	_, err := metric.AUROC(scores, make([]bool, 4))
	fmt.Println(errors.Is(err, metric.ErrOneClass), err)
	// Output:
	// 0.875
	// true the metric is undefined: none of the 4 pictures is anomalous
}

func ExampleAveragePrecision() {
	// scikit-learn's own example: precision 1 at recall 1/2, 2/3 at recall 1.
	ap, _ := metric.AveragePrecision([]float64{0.1, 0.4, 0.35, 0.8}, []bool{false, false, true, true})
	fmt.Printf("%.2f\n", ap)
	// Output: 0.83
}

func ExampleBestF1() {
	best, _ := metric.BestF1([]float64{0.1, 0.4, 0.35, 0.8}, []bool{false, false, true, true})
	fmt.Printf("%.1f at %.2f, chosen by looking at the labels\n", best.F1, best.Threshold)
	// Output: 0.8 at 0.35, chosen by looking at the labels
}

func ExampleBootstrapAUROC() {
	// Two seeds of a method on the same ten pictures.
	scores := [][]float64{
		{0.1, 0.2, 0.4, 0.6, 0.3, 0.5, 0.7, 0.8, 0.9, 0.6},
		{0.2, 0.1, 0.5, 0.3, 0.4, 0.2, 0.6, 0.9, 0.7, 0.8},
	}
	anomalous := []bool{false, false, false, false, false, true, true, true, true, true}
	lo, hi, _ := metric.BootstrapAUROC(scores, anomalous, 1000, 0.95, 1)
	fmt.Printf("95 %% of resamples lie in %.2f to %.2f\n", lo, hi)
	// Output: 95 % of resamples lie in 0.70 to 1.00
}

func ExampleDeLong() {
	anomalous := []bool{true, true, true, false, false, false}
	one, other := []float64{9, 7, 4, 6, 2, 1}, []float64{9, 8, 7, 3, 2, 1}
	c, _ := metric.DeLong(one, other, anomalous)
	fmt.Printf("%.3f and %.3f: z %.2f, p %.2f\n", c.AUROC[0], c.AUROC[1], c.Z, c.P)

	_, err := metric.DeLong(other, other, anomalous)
	fmt.Println(errors.Is(err, metric.ErrNoVariance), err)
	// Output:
	// 0.889 and 1.000: z -0.71, p 0.48
	// true the difference cannot be tested: it is 0 for each picture alone, and so has no variance
}

func ExampleCount() {
	// Two methods on three categories; half a point is no difference.
	t, _ := metric.Count([]metric.Pair{
		{One: 0.981, Other: 0.964, Spread: 0.005},
		{One: 0.912, Other: 0.915, Spread: 0.005},
		{One: 0.873, Other: 0.902, Spread: 0.005},
	})
	fmt.Println(t, "wins:", t.Wins)
	// Output: 1-1-1 wins: 1
}

func ExampleROC() {
	curve, _ := metric.ROC([]float64{0.1, 0.4, 0.4, 0.8}, []bool{false, false, true, true})
	for _, p := range curve {
		fmt.Println(p.FPR, p.TPR, p.Threshold)
	}
	// Output:
	// 0 0 +Inf
	// 0 0.5 0.8
	// 0.5 1 0.4
	// 1 1 0.1
}

func ExamplePixels() {
	var p metric.Pixels
	// A normal picture of 2 x 2, and one with two regions that touch at no corner.
	_ = p.Add([]float32{0, 1, 2, 1}, nil, 2)
	_ = p.Add([]float32{8, 0, 3, 1, 0, 1}, []uint8{1, 0, 1, 1, 0, 1}, 3)
	m, _ := p.Metrics(metric.DefaultFPRLimit)
	fmt.Printf("AUROC %.3f, AP %.3f, AUPRO %.3f of %d regions\n", m.AUROC, m.AP, m.AUPRO, m.Regions)

	curve, _ := p.PRO(100)
	for _, at := range curve {
		fmt.Printf("%.2f %.2f %v\n", at.FPR, at.PRO, at.Threshold)
	}
	// Output:
	// AUROC 0.833, AP 0.786, AUPRO 0.544 of 2 regions
	// 0.00 0.00 +Inf
	// 0.00 0.25 8
	// 0.00 0.50 3
	// 0.17 0.50 2
	// 0.50 1.00 1
	// 1.00 1.00 0
}

func ExamplePixelHistogram() {
	h := metric.NewPixelHistogram(1024)
	for i := range 1000 { // as many maps as there are: they are not kept
		scores := make([]float32, 64*64)
		mask := make([]uint8, len(scores))
		for j := range scores {
			mask[j] = uint8(j % 64 / 60) // a stripe at the right
			scores[j] = float32((i+j)%4093) + 2000*float32(mask[j])
		}
		_ = h.Add(scores, mask, 64)
	}
	m, _ := h.Metrics(metric.DefaultFPRLimit)
	fmt.Println("AUROC", m.AUROC)
	fmt.Println("AUPRO", m.AUPRO)
	// Output:
	// AUROC 0.8691 ± 0.0010
	// AUPRO 0.638 ± 0.003
}
