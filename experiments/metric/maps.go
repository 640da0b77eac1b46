package metric

import (
	"fmt"
	"iter"
)

// maps reads one map after the other and counts what it has read.
type maps struct {
	counts  PixelCounts
	regions regions // of the last mask
}

// part is a stretch of a map's scores: of a region, or normal ones.
type part struct {
	scores []float32
	region int // of this mask; -1: normal
}

// read checks a map, counts it, and gives its parts in order.
func (m *maps) read(scores []float32, mask []uint8, width int) (iter.Seq[part], error) {
	index := m.counts.Images
	switch bad := NotFinite(scores); {
	case len(scores) == 0:
		return nil, fmt.Errorf("map %d has no pixel", index)
	case width <= 0 || len(scores)%width != 0:
		return nil, fmt.Errorf("map %d has %d scores, which are not rows of %d", index, len(scores), width)
	case mask != nil && len(mask) != len(scores):
		return nil, fmt.Errorf("map %d has %d scores for the %d pixels of its mask; bring one to the other's size", index, len(scores), len(mask))
	case bad >= 0:
		return nil, fmt.Errorf("map %d is %v at column %d of row %d, and only finite scores can be ranked; look at what made it", index, scores[bad], bad%width, bad/width)
	}
	m.regions.find(mask, width)
	anomalous := 0
	for _, size := range m.regions.sizes {
		anomalous += size
	}
	m.counts.Images++
	m.counts.Regions += len(m.regions.sizes)
	m.counts.Anomalous += anomalous
	m.counts.Normal += len(scores) - anomalous
	return func(yield func(part) bool) {
		at := 0
		for _, r := range m.regions.runs {
			if r.from > at && !yield(part{scores[at:r.from], -1}) {
				return
			}
			if !yield(part{scores[r.from:r.to], r.region}) {
				return
			}
			at = r.to
		}
		if at < len(scores) {
			yield(part{scores[at:], -1})
		}
	}, nil
}
