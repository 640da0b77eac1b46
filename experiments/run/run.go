package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// Train does the whole job: train or resume, take embeddings, score. A run that
// is complete already is not trained again; only its scoring is done anew with
// the density of c. The result is also in the run folder.
//
// A cancelled ctx ends it with a saved checkpoint and an error that wraps
// [trainer.ErrInterrupted] or context.Canceled.
func Train(ctx context.Context, c *configs.Config, p Progress) (*Result, error) {
	began := time.Now()
	category, err := data.Open(c.Data.Root, c.Data.Category)
	if err != nil {
		return nil, err
	}
	if err := enough(category, c); err != nil {
		return nil, err
	}
	for _, note := range category.Notes {
		p.Note(note)
	}
	anomalous := func(it data.Item) bool { return it.Anomalous }
	if len(category.Test) > 0 && !slices.ContainsFunc(category.Test, anomalous) {
		p.Note("there is no anomalous test picture: AUROC will be left out")
	}
	numerics, err := trainer.Settle(c)
	if err != nil {
		return nil, err
	}
	if err := tryWeights(c, numerics); err != nil {
		return nil, err
	}
	dir, release, err := claim(c)
	if err != nil {
		return nil, err
	}
	defer release()
	fingerprint, err := category.Fingerprint()
	if err != nil {
		return nil, err
	}
	before, err := begun(dir, fingerprint)
	if err != nil {
		return nil, err
	}

	e := complete(dir)
	if e != nil {
		p.Note(fmt.Sprintf("%s is trained already; its stored embeddings are scored", dir))
	} else {
		m := newMeta(fingerprint, numerics)
		if before != nil {
			m.computeAs(before)
		} else if err := m.calibrate(ctx, c, p); err != nil {
			return nil, err
		}
		j := job{c, m.Numerics, category, dir, m, p}
		if e, err = j.do(ctx); err != nil {
			return nil, err
		}
	}
	return rescore(e, dir, c, began)
}

// enough refuses a training set that the density could not be fitted to, before
// anything is trained.
func enough(category *data.Category, c *configs.Config) error {
	err := gde.Enough(len(category.Train), nets.Dimension(c.Net), densityOptions(c.Density), c.Density.Folds)
	if errors.Is(err, gde.ErrSingular) {
		return &configs.Error{Key: "density.covariance", Msg: fmt.Sprintf("category %s: %v", category.Name, err)}
	}
	if err != nil {
		return fmt.Errorf("category %s: %w", category.Name, err)
	}
	return nil
}

// complete is the embeddings of a run that has all that scoring and predicting
// need, or nil. They are written last. A file that was lost or damaged since is
// made again, from the last checkpoint.
func complete(dir string) *embeddings {
	if _, err := os.Stat(filepath.Join(dir, modelFile)); err != nil {
		return nil
	}
	e, err := loadEmbeddings(dir)
	if err != nil {
		return nil
	}
	return e
}

// tryWeights refuses starting weights that cannot be used before a run folder is
// made for them.
func tryWeights(c *configs.Config, n trainer.Numerics) error {
	if c.Net.Weights == "" || complete(Folder(c)) != nil {
		return nil
	}
	net, err := trainer.Start(c, n)
	if err != nil {
		return &configs.Error{Key: "net.weights", Msg: fmt.Sprintf("%v; give a .safetensors file with torchvision's names, such as the model.safetensors of a run", err)}
	}
	trainer.Free(net)
	return nil
}

// rescore scores a run's embeddings into the folder to, which gets the
// configuration too. If the scores cannot be had, nothing is changed.
func rescore(e *embeddings, to string, c *configs.Config, began time.Time) (*Result, error) {
	r, rows, err := score(e, c)
	if err != nil {
		return nil, fmt.Errorf("category %s: %w", c.Data.Category, err)
	}
	if err := os.MkdirAll(to, 0o777); err != nil {
		return nil, err
	}
	if err := write(to, configFile, c.YAML()); err != nil {
		return nil, err
	}
	r.Run, r.Seconds = to, time.Since(began).Seconds()
	return r, r.save(to, rows)
}

// job is a run that has yet to be trained.
type job struct {
	config   *configs.Config
	numerics trainer.Numerics
	category *data.Category
	dir      string
	meta     *meta
	progress Progress
}

// do trains and takes the embeddings, which it also stores.
func (j job) do(ctx context.Context) (*embeddings, error) {
	if err := j.meta.save(j.dir); err != nil {
		return nil, err
	}
	normal, err := j.load(ctx, j.category.Train)
	if err != nil {
		return nil, err
	}
	net, err := j.train(ctx, normal)
	if err != nil {
		return nil, err
	}
	defer trainer.Free(net)
	untrained, err := trainer.Start(j.config, j.numerics)
	if err != nil {
		return nil, err
	}
	defer trainer.Free(untrained)
	e, err := j.embed(ctx, net, untrained, normal)
	if err != nil {
		return nil, err
	}
	if err := j.meta.save(j.dir); err != nil {
		return nil, err
	}
	return e, e.save(j.dir)
}

// load loads the normal pictures.
func (j job) load(ctx context.Context, items []data.Item) (*data.Pictures, error) {
	defer j.meta.time("load pictures", time.Now())
	task := j.progress.Task("reading normal pictures", len(items), "pictures")
	defer task.Done()
	return j.all(data.Arrive(ctx, items, loadOptions(j.config, func(done, _ int) { task.Set(done, "") })))
}

// all waits for pictures that are being loaded.
func (j job) all(a *data.Arriving) (*data.Pictures, error) {
	pictures, err := a.All()
	if err != nil {
		return nil, fmt.Errorf("category %s: %w", j.category.Name, err)
	}
	for _, note := range pictures.Notes {
		j.progress.Note(note)
	}
	return pictures, nil
}

func loadOptions(c *configs.Config, progress func(done, total int)) data.LoadOptions {
	return data.LoadOptions{
		Size: c.Data.Size, Workers: c.Data.Workers, MaxPixels: c.Data.MaxPixels, Cache: c.Data.Cache,
		Progress: progress,
	}
}

// train trains, or takes a model that was trained before the run was cut off,
// and keeps it as model.safetensors.
func (j job) train(ctx context.Context, normal *data.Pictures) (*nets.Net, error) {
	defer j.meta.time("train", time.Now())
	c := j.config
	task := j.progress.Task("training "+c.Data.Category, c.Train.Steps, "updates")
	defer task.Done()
	net, err := trainer.Job{
		Config: c, Numerics: j.numerics, Pictures: normal, Dir: j.dir,
		Progress: func(update int, s *trainer.Status) { task.Set(update, describe(s)) },
	}.Train(ctx)
	if err != nil {
		return nil, fmt.Errorf("category %s: %w", c.Data.Category, err)
	}
	var state []safetensors.Tensor
	err = torch.Do(func() error { state = net.State(); return nil })
	if err == nil {
		err = safetensors.Write(filepath.Join(j.dir, modelFile), state, map[string]string{"net": c.Net.Name})
	}
	if err != nil {
		trainer.Free(net)
		return nil, err
	}
	return net, nil
}

func describe(s *trainer.Status) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("loss %.3f, accuracy %.2f, %.0f images/s, waiting for data %.0f %%",
		s.Loss, s.Accuracy, s.ImagesPerSecond, 100*s.DataWait)
}

// embed takes the embeddings of all pictures, with the trained net and with the
// untrained one. Test pictures are decoded meanwhile.
func (j job) embed(ctx context.Context, net, untrained *nets.Net, normal *data.Pictures) (*embeddings, error) {
	defer j.meta.time("embeddings", time.Now())
	// Whatever happens, the loading has ended when this returns.
	loading, stop := context.WithCancel(ctx)
	test := data.Arrive(loading, j.category.Test, loadOptions(j.config, nil))
	defer func() { _, _ = test.All() }()
	defer stop()

	task := j.progress.Task("embeddings, trained and untrained", normal.Len()+test.Len(), "pictures")
	defer task.Done()
	both := []*nets.Net{net, untrained}
	ofNormal, err := trainer.Embed(ctx, both, normal, j.config, j.numerics, func(done, _ int) { task.Set(done, "") })
	if err != nil {
		return nil, err
	}
	ofTest, err := trainer.Embed(ctx, both, test, j.config, j.numerics, func(done, _ int) { task.Set(normal.Len()+done, "") })
	if err != nil {
		return nil, fmt.Errorf("category %s: %w", j.category.Name, err)
	}
	if _, err := j.all(test); err != nil {
		return nil, err
	}
	return &embeddings{
		Dim: net.Dimension(), Train: picturesOf(normal.Items), Test: picturesOf(j.category.Test),
		Trained:   features{Train: ofNormal[0], Test: ofTest[0]},
		Untrained: features{Train: ofNormal[1], Test: ofTest[1]},
	}, nil
}

// open reads the configuration of a run that is there, with the overrides and as
// it stands.
func open(dir string, overrides []string) (c, before *configs.Config, err error) {
	path := filepath.Join(dir, configFile)
	before, err = readConfig(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &configs.Error{Source: dir, Msg: "this is not a run folder (it has no config.yaml); give the folder that `cutpaste train` printed"}
	}
	if err != nil {
		return nil, nil, err
	}
	c, err = configs.Load(path, overrides, nil)
	if err != nil {
		return nil, nil, err
	}
	c.Name = before.Name
	if diff := c.Diff(before, configs.Training); len(diff) > 0 {
		return nil, nil, &configs.Error{Source: dir, Msg: fmt.Sprintf("only the scoring (density.*) of a trained run can be changed: %s (there: the run); train anew with another out=", diff[0])}
	}
	return c, before, nil
}
