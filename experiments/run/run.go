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
	results, err := TrainSeeds(ctx, c, []uint64{c.Seed}, p)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// TrainSeeds is [Train] with each of these seeds: jobs_per_device models at a
// time are trained together and share the pictures. A run that fails does not
// stop those beside it. The results of the runs that succeeded are in the order
// of the seeds; the error is the first one's that did not.
func TrainSeeds(ctx context.Context, c *configs.Config, seeds []uint64, p Progress) ([]*Result, error) {
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
	if why := torch.Unused(); c.Device == "auto" && why != "" {
		p.Note("the run is on the CPU: " + why)
	}
	if err := tryWeights(c, numerics); err != nil {
		return nil, err
	}
	fingerprint, err := category.Fingerprint()
	if err != nil {
		return nil, err
	}
	s := sitting{category: category, fingerprint: fingerprint, numerics: numerics, progress: p}
	var results []*Result
	for at := range slices.Chunk(seeds, c.JobsPerDevice) {
		done, err := s.do(ctx, c, at)
		results = append(results, done...)
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

// enough refuses a training set that the density could not be fitted to, before
// anything is trained.
func enough(category *data.Category, c *configs.Config) error {
	err := gde.Enough(len(category.Train), nets.Dimension(c.Net, nets.Pool), densityOptions(c.Density), c.Density.Folds)
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
	category *data.Category
	dir      string
	meta     *meta
	progress Progress
}

// finish keeps a trained net, takes the embeddings and stores them.
func (j job) finish(ctx context.Context, net *nets.Net, normal *data.Pictures) (*embeddings, error) {
	if err := j.keep(net); err != nil {
		return nil, err
	}
	untrained, err := trainer.Start(j.config, j.meta.Numerics)
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

// keep writes the trained net as model.safetensors.
func (j job) keep(net *nets.Net) error {
	var state []safetensors.Tensor
	if err := torch.Do(func() error { state = net.State(); return nil }); err != nil {
		return err
	}
	return safetensors.Write(filepath.Join(j.dir, modelFile), state, map[string]string{"net": j.config.Net.Name})
}

func describe(s *trainer.Status) string {
	if s == nil {
		return ""
	}
	detail := fmt.Sprintf("loss %.3f, accuracy %.2f, %.0f images/s, waiting for data %.0f %%",
		s.Loss, s.Accuracy, s.ImagesPerSecond, 100*s.DataWait)
	if s.Phases > 0 {
		detail = fmt.Sprintf("phase %d of %d, %s", s.Phase, s.Phases, detail)
	}
	return detail
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
	ofNormal, err := trainer.Embed(ctx, both, normal, j.config, j.meta.Numerics, func(done, _ int) { task.Set(done, "") })
	if err != nil {
		return nil, err
	}
	ofTest, err := trainer.Embed(ctx, both, test, j.config, j.meta.Numerics, func(done, _ int) { task.Set(normal.Len()+done, "") })
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
