package run

import (
	"errors"
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/metric"
)

// Localized is what a run's maps found, a part of its [Result]: there where a test
// picture has a mask. Metrics are of all pixels of all test pictures together, 0 to 1.
type Localized struct {
	PixelAUROC *float64 `json:"pixel_auroc,omitempty"`
	// UntrainedPixelAUROC is the same for the net before its first update.
	UntrainedPixelAUROC   *float64 `json:"untrained_pixel_auroc,omitempty"`
	PixelAveragePrecision *float64 `json:"pixel_average_precision,omitempty"`
	// AUPRO is the area under the curve of per-region overlap up to Pixels.FPRLimit.
	AUPRO *float64 `json:"aupro,omitempty"`
	// PixelOracleF1 is the best F1 over all thresholds. It looks at masks.
	PixelOracleF1 *Oracle `json:"pixel_oracle_f1,omitempty"`
	Pixels        *Pixels `json:"pixels,omitempty"`
}

// Pixels say what pixel metrics were measured on.
type Pixels struct {
	Made      []string `json:"made"`      // the keys that the maps depend on, settled, beside the training's
	Maps      string   `json:"maps"`      // windows or gradcam
	Of        string   `json:"of"`        // localize.resolution: map, or mask, each picture's own
	Size      int      `json:"size"`      // of a map
	FPRLimit  float64  `json:"fpr_limit"` // of AUPRO
	Images    int      `json:"images"`
	Regions   int      `json:"regions"`   // 8-connected
	Normal    int      `json:"normal"`    // pixels
	Anomalous int      `json:"anomalous"` // pixels
	// Bounds, where localize.bins made histograms, are how far the values may be
	// from the exact ones.
	Bounds *Bounds `json:"bounds,omitempty"`
}

// Bounds of estimates.
type Bounds struct {
	AUROC     float64 `json:"pixel_auroc"`
	Untrained float64 `json:"untrained_pixel_auroc"`
	AP        float64 `json:"pixel_average_precision"`
	AUPRO     float64 `json:"aupro"`
}

// localized measures the maps. masks are the category's; what is undefined is left
// out with a note.
func (r *Result) localized(g *grids, c *configs.Config, masks *truth) error {
	if masks.why != nil {
		what := "left out"
		if masks.before != nil {
			r.Localized, what = *masks.before, "those that were measured before"
		}
		r.Notes = append(r.Notes, fmt.Sprintf("pixel metrics are %s: %v", what, masks.why))
		return nil
	}
	r.Notes = append(r.Notes, masks.notes...)
	if masks.none() {
		return nil
	}
	trained, err := measure(g, g.Trained, c, masks)
	untrained := trained
	if err == nil && r.Steps > 0 {
		untrained, err = measure(g, g.Untrained, c, masks)
	}
	var undefined *unmeasured
	switch {
	case errors.As(err, &undefined):
		r.Notes = append(r.Notes, fmt.Sprintf("pixel metrics are left out: %v", undefined.err))
		return nil
	case err != nil:
		return err
	}
	r.Localized = found(g, c, trained, untrained)
	r.Notes = append(r.Notes, masks.emptied()...)
	return nil
}

// unmeasured is why there are no pixel metrics, which stops nothing else.
type unmeasured struct{ err error }

func (u *unmeasured) Error() string { return u.err.Error() }
func (u *unmeasured) Unwrap() error { return u.err }

// measure measures the maps of these grids; exact values have bounds of 0.
func measure(g *grids, of []float32, c *configs.Config, masks *truth) (m metric.PixelEstimates, err error) {
	if c.Localize.Bins > 0 {
		h := metric.NewPixelHistogram(c.Localize.Bins)
		if err := gather(g, of, c, masks, h.Add); err != nil {
			return m, err
		}
		m, err = h.Metrics(c.Localize.FPRLimit)
	} else {
		var exact metric.PixelMetrics
		if exact, err = exactly(g, of, c, masks); err == nil {
			m = metric.PixelEstimates{
				AUROC: metric.Estimate{Value: exact.AUROC}, AP: metric.Estimate{Value: exact.AP}, AUPRO: metric.Estimate{Value: exact.AUPRO},
				BestF1: exact.BestF1, PixelCounts: exact.PixelCounts,
			}
		}
	}
	if err != nil {
		return m, &unmeasured{err}
	}
	return m, nil
}

func exactly(g *grids, of []float32, c *configs.Config, masks *truth) (m metric.PixelMetrics, err error) {
	var p metric.Pixels
	if err := gather(g, of, c, masks, p.Add); err != nil {
		return m, err
	}
	return p.Metrics(c.Localize.FPRLimit)
}

// gather is [gatherMaps] of the maps of these grids.
func gather(g *grids, of []float32, c *configs.Config, masks *truth, add func(scores []float32, mask []uint8, width int) error) error {
	maps := newMapper(c, g.Height, g.Width)
	return gatherMaps(g.Test, maps.size, func(i int) ([]float32, error) { return maps.at(g.at(of, i)) }, masks, add)
}

func found(g *grids, c *configs.Config, trained, untrained metric.PixelEstimates) Localized {
	l := Localized{
		PixelAUROC: &trained.AUROC.Value, UntrainedPixelAUROC: &untrained.AUROC.Value,
		PixelAveragePrecision: &trained.AP.Value, AUPRO: &trained.AUPRO.Value,
		PixelOracleF1: &Oracle{trained.BestF1.F1, trained.BestF1.Threshold},
		Pixels: &Pixels{
			Made: g.Made, Maps: g.Kind, Of: c.Localize.Resolution, Size: c.Data.Size, FPRLimit: c.Localize.FPRLimit,
			Images: trained.Images, Regions: trained.Regions, Normal: trained.Normal, Anomalous: trained.Anomalous,
		},
	}
	if c.Localize.Bins > 0 {
		l.Pixels.Bounds = &Bounds{trained.AUROC.Bound, untrained.AUROC.Bound, trained.AP.Bound, trained.AUPRO.Bound}
	}
	return l
}
