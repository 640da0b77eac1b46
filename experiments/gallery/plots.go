package gallery

import (
	"path/filepath"

	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/pictures"
)

// curvePoints bounds the points of a pixel curve to twice as many; a plot shows no more.
const curvePoints = 500

// plots writes the curves that are defined, and the first run's scores.
func (g *Gallery) plots(to string) (files []string, err error) {
	var roc []pictures.ROCCurve
	var pro []pictures.PROCurve
	limit := 0.0 // the widest of the runs'
	for k, album := range g.albums {
		r, name := album.Result, g.figure.Maps[k].Title
		if r.ImageAUROC != nil {
			points, err := metric.ROC(album.Scores())
			if err != nil {
				return nil, err
			}
			roc = append(roc, pictures.ROCCurve{Name: "pictures, run of " + name, AUROC: *r.ImageAUROC, Points: points})
		}
		if r.Pixels != nil {
			pixels, overlap, err := album.PixelCurves(curvePoints)
			if err != nil {
				return nil, err
			}
			roc = append(roc, pictures.ROCCurve{Name: "pixels, " + name, AUROC: *r.PixelAUROC, Points: pixels})
			limit = max(limit, r.Pixels.FPRLimit)
			pro = append(pro, pictures.PROCurve{Name: name, AUPRO: *r.AUPRO, Points: overlap})
		}
	}
	write := func(name string, p *pictures.Plot, failed error) {
		if err == nil {
			err = failed
		}
		if err == nil {
			files = append(files, filepath.Join(to, name))
			err = p.Write(files[len(files)-1])
		}
	}
	if len(roc) > 0 {
		p, failed := pictures.ROC(g.title(), roc)
		write("roc.svg", p, failed)
	}
	if len(pro) > 0 {
		p, failed := pictures.PRO(g.title(), pro, limit)
		write("pro.svg", p, failed)
	}
	scores, is := g.albums[0].Scores()
	var normal, anomalous []float64
	for i, s := range scores {
		if is[i] {
			anomalous = append(anomalous, s)
		} else {
			normal = append(normal, s)
		}
	}
	p, failed := pictures.Histogram(g.title(), normal, anomalous, &g.albums[0].Result.Threshold.Value)
	write("scores.svg", p, failed)
	return files, err
}
