package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/trainer"
)

// Verdict is what a trained run says of one new picture.
type Verdict struct {
	Path      string
	Score     float64 // distance from the normal training pictures; of the patch model, its map's
	Threshold float64 // from normal pictures alone
	Anomalous bool    // Score > Threshold
	Seconds   float64 // to read the picture, and its share of what scoring its batch took
	Err       error   // why the picture could not be judged

	// Picture is [S,S,3] and Map is [S,S], with S data.size: what the score, or
	// Grad-CAM, has to say of where. Both only where maps are asked for.
	Picture []uint8
	Map     []float32
}

// Predictor judges new pictures with a trained run. Free it when done.
type Predictor struct {
	config    *configs.Config
	numerics  trainer.Numerics
	net       *nets.Net
	threshold float64
	judge     judge
	ofRun     Range
}

// judge scores pictures, and makes maps [S,S] of them where they are asked for.
type judge interface {
	judge(ctx context.Context, p *data.Pictures) (scores []float64, maps [][]float32, err error)
}

// OpenPredictor loads the model of the run in dir and its density: for the model of
// whole pictures it is fitted to the stored features of the first level, for the patch
// model it is the Gaussians that the run has kept. With maps every verdict has one:
// windows' or, of the model of whole pictures, Grad-CAM's. Overrides may change keys
// that do not change the training, such as density.quantile, embed.levels or device.
func OpenPredictor(dir string, overrides []string, maps bool) (*Predictor, error) {
	c, _, err := open(dir, overrides)
	if err != nil {
		return nil, err
	}
	if !patch(c) {
		c.Embed.Levels = c.Embed.Levels[:1]
	}
	s, err := loadStored(dir, c)
	if err != nil {
		return nil, err
	}
	p := &Predictor{config: c}
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
	if maps && s.maps == nil {
		return nil, s.noMaps
	}
	if patch(c) {
		err = p.byWindows(dir, s.maps, maps)
	} else {
		err = p.byFeatures(dir, s, maps)
	}
	if err != nil {
		return nil, err
	}
	if maps && len(s.maps.Test) > 0 {
		p.ofRun, err = newMapper(c, s.maps.Height, s.maps.Width).over(s.maps, s.maps.Trained)
	}
	return p, err
}

// Free frees the net and what else is on the device.
func (p *Predictor) Free() {
	trainer.Free(p.net)
	if w, ok := p.judge.(*windowJudge); ok {
		// Freeing cannot be refused.
		_ = w.kept.Close()
	}
}

// Size is the width and height of the maps.
func (p *Predictor) Size() int { return p.config.Data.Size }

// Range is what the maps of the run's own test pictures score, to give new ones the
// same colours; ok is false where there are none.
func (p *Predictor) Range() (r Range, ok bool) { return p.ofRun, p.ofRun != Range{} }

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

// predictBatch is how many pictures are decoded and embedded together. Gaussians that
// memory holds a part of at a time are read again for every batch: their batches are
// as many times larger.
const predictBatch = 32

func (p *Predictor) batch() int {
	if w, ok := p.judge.(*windowJudge); ok && w.groups > 1 {
		return 16 * predictBatch
	}
	return predictBatch
}

// Predict judges the files in order and hands each verdict out as soon as it is
// there. A file that cannot be read has an Err in its verdict, and the rest
// goes on. While a batch is embedded, the next one is decoded.
func (p *Predictor) Predict(ctx context.Context, files []string, each func(Verdict)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan batch)
	go func() {
		defer close(batches)
		batch := p.batch()
		for from := 0; from < len(files); from += batch {
			select {
			case batches <- p.decode(files[from:min(from+batch, len(files))]):
			case <-ctx.Done():
				return
			}
		}
	}()
	for b := range batches {
		began := time.Now()
		scores, maps, err := p.judge.judge(ctx, b.pictures)
		if err != nil {
			return err
		}
		share := time.Since(began).Seconds() / float64(max(1, b.pictures.Len()))
		next := 0
		for _, v := range b.verdicts {
			if v.Err == nil {
				v.Score = scores[next]
				v.Anomalous = v.Score > v.Threshold
				v.Seconds += share
				if maps != nil {
					v.Picture, v.Map = b.pictures.At(next), maps[next]
				}
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
			began := time.Now()
			defer func() { verdicts[i].Seconds = time.Since(began).Seconds() }()
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
