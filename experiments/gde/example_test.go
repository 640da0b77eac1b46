package gde_test

import (
	"errors"
	"fmt"

	"github.com/cutpaste/cutpaste/experiments/gde"
)

func ExampleFit() {
	// Six embeddings of two features: a cross around (1, 2), four times wider than
	// high.
	normal := []float32{-3, 2, 5, 2, 1, 1, 1, 3, 1, 2, 1, 2}
	g, err := gde.Fit(normal, 6, 2, gde.Options{Covariance: gde.Ridge, Ridge: 0.01})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Four to the right is as far as one up, and the mean is at 0.
	d, _ := gde.Mahalanobis(g, []float32{5, 2, 1, 3, 1, 2}, 3)
	fmt.Printf("%.2f %.2f %.2f\n", d[0], d[1], d[2])

	_, err = gde.Fit(normal[:4], 2, 2, gde.Options{Covariance: gde.Empirical})
	fmt.Println(errors.Is(err, gde.ErrSingular))
	// Output:
	// 1.73 1.71 0.00
	// true
}
