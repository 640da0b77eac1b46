package gde

import (
	"math/rand/v2"
	"testing"
)

// sample draws n rows of d correlated features.
func sample(n, d int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n*d)
	for i := range n {
		shared := r.NormFloat64()
		for j := range d {
			x[i*d+j] = float32(r.NormFloat64() + shared*float64(j%7))
		}
	}
	return x
}

// A category's usual size: 300 normal pictures to fit to, 300 to score, 512
// features of ResNet-18.
func BenchmarkFitAndScore(b *testing.B) {
	const n, d = 300, 512
	train, test := sample(n, d, 1), sample(n, d, 2)
	for b.Loop() {
		g, err := Fit(train, n, d, Options{Covariance: LedoitWolf, Normalize: true})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Mahalanobis(g, test, n); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFit(b *testing.B) {
	const n, d = 300, 512
	train := sample(n, d, 1)
	for b.Loop() {
		if _, err := Fit(train, n, d, Options{Covariance: LedoitWolf, Normalize: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScore(b *testing.B) {
	const n, d = 300, 512
	g, err := Fit(sample(n, d, 1), n, d, Options{Covariance: LedoitWolf, Normalize: true})
	if err != nil {
		b.Fatal(err)
	}
	test := sample(n, d, 2)
	for b.Loop() {
		if _, err := Mahalanobis(g, test, n); err != nil {
			b.Fatal(err)
		}
	}
}
