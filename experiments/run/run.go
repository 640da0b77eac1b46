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
	"github.com/cutpaste/cutpaste/experiments/track"
	"github.com/cutpaste/cutpaste/nets"
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
	if err := checkLevels(c); err != nil {
		return nil, err
	}
	category, err := data.Open(c.Data.Root, c.Data.Category)
	if err != nil {
		return nil, err
	}
	if err := enough(category, c, p); err != nil {
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
	var start Start
	if anyIncomplete(c, seeds) { // the others need no weights
		if start, err = tryStart(c, numerics, p); err != nil {
			return nil, err
		}
	}
	fingerprint, err := category.Fingerprint()
	if err != nil {
		return nil, err
	}
	s := sitting{category: category, fingerprint: fingerprint, numerics: numerics, start: start, progress: p}
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

// enough refuses a training set that the density could not be fitted to, and
// Gaussians of windows that memory has no room for, before anything is trained. It
// says what room those take.
func enough(category *data.Category, c *configs.Config, p Progress) error {
	if patch(c) {
		plan, err := windowPlan(c, c.Density.Folds)
		if err != nil {
			return err
		}
		_, err = plan.Possible(len(category.Train), windowOptions(c, c.Density.Folds))
		if err == nil {
			p.Note(plan.String())
		}
		return singular(category, c, "windows", err)
	}
	for _, level := range c.Embed.Levels {
		err := gde.Enough(len(category.Train), nets.Dimension(c.Net, level), densityOptions(c.Density), c.Density.Folds)
		if err := singular(category, c, "features of "+level, err); err != nil {
			return err
		}
	}
	return nil
}

// singular is an error of too few pictures, of the key that can be changed where
// there is one.
func singular(category *data.Category, c *configs.Config, what string, err error) error {
	if errors.Is(err, gde.ErrSingular) {
		return &configs.Error{Key: "density.covariance", Msg: fmt.Sprintf("category %s, %s: %v", category.Name, what, err)}
	}
	if err != nil {
		return fmt.Errorf("category %s: %w", category.Name, err)
	}
	return nil
}

// stored is all that scoring needs of a run.
type stored struct {
	embeddings *embeddings // nil for the patch model, which is scored by its maps
	maps       *grids
	noMaps     error // why maps is nil, which only embeddings can do without
}

// complete is what the run has stored, if it is all that scoring and predicting
// need, or nil. It is written last. A file that was lost or damaged since, or lacks a
// level or the maps that are asked for, is made again, from the last checkpoint or
// from the model.
func complete(c *configs.Config) *stored {
	dir := Folder(c)
	if _, err := os.Stat(filepath.Join(dir, modelFile)); err != nil {
		return nil
	}
	s, err := loadStored(dir, c)
	if err != nil || s.maps == nil {
		return nil
	}
	if patch(c) && !keptAsWanted(dir, c) {
		return nil
	}
	return s
}

// loadStored loads what the run in dir has stored for the scoring of c.
func loadStored(dir string, c *configs.Config) (s *stored, err error) {
	s = new(stored)
	if !patch(c) {
		if s.embeddings, err = loadEmbeddings(dir); err != nil {
			return nil, err
		}
		if _, err := s.embeddings.pick(c.Embed.Levels, dir); err != nil {
			return nil, err
		}
	}
	if s.maps, err = loadGrids(dir); err != nil {
		if patch(c) {
			return nil, err
		}
		s.noMaps = err
		return s, nil
	}
	return s, s.maps.fit(c, dir)
}

// anyIncomplete says whether the run of one of these seeds is not [complete].
func anyIncomplete(c *configs.Config, seeds []uint64) bool {
	return slices.ContainsFunc(seeds, func(seed uint64) bool {
		of := *c
		of.Seed = seed
		return complete(&of) == nil
	})
}

// job is a run that has yet to be trained.
type job struct {
	config   *configs.Config
	category *data.Category
	dir      string
	meta     *meta
	progress Progress
	tracked  *track.Run // nil without log.mlflow
	scored   bool
}

// finish keeps a trained net, takes what scoring needs and stores it.
func (j job) finish(ctx context.Context, net *nets.Net, normal *data.Pictures) (*stored, error) {
	if err := j.keep(net); err != nil {
		return nil, err
	}
	return j.store(ctx, net, normal)
}

// store takes what scoring needs with a trained net and, unless the run is a control,
// with the untrained one, and stores it. Test pictures are decoded meanwhile.
func (j job) store(ctx context.Context, net *nets.Net, normal *data.Pictures) (*stored, error) {
	of := []*nets.Net{net}
	if !control(j.config) {
		untrained, err := trainer.StartFrom(j.config, j.meta.Numerics, j.meta.WeightsSHA256)
		if err != nil {
			return nil, err
		}
		defer trainer.Free(untrained.Net)
		of = append(of, untrained.Net)
	}
	s, err := j.take(ctx, of, normal)
	if err != nil {
		return nil, fmt.Errorf("category %s: %w", j.category.Name, err)
	}
	if err := j.meta.save(j.dir); err != nil {
		return nil, err
	}
	if s.embeddings != nil {
		if err := s.embeddings.save(j.dir); err != nil {
			return nil, err
		}
	}
	return s, s.maps.save(j.dir)
}

// take is store without the storing.
func (j job) take(ctx context.Context, of []*nets.Net, normal *data.Pictures) (*stored, error) {
	defer j.meta.time("embeddings", time.Now())
	// Whatever happens, the loading has ended when this returns.
	loading, stop := context.WithCancel(ctx)
	test := data.Arrive(loading, j.category.Test, loadOptions(j.config, nil))
	defer func() { _, _ = test.All() }()
	defer stop()

	s := new(stored)
	var err error
	if patch(j.config) {
		s.maps, err = j.windows(ctx, of, normal, test)
	} else if s.embeddings, err = j.embed(ctx, of, normal, test); err == nil {
		s.maps, err = j.explain(ctx, of, test)
	}
	if err != nil {
		return nil, err
	}
	pictures, err := test.All()
	if err != nil {
		return nil, err
	}
	j.note(pictures)
	return s, nil
}

// all waits for pictures that are being loaded.
func (j job) all(a *data.Arriving) (*data.Pictures, error) {
	pictures, err := a.All()
	if err != nil {
		return nil, fmt.Errorf("category %s: %w", j.category.Name, err)
	}
	j.note(pictures)
	return pictures, nil
}

// note passes on what is to be said of pictures that were loaded.
func (j job) note(pictures *data.Pictures) {
	for _, note := range pictures.Notes {
		j.progress.Note(note)
	}
}

func loadOptions(c *configs.Config, progress func(done, total int)) data.LoadOptions {
	return data.LoadOptions{
		Size: c.Data.Size, Workers: c.Data.Workers, MaxPixels: c.Data.MaxPixels, Cache: c.Data.Cache,
		Progress: progress,
	}
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

// embed takes the features of all pictures, with the trained net and, unless the
// run is a control, with the untrained one.
func (j job) embed(ctx context.Context, of []*nets.Net, normal *data.Pictures, test *data.Arriving) (*embeddings, error) {
	label := "embeddings, trained and untrained"
	if control(j.config) {
		label = "embeddings"
	}
	task := j.progress.Task(label, normal.Len()+test.Len(), "pictures")
	defer task.Done()
	ofNormal, err := trainer.Embed(ctx, of, normal, j.config, j.meta.Numerics, func(done, _ int) { task.Set(done, "") })
	if err != nil {
		return nil, err
	}
	ofTest, err := trainer.Embed(ctx, of, test, j.config, j.meta.Numerics, func(done, _ int) { task.Set(normal.Len()+done, "") })
	if err != nil {
		return nil, err
	}
	e := &embeddings{Train: picturesOf(normal.Items), Test: picturesOf(j.category.Test)}
	untrained := len(of) - 1 // a control's only net
	for i, level := range j.config.Embed.Levels {
		e.Levels = append(e.Levels, features{
			Level: level, Dim: nets.Dimension(j.config.Net, level),
			Trained:   matrices{Train: ofNormal[0][i], Test: ofTest[0][i]},
			Untrained: matrices{Train: ofNormal[untrained][i], Test: ofTest[untrained][i]},
		})
	}
	return e, nil
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
	there := *before
	there.Data.Root = c.Data.Root // where the pictures are now
	if diff := c.Diff(&there, configs.Training); len(diff) > 0 {
		return nil, nil, &configs.Error{Source: dir, Msg: fmt.Sprintf("only the scoring (density.*, embed.levels, localize.*, gradcam.*) of a trained run can be changed: %s (there: the run); train anew with another out=", diff[0])}
	}
	return c, before, nil
}
