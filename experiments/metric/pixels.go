package metric

import (
	"fmt"
	"iter"
)

// DefaultFPRLimit is how far AUPRO looks by default: up to three false alarms in
// ten normal pixels, as in MVTec AD's published evaluation.
const DefaultFPRLimit = 0.3

// PixelMetrics says how well anomaly maps tell anomalous pixels from normal ones.
// All pixels of all maps are ranked together, so that a picture with many
// anomalous pixels counts for much in AUROC and AP, while in AUPRO every region
// counts alike.
type PixelMetrics struct {
	// AUROC is the chance that an anomalous pixel scores higher than a normal
	// one, where equal scores count half.
	AUROC float64
	// AP is the average precision as scikit-learn defines it (see
	// [AveragePrecision]).
	AP float64
	// AUPRO is the area under the curve of per-region overlap (Bergmann et al.,
	// Uninformed Students, CVPR 2020; The MVTec Anomaly Detection Dataset, IJCV
	// 2021). At a threshold a region's overlap is the share of its pixels that
	// score at least as high, and PRO is the mean of all regions'; FPR is the
	// share of the normal pixels, of normal and of anomalous pictures, that do.
	// The area of PRO over FPR up to a limit is divided by the limit and so lies
	// in [0, 1]. As in MVTec's published evaluation it is one of trapezoids
	// between the distinct scores, with a straight line to the limit itself.
	// Maps of chance get limit/2. It depends on the size at which masks and maps
	// are compared: resizing a mask can join regions or lose them.
	AUPRO float64
	// BestF1 is an oracle's: see [OracleF1].
	BestF1 OracleF1
	PixelCounts
}

// PixelCounts is what metrics of pixels were measured on.
type PixelCounts struct {
	Images            int // maps
	Regions           int // 8-connected components of all masks
	Normal, Anomalous int // pixels
}

// oneClass is ErrOneClass with its reason, or nil.
func (c PixelCounts) oneClass() error {
	switch {
	case c.Images == 0:
		return fmt.Errorf("%w: there is no map at all", ErrOneClass)
	case c.Anomalous == 0:
		return fmt.Errorf("%w: none of the %d pixels is anomalous", ErrOneClass, c.Normal)
	case c.Normal == 0:
		return fmt.Errorf("%w: none of the %d pixels is normal", ErrOneClass, c.Anomalous)
	}
	return nil
}

// Pixels measures exactly: it keeps every score until the end, in 4 bytes for a
// normal pixel and 8 for an anomalous one, and sorts them once, which takes as
// much again for that time. Equal scores are one threshold. Where that is too
// much, [PixelHistogram] keeps its size.
//
// The zero value is ready for [Pixels.Add]. A value must not be used by two
// goroutines at once.
type Pixels struct {
	maps      maps
	normal    blocks[uint32] // keys
	anomalous blocks[uint64] // key<<32 + the place in parts
	parts     []float64      // what a pixel of each region adds to its overlap: one over its size
	sorted    bool
}

// Add takes a map of rows of this width, and its mask: a byte for each score, zero
// where the pixel is normal. It keeps neither slice. A nil mask is that of a normal
// picture. So is one of zeros, also of a picture that is called anomalous: all its
// pixels are normal, and it adds no region to PRO. Maps may differ in size.
//
// It fails, and takes nothing, where a score is not finite, naming the map (the
// first is 0) and the pixel, and where sizes do not fit.
func (p *Pixels) Add(scores []float32, mask []uint8, width int) error {
	first := p.maps.counts.Regions
	parts, err := p.maps.read(scores, mask, width)
	if err != nil {
		return err
	}
	p.sorted = false
	for _, size := range p.maps.regions.sizes {
		p.parts = append(p.parts, 1/float64(size))
	}
	for part := range parts {
		scores := part.scores
		for len(scores) > 0 && part.region < 0 {
			room := p.normal.room()
			n := min(len(room), len(scores))
			for i, s := range scores[:n] {
				room[i] = keyOf(s)
			}
			p.normal.n += n
			scores = scores[n:]
		}
		for len(scores) > 0 {
			room := p.anomalous.room()
			n := min(len(room), len(scores))
			for i, s := range scores[:n] {
				room[i] = uint64(keyOf(s))<<32 | uint64(first+part.region)
			}
			p.anomalous.n += n
			scores = scores[n:]
		}
	}
	return nil
}

// Metrics measures what was added so far; more may be added afterwards. AUPRO
// looks at false-positive rates up to limit, in (0, 1]: see [DefaultFPRLimit].
//
// It fails with [ErrOneClass] where no pixel is anomalous or none is normal.
func (p *Pixels) Metrics(limit float64) (PixelMetrics, error) {
	m := PixelMetrics{PixelCounts: p.maps.counts}
	if err := checkLimit(limit); err != nil {
		return PixelMetrics{}, err
	}
	if err := m.oneClass(); err != nil {
		return PixelMetrics{}, err
	}
	var roc rocArea
	var precision precisionSum
	pro := proArea{limit: limit, normal: float64(m.Normal)}
	for s := range p.steps() {
		roc.add(s.cut)
		precision.add(s.cut)
		m.BestF1.add(s.cut, m.Anomalous)
		pro.add(s)
	}
	m.AUROC, m.AP, m.AUPRO = roc.value(), precision.value(), pro.share(pro.sum, m.Regions)
	return m, nil
}

func checkLimit(limit float64) error {
	if !(limit > 0 && limit <= 1) { // and not NaN
		return fmt.Errorf("AUPRO up to a false-positive rate of %v is not defined; take one above 0 and at most 1", limit)
	}
	return nil
}

// step is a cut with the overlap that the pixels since the cut before it add, over
// all regions: the PRO curve rises by its share of their number.
type step struct {
	cut
	overlap float64
}

// steps goes through the distinct scores of anomalous pixels from the highest to
// the lowest, all normal pixels between two of them as one step.
func (p *Pixels) steps() iter.Seq[step] {
	if !p.sorted {
		p.normal.sort(0)
		p.anomalous.sort(32)
		p.sorted = true
	}
	return func(yield func(step) bool) {
		tp, fp := 0, 0
		for tp < p.anomalous.n {
			key := uint32(p.anomalous.at(tp) >> 32)
			before := fp
			for fp < p.normal.n && p.normal.at(fp) < key {
				fp++
			}
			if fp > before && !yield(step{cut: cut{scoreOf(p.normal.at(fp - 1)), tp, fp}}) {
				return
			}
			overlap := 0.0
			for tp < p.anomalous.n && uint32(p.anomalous.at(tp)>>32) == key {
				overlap += p.parts[uint32(p.anomalous.at(tp))]
				tp++
			}
			for fp < p.normal.n && p.normal.at(fp) == key {
				fp++
			}
			if !yield(step{cut{scoreOf(key), tp, fp}, overlap}) {
				return
			}
		}
		if fp < p.normal.n {
			yield(step{cut: cut{scoreOf(p.normal.at(p.normal.n - 1)), tp, p.normal.n}})
		}
	}
}
