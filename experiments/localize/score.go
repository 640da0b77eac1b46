package localize

import (
	"fmt"
	"slices"

	"github.com/cutpaste/cutpaste/experiments/metric"
)

// ImageScore is the score of a picture whose map is m: the largest of its scores
// (how is max; paper figure 1), or the mean of the top largest (how is top), of
// all where there are fewer.
//
// It fails on a score that is not finite, naming its pixel, and on a map without
// any.
func ImageScore(m []float32, width int, how string, top int) (float64, error) {
	if len(m) == 0 {
		return 0, fmt.Errorf("a map without pixels has no score")
	}
	if i := metric.NotFinite(m); i >= 0 {
		return 0, fmt.Errorf("the map is %v at column %d of row %d, so that its picture has no score; look at what made it", m[i], i%width, i/width)
	}
	if how == "max" {
		return float64(slices.Max(m)), nil
	}
	sum, largest := 0.0, largest(m, top)
	for _, v := range largest {
		sum += float64(v)
	}
	return sum / float64(len(largest)), nil
}

// largest are the k largest values, in no order: a heap of them with its smallest
// at the root, which most values do not get past.
func largest(values []float32, k int) []float32 {
	if k >= len(values) {
		return values
	}
	heap := slices.Clone(values[:k])
	sink := func(i int) {
		for {
			child := 2*i + 1
			if child >= k {
				return
			}
			if child+1 < k && heap[child+1] < heap[child] {
				child++
			}
			if heap[i] <= heap[child] {
				return
			}
			heap[i], heap[child] = heap[child], heap[i]
			i = child
		}
	}
	for i := k/2 - 1; i >= 0; i-- {
		sink(i)
	}
	for _, v := range values[k:] {
		if v > heap[0] {
			heap[0] = v
			sink(0)
		}
	}
	return heap
}
