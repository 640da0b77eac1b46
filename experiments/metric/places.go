package metric

import (
	"cmp"
	"slices"
	"sort"
)

// split divides the indices of pictures by their labels, in their order.
func split(anomalous []bool) (abnormal, normal []int32) {
	for i, a := range anomalous {
		if a {
			abnormal = append(abnormal, int32(i))
		} else {
			normal = append(normal, int32(i))
		}
	}
	return abnormal, normal
}

// places is where the anomalous pictures of a model stand among its normal ones.
// Pictures are numbered within their class from here on, so that what is drawn of
// each class can be counted once for all models.
//
// This is all that an AUROC depends on: the sum over anomalous pictures of the
// normal ones below, those of equal score at half.
type places struct {
	order       []int32 // normal pictures by ascending score
	below, upTo []int32 // for each anomalous picture, how many of order score less, and no more
}

// place needs scores that check has passed.
func place(scores []float64, abnormal, normal []int32) places {
	p := places{make([]int32, len(normal)), make([]int32, len(abnormal)), make([]int32, len(abnormal))}
	for i := range p.order {
		p.order[i] = int32(i)
	}
	slices.SortFunc(p.order, func(a, b int32) int { return cmp.Compare(scores[normal[a]], scores[normal[b]]) })
	for i, at := range abnormal {
		s := scores[at]
		p.below[i] = int32(sort.Search(len(p.order), func(k int) bool { return scores[normal[p.order[k]]] >= s }))
		p.upTo[i] = int32(sort.Search(len(p.order), func(k int) bool { return scores[normal[p.order[k]]] > s }))
	}
	return p
}

// halves is twice the number of pairs in order, ties at half, where the anomalous
// and the normal picture i are there so many times. before has one place more than
// there are normal pictures, and is written over.
func (p places) halves(abnormal, normal, before []int32) int64 {
	sum := int32(0)
	before = before[:len(p.order)+1]
	for k, i := range p.order {
		before[k] = sum
		sum += normal[i]
	}
	before[len(p.order)] = sum
	total := int64(0)
	below, upTo := p.below, p.upTo[:len(p.below)]
	for i, times := range abnormal[:len(below)] {
		total += int64(times) * int64(before[below[i]]+before[upTo[i]])
	}
	return total
}
