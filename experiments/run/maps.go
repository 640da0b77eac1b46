package run

import (
	"fmt"
	"math"
	"slices"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/localize"
	"github.com/cutpaste/cutpaste/experiments/metric"
)

// Maps are the anomaly maps of a run's test pictures, by one model of an ensemble.
type Maps struct {
	Kind string // OfWindows or OfGradCAM

	config *configs.Config
	grids  *grids
	maps   mapper
	dir    string
}

// OpenMaps opens those of the run in dir.
func OpenMaps(dir string) (*Maps, error) {
	c, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	g, err := loadGrids(dir)
	if err != nil {
		return nil, err
	}
	return &Maps{Kind: g.Kind, config: c, grids: g, maps: newMapper(c, g.Height, g.Width), dir: dir}, nil
}

// Normal is the mean and the standard deviation over all pixels of the maps of the
// normal training pictures, each as if it were new. Grad-CAM has no such maps: ok is
// false.
func (m *Maps) Normal() (mean, deviation float64, ok bool, err error) {
	if len(m.grids.Held) == 0 {
		return 0, 0, false, nil
	}
	var sum, squares, n float64
	for i := range m.grids.Train {
		one, err := m.maps.at(m.grids.at(m.grids.Held, i))
		if err != nil {
			return 0, 0, false, fmt.Errorf("held out: %s: %w", m.grids.Train[i].Path, err)
		}
		for _, v := range one {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		n += float64(len(one))
	}
	mean = sum / n
	return mean, math.Sqrt(max(0, squares/n-mean*mean)), true, nil
}

// All are the maps of all test pictures, [M][Size*Size].
func (m *Maps) All() ([][]float32, error) {
	out := make([][]float32, len(m.grids.Test))
	for i, p := range m.grids.Test {
		var err error
		if out[i], err = m.maps.at(m.grids.at(m.grids.Trained, i)); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Path, err)
		}
	}
	return out, nil
}

// PixelMeter measures maps of the run's test pictures, whatever made them, as the run
// measures its own: exactly, at localize.resolution.
type PixelMeter struct {
	of    *Maps
	masks *truth
}

// Meter is a run's. It is nil where no test picture has a mask, and an error where the
// pictures are not there any more.
func (m *Maps) Meter() (*PixelMeter, error) {
	masks := findTruth(m.config, m.grids.Test, "")
	if masks.why != nil {
		return nil, masks.why
	}
	if masks.none() {
		return nil, nil
	}
	return &PixelMeter{m, masks}, nil
}

// Measure measures maps [M][Size*Size].
func (p *PixelMeter) Measure(maps [][]float32) (metric.PixelMetrics, error) {
	var all metric.Pixels
	g, size := p.of.grids, p.of.maps.size
	err := gatherMaps(g.Test, size, func(i int) ([]float32, error) { return maps[i], nil }, p.masks, all.Add)
	if err != nil {
		return metric.PixelMetrics{}, err
	}
	return all.Metrics(p.of.config.Localize.FPRLimit)
}

// SamePictures says whether another run's maps are of the same test pictures at the same
// size.
func (m *Maps) SamePictures(other *Maps) bool {
	return m.maps.size == other.maps.size && slices.Equal(m.grids.Test, other.grids.Test)
}

// gatherMaps adds every test picture's map [size,size] with its mask, at the size at
// which they are compared. Anomalous pictures without a mask are left out.
func gatherMaps(test []Picture, size int, at func(i int) ([]float32, error), masks *truth, add func(scores []float32, mask []uint8, width int) error) error {
	for i, p := range test {
		mask, ok, err := masks.of(i)
		if err != nil {
			return &unmeasured{err}
		}
		if !ok {
			continue
		}
		scores, err := at(i)
		if err != nil {
			return &unmeasured{fmt.Errorf("%s: %w", p.Path, err)}
		}
		if mask.W != size || mask.H != size {
			scores = localize.Resize(scores, size, size, mask.W, mask.H)
		}
		if err := add(scores, mask.On, mask.W); err != nil {
			return &unmeasured{fmt.Errorf("%s: %w", p.Path, err)}
		}
	}
	return nil
}
