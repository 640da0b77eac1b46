package run

import (
	"context"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/experiments/localize"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/trainer"
)

// featureJudge goes by the features of whole pictures.
type featureJudge struct {
	*Predictor
	gaussian *gde.Gaussian
	maps     bool
}

// byFeatures makes p judge by the features of the first level. Maps are Grad-CAM's,
// for which the net needs its head.
func (p *Predictor) byFeatures(dir string, s *stored, maps bool) (err error) {
	picked, err := s.embeddings.pick(p.config.Embed.Levels[:1], dir)
	if err != nil {
		return err
	}
	f := picked[0]
	j := &featureJudge{Predictor: p, maps: maps}
	if j.gaussian, err = gde.Fit(f.Trained.Train, len(s.embeddings.Train), f.Dim, densityOptions(p.config.Density)); err != nil {
		return err
	}
	held, err := heldOut(f, p.config)
	if err != nil {
		return err
	}
	p.threshold = gde.Quantile(held, p.config.Density.Quantile)
	load := openModel
	if maps {
		load = openWhole
	}
	p.judge = j
	p.net, err = load(dir, p.config, p.numerics)
	return err
}

func (j *featureJudge) judge(ctx context.Context, p *data.Pictures) (scores []float64, maps [][]float32, err error) {
	embedded, err := trainer.Embed(ctx, []*nets.Net{j.net}, p, j.config, j.numerics, nil)
	if err != nil {
		return nil, nil, err
	}
	if scores, err = gde.Mahalanobis(j.gaussian, embedded[0][0], p.Len()); err != nil || !j.maps {
		return scores, nil, err
	}
	err = trainer.GradCAM(ctx, j.net, p, j.config, j.numerics, func(m trainer.Maps) error {
		to := newMapper(j.config, m.Height, m.Width)
		for i := range m.Len {
			one, err := to.at(m.Values[i*m.Height*m.Width:][:m.Height*m.Width])
			if err != nil {
				return err
			}
			maps = append(maps, one)
		}
		return nil
	}, nil)
	return scores, maps, err
}

// windowJudge goes by maps of windows.
type windowJudge struct {
	*Predictor
	kept   *localize.Kept
	groups int // that the Gaussians are loaded in
	maps   bool
}

// byWindows makes p judge by maps of windows.
func (p *Predictor) byWindows(dir string, g *grids, maps bool) (err error) {
	held, err := newMapper(p.config, g.Height, g.Width).heldOut(g, p.config)
	if err != nil {
		return err
	}
	p.threshold = gde.Quantile(held, p.config.Density.Quantile)
	j := &windowJudge{Predictor: p, maps: maps}
	if j.kept, j.groups, err = openKept(dir, p.config); err != nil {
		return err
	}
	p.judge = j
	p.net, err = openModel(dir, p.config, p.numerics)
	return err
}

func (j *windowJudge) judge(ctx context.Context, p *data.Pictures) (scores []float64, maps [][]float32, err error) {
	d, err := j.kept.Distances(localize.Pictures(ctx, j.net, p, j.config, j.numerics), nil)
	if err != nil {
		return nil, nil, err
	}
	to := newMapper(j.config, d.Side, d.Side)
	for i := range p.Len() {
		one, err := to.at(d.At(i))
		if err != nil {
			return nil, nil, err
		}
		score, err := localize.ImageScore(one, to.size, j.config.Localize.ImageScore, j.config.Localize.Top)
		if err != nil {
			return nil, nil, err
		}
		scores = append(scores, score)
		if j.maps {
			maps = append(maps, one)
		}
	}
	return scores, maps, nil
}
