package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/trainer"
)

// Verdict is what a trained run says of one new picture.
type Verdict struct {
	Path      string
	Score     float64 // Mahalanobis distance from the normal training pictures
	Threshold float64 // from normal pictures alone
	Anomalous bool    // Score > Threshold
	Err       error   // why the picture could not be judged
}

// Predictor judges new pictures with a trained run. Free it when done.
type Predictor struct {
	config    *configs.Config
	numerics  trainer.Numerics
	net       *nets.Net
	gaussian  *gde.Gaussian
	threshold float64
}

// OpenPredictor loads the model of the run in dir and fits its density to the
// stored features of the first level. Overrides may change keys that do not
// change the training, such as density.quantile, embed.levels or device.
func OpenPredictor(dir string, overrides []string) (*Predictor, error) {
	c, _, err := open(dir, overrides)
	if err != nil {
		return nil, err
	}
	e, err := loadEmbeddings(dir)
	if err != nil {
		return nil, err
	}
	c.Embed.Levels = c.Embed.Levels[:1]
	picked, err := e.pick(c.Embed.Levels, dir)
	if err != nil {
		return nil, err
	}
	f := picked[0]
	p := &Predictor{config: c}
	if p.gaussian, err = gde.Fit(f.Trained.Train, len(e.Train), f.Dim, densityOptions(c.Density)); err != nil {
		return nil, err
	}
	if p.threshold, err = normalThreshold(f, c); err != nil {
		return nil, err
	}
	if p.numerics, err = trainer.Settle(c); err != nil {
		return nil, err
	}
	before, err := readMeta(dir)
	if err != nil {
		return nil, err
	}
	if before != nil {
		p.numerics = p.numerics.As(before.Numerics)
	}
	if p.net, err = openModel(dir, c, p.numerics); err != nil {
		return nil, err
	}
	return p, nil
}

// Free frees the net.
func (p *Predictor) Free() { trainer.Free(p.net) }

// Files lists the pictures to judge: files as they are, folders by the pictures
// in them. A path that does not exist is an error.
func Files(paths []string) ([]string, error) {
	var out []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s does not exist; give picture files or folders of them", path)
		}
		if err != nil {
			return nil, err
		}
		if !info.IsDir() && !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is neither a file nor a folder; give picture files or folders of them", path)
		}
		if !info.IsDir() {
			out = append(out, path)
			continue
		}
		items, err := data.Folder(path)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			out = append(out, it.Path)
		}
	}
	return out, nil
}

// predictBatch is how many pictures are decoded and embedded together.
const predictBatch = 32

// Predict judges the files in order and hands each verdict out as soon as it is
// there. A file that cannot be read has an Err in its verdict, and the rest
// goes on. While a batch is embedded, the next one is decoded.
func (p *Predictor) Predict(ctx context.Context, files []string, each func(Verdict)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan batch)
	go func() {
		defer close(batches)
		for from := 0; from < len(files); from += predictBatch {
			select {
			case batches <- p.decode(files[from:min(from+predictBatch, len(files))]):
			case <-ctx.Done():
				return
			}
		}
	}()
	for b := range batches {
		embedded, err := trainer.Embed(ctx, []*nets.Net{p.net}, b.pictures, p.config, p.numerics, nil)
		if err != nil {
			return err
		}
		scores, err := gde.Mahalanobis(p.gaussian, embedded[0][0], b.pictures.Len())
		if err != nil {
			return err
		}
		next := 0
		for _, v := range b.verdicts {
			if v.Err == nil {
				v.Score = scores[next]
				v.Anomalous = v.Score > v.Threshold
				next++
			}
			each(v)
		}
	}
	return context.Cause(ctx)
}

// batch is decoded pictures: those that could be read, in order, and a verdict
// for every file that has yet to get its score.
type batch struct {
	pictures *data.Pictures
	verdicts []Verdict
}

// decode reads a batch on all cores.
func (p *Predictor) decode(files []string) batch {
	c := p.config.Data
	decoded := make([]*data.Image, len(files))
	verdicts := make([]Verdict, len(files))
	var wait sync.WaitGroup
	for i, path := range files {
		verdicts[i] = Verdict{Path: path, Threshold: p.threshold}
		wait.Go(func() {
			img, err := data.Decode(path, c.MaxPixels)
			if err != nil {
				verdicts[i].Err = err
				return
			}
			decoded[i] = data.Resize(img, c.Size, c.Size)
		})
	}
	wait.Wait()
	out := &data.Pictures{Size: c.Size}
	for i, img := range decoded {
		if img != nil {
			out.Items = append(out.Items, data.Item{Path: files[i], Rel: files[i]})
			out.Pix = append(out.Pix, img.Pix...)
		}
	}
	return batch{out, verdicts}
}
