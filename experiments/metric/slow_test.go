package metric

import (
	"math"
	"math/rand/v2"
	"slices"
)

// testMap is a map with its mask.
type testMap struct {
	Width  int
	Scores []float32
	Mask   []uint8
}

// slowMetrics measures by the definitions: every distinct score is a threshold, and
// for each every pixel and every region is looked at.
func slowMetrics(maps []testMap, limit float64) PixelMetrics {
	var m PixelMetrics
	type pixel struct {
		score  float64
		region int // -1: normal
	}
	var pixels []pixel
	var sizes []int
	var thresholds []float64
	for _, im := range maps {
		m.Images++
		mask := im.Mask
		if mask == nil {
			mask = make([]uint8, len(im.Scores))
		}
		region, more := flooded(mask, im.Width)
		for i, r := range region {
			if r >= 0 {
				r += len(sizes)
				m.Anomalous++
			} else {
				m.Normal++
			}
			score := float64(im.Scores[i]) + 0 // minus zero is zero
			pixels = append(pixels, pixel{score, r})
			thresholds = append(thresholds, score)
		}
		sizes = append(sizes, more...)
	}
	m.Regions = len(sizes)
	slices.Sort(thresholds)
	thresholds = slices.Compact(thresholds)
	slices.Reverse(thresholds)
	var fpr, tpr, pro float64 // of the threshold before
	for _, t := range thresholds {
		tp, fp := 0.0, 0.0
		found := make([]float64, len(sizes))
		for _, p := range pixels {
			switch {
			case p.score < t:
			case p.region < 0:
				fp++
			default:
				tp++
				found[p.region]++
			}
		}
		overlap := 0.0
		for r, n := range found {
			overlap += n / float64(sizes[r]) / float64(len(sizes))
		}
		x, y := fp/float64(m.Normal), tp/float64(m.Anomalous)
		m.AUROC += (x - fpr) * (y + tpr) / 2
		m.AP += (y - tpr) * tp / (tp + fp)
		if f1 := 2 * tp / (tp + fp + float64(m.Anomalous)); f1 > m.BestF1.F1+tolerance {
			m.BestF1 = OracleF1{f1, t}
		}
		if x <= limit {
			m.AUPRO += (x - fpr) * (overlap + pro) / 2
		} else if fpr < limit {
			end := pro + (overlap-pro)*(limit-fpr)/(x-fpr)
			m.AUPRO += (limit - fpr) * (pro + end) / 2
		}
		fpr, tpr, pro = x, y, overlap
	}
	m.AUPRO /= limit
	return m
}

// randomMaps are a few small maps with regions of all kinds, some without; both
// classes are there. Scores are spread, tied, or as bad for bins as can be.
func randomMaps(r *rand.Rand) []testMap {
	draw := []func(anomalous bool) float32{
		func(a bool) float32 { return float32(r.NormFloat64()) + map[bool]float32{true: 1}[a] },
		func(bool) float32 { return float32(r.IntN(4)) - 1 },
		func(bool) float32 { return float32(math.Ldexp(r.NormFloat64(), r.IntN(200)-100)) },
		// Neighbours among float32 numbers, the anomalous all above or all below.
		func(a bool) float32 { return math.Float32frombits(1<<30 + r.Uint32N(8) + map[bool]uint32{true: 8}[a]) },
		func(a bool) float32 { return math.Float32frombits(1<<30 + r.Uint32N(8) + map[bool]uint32{false: 8}[a]) },
		func(a bool) float32 { return -math.Float32frombits(1<<30 + r.Uint32N(1<<12)) },
		func(bool) float32 {
			return []float32{0, float32(math.Copysign(0, -1)), math.MaxFloat32, -math.MaxFloat32, 1}[r.IntN(5)]
		},
	}[r.IntN(7)]
	for {
		var maps []testMap
		all := map[bool]bool{}
		for range 1 + r.IntN(4) {
			m := testMap{Width: 1 + r.IntN(8)}
			share := []float64{0, 1, 0.1, 0.5, r.Float64()}[r.IntN(5)]
			for range m.Width * (1 + r.IntN(8)) {
				a := r.Float64() < share
				all[a] = true
				m.Mask = append(m.Mask, map[bool]uint8{true: 1}[a])
				m.Scores = append(m.Scores, draw(a))
			}
			if !slices.Contains(m.Mask, 1) && r.IntN(2) == 0 {
				m.Mask = nil
			}
			maps = append(maps, m)
		}
		if all[true] && all[false] {
			return maps
		}
	}
}
