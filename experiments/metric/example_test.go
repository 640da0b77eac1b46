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
