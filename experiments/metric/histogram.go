package metric

import (
	"cmp"
	"fmt"
	"iter"
	"math/bits"
	"slices"
)

// DefaultBins is how many bins a [PixelHistogram] is given where nothing asks for
// more or fewer. It then takes 6 MiB.
const DefaultBins = 1 << 16

// PixelHistogram measures in memory that does not grow with the number of maps:
// it keeps how many normal and anomalous pixels, and how much of the regions, fall
// into each of a bounded number of bins. What that loses is bounded, and every
// estimate comes with its bound.
//
// A bin is an interval of float32 numbers, and no range of scores need be known
// before. All bins hold equally many float32 numbers, at first one; only bins that
// pixels fall into count, and when they become too many each is joined with its
// neighbour. So empty ranges cost nothing, few distinct scores are measured
// exactly, and the order of the maps makes no difference. A bin all of whose scores
// are equal is known to be so.
//
// Make one with [NewPixelHistogram]. A value must not be used by two goroutines at
// once.
type PixelHistogram struct {
	maps  maps
	most  int // bins
	used  int
	shift uint  // of a key to the number of its bin
	table []bin // a hash table with open addressing, a power of two long and never more than half full
	parts []float64
	spare []bin // for coarsen
}

// bin is what fell into one.
type bin struct {
	number            uint32
	only              uint32 // the key of all its pixels, mixed if there are several, 0 if it is empty
	normal, anomalous int
	overlap           float64 // see step
}

const mixed = ^uint32(0) // no score's key

// NewPixelHistogram makes an empty histogram of at most so many bins, such as
// [DefaultBins]. It panics where that is less than 2.
func NewPixelHistogram(bins int) *PixelHistogram {
	if bins < 2 {
		panic(fmt.Sprintf("metric: a histogram of %d bins", bins))
	}
	return &PixelHistogram{most: bins, table: make([]bin, 1<<bits.Len(uint(2*bins-1))), spare: make([]bin, 0, bins)}
}

// Add takes a map and its mask as [Pixels.Add] does.
func (h *PixelHistogram) Add(scores []float32, mask []uint8, width int) error {
	parts, err := h.maps.read(scores, mask, width)
	if err != nil {
		return err
	}
	h.parts = h.parts[:0]
	for _, size := range h.maps.regions.sizes {
		h.parts = append(h.parts, 1/float64(size))
	}
	for part := range parts {
		if part.region < 0 {
			for _, s := range part.scores {
				h.bin(keyOf(s)).normal++
			}
			continue
		}
		for _, s := range part.scores {
			b := h.bin(keyOf(s))
			b.anomalous++
			b.overlap += h.parts[part.region]
		}
	}
	return nil
}

// bin is the one for a key, with its place taken. It is valid until the next call.
func (h *PixelHistogram) bin(key uint32) *bin {
	for {
		b := h.place(key >> h.shift)
		switch {
		case b.only == key:
		case b.only != 0:
			b.only = mixed
		case h.used == h.most:
			h.coarsen()
			continue
		default:
			b.number, b.only = key>>h.shift, key
			h.used++
		}
		return b
	}
}

// place is where the bin of a number is, or would be. The multiplier is 2^32 over
// the golden ratio, which spreads neighbours.
func (h *PixelHistogram) place(number uint32) *bin {
	last := len(h.table) - 1
	at := int(number * 0x9e3779b1 >> (32 - bits.Len(uint(last))))
	for h.table[at].only != 0 && h.table[at].number != number {
		at = (at + 1) & last
	}
	return &h.table[at]
}

// coarsen joins each bin with its neighbour.
func (h *PixelHistogram) coarsen() {
	h.spare = h.appendBins(h.spare[:0])
	clear(h.table)
	h.shift++
	h.used = 0
	for _, o := range h.spare {
		b := h.place(o.number >> 1)
		if b.only == 0 {
			h.used++
		} else {
			o.only = mixed
		}
		*b = bin{o.number >> 1, o.only, b.normal + o.normal, b.anomalous + o.anomalous, b.overlap + o.overlap}
	}
}

// appendBins appends those that are not empty, in no order.
func (h *PixelHistogram) appendBins(to []bin) []bin {
	for _, b := range h.table {
		if b.only != 0 {
			to = append(to, b)
		}
	}
	return to
}

// binStep is the step across a bin.
type binStep struct {
	step
	before cut
	tied   bool // all its scores are equal, so that nothing is lost
}

// binSteps goes through the bins from the highest scores to the lowest. What lies
// between bins is known: every cut is one of the exact ranking's.
func (h *PixelHistogram) binSteps() iter.Seq[binStep] {
	return func(yield func(binStep) bool) {
		bins := h.appendBins(make([]bin, 0, h.used))
		slices.SortFunc(bins, func(a, b bin) int { return cmp.Compare(a.number, b.number) })
		var before cut
		for _, b := range bins {
			key := b.only
			if key == mixed { // its highest, the lowest score that could be in it
				key = min(uint32((uint64(b.number)+1)<<h.shift-1), highestKey)
			}
			after := cut{scoreOf(key), before.tp + b.anomalous, before.fp + b.normal}
			if !yield(binStep{step{after, b.overlap}, before, b.only != mixed}) {
				return
			}
			before = after
		}
	}
}

func (h *PixelHistogram) steps() iter.Seq[step] {
	return func(yield func(step) bool) {
		for s := range h.binSteps() {
			if !yield(s.step) {
				return
			}
		}
	}
}
