package run

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/metric"
)

// Album is a run's test pictures with what was found in them, for drawing: scores
// and maps as the run has them, pictures and masks as they lie in data.root.
type Album struct {
	Result *Result
	Size   int // of pictures, masks and maps
	Range

	config *configs.Config
	grids  *grids
	maps   mapper
	truth  *truth
	rows   []scored
}

// OpenAlbum opens that of the run in dir, scored with overrides as [Evaluate] does,
// writing nothing.
func OpenAlbum(dir string, overrides []string) (*Album, error) {
	c, _, err := open(dir, overrides)
	if err != nil {
		return nil, err
	}
	c.Localize.Resolution = "map" // what is drawn has one size
	s, err := loadStored(dir, c)
	if err != nil {
		return nil, err
	}
	if s.maps == nil {
		return nil, s.noMaps
	}
	if len(s.maps.Test) == 0 {
		return nil, fmt.Errorf("the run in %s has no test pictures, so that there is nothing to draw; `cutpaste predict --maps` draws new ones", dir)
	}
	masks, err := s.truth(dir, c)
	if err != nil {
		return nil, err
	}
	results, rows, err := s.score(dir, c)
	if err != nil {
		return nil, err
	}
	a := &Album{Result: results[0], Size: c.Data.Size, config: c, grids: s.maps, maps: newMapper(c, s.maps.Height, s.maps.Width), truth: masks, rows: rows[0].test}
	if a.truth.why != nil {
		return nil, a.truth.why
	}
	if a.Result.Start, err = startOf(dir, c); err != nil {
		return nil, err
	}
	a.Result.Run = dir
	if err := a.Result.localized(s.maps, c, a.truth); err != nil {
		return nil, err
	}
	a.Range, err = a.maps.over(s.maps, s.maps.Trained)
	return a, err
}

// Len is how many test pictures there are.
func (a *Album) Len() int { return len(a.rows) }

// SamePictures says whether another run was tested on the same pictures at the same
// size.
func (a *Album) SamePictures(other *Album) bool {
	return a.Size == other.Size && a.truth.fingerprint == other.truth.fingerprint && slices.Equal(a.grids.Test, other.grids.Test)
}

// Page is test picture i and its score.
func (a *Album) Page(i int) (p Picture, score float64) { return a.rows[i].Picture, a.rows[i].Score }

// Pixels is test picture i, [Size,Size,3].
func (a *Album) Pixels(i int) ([]uint8, error) {
	path := filepath.Join(a.config.Data.Root, a.config.Data.Category, filepath.FromSlash(a.rows[i].Path))
	img, err := data.Decode(path, a.config.Data.MaxPixels)
	if err != nil {
		return nil, err
	}
	return data.Resize(img, a.Size, a.Size).Pix, nil
}

// Mask is that of test picture i, [Size,Size], or nil: of a normal picture, and of an
// anomalous one without a mask.
func (a *Album) Mask(i int) ([]uint8, error) {
	if a.truth.items[i].Mask == "" {
		return nil, nil
	}
	m, _, err := a.truth.of(i)
	if err != nil {
		return nil, err
	}
	return m.On, nil
}

// Map is that of test picture i, [Size,Size].
func (a *Album) Map(i int) ([]float32, error) {
	m, err := a.maps.at(a.grids.at(a.grids.Trained, i))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.rows[i].Path, err)
	}
	return m, nil
}

// Scores are the test pictures', and which of them are anomalous.
func (a *Album) Scores() (scores []float64, anomalous []bool) {
	for _, row := range a.rows {
		scores, anomalous = append(scores, row.Score), append(anomalous, row.Anomalous)
	}
	return scores, anomalous
}

// PixelCurves are those of all pixels, thinned to 1/n: see [metric.Pixels.PRO]. They
// are nil where the result has no pixel metrics.
func (a *Album) PixelCurves(n int) (roc []metric.Point, pro []metric.PROPoint, err error) {
	if a.Result.Pixels == nil {
		return nil, nil, nil
	}
	h := metric.NewPixelHistogram(metric.DefaultBins)
	if err := gather(a.grids, a.grids.Trained, a.config, a.truth, h.Add); err != nil {
		return nil, nil, err
	}
	if roc, err = h.ROC(n); err != nil {
		return nil, nil, err
	}
	pro, err = h.PRO(n)
	return roc, pro, err
}
