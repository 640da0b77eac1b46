package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/trainer"
)

// sitting is what runs of one category have in common.
type sitting struct {
	category    *data.Category
	fingerprint string
	numerics    trainer.Numerics
	start       Start
	progress    Progress
	normal      *data.Pictures // once a run needed them
}

// do does the runs of some seeds, trained together.
func (s *sitting) do(ctx context.Context, c *configs.Config, seeds []uint64) (results []*Result, stopped error) {
	began := time.Now()
	var (
		runs   []*job
		ready  = map[*job]*stored{}
		todo   []*job
		failed = map[*job]error{}
		unlock []func()
	)
	defer func() {
		unfollow(runs, failed, stopped)
		for _, release := range unlock {
			release()
		}
	}()
	for _, seed := range seeds {
		with := *c
		with.Seed = seed
		j, e, release, err := s.claim(ctx, &with)
		if err != nil {
			return nil, err
		}
		unlock = append(unlock, release)
		runs = append(runs, j)
		j.follow()
		if ready[j] = e; e == nil {
			todo = append(todo, j)
		}
	}
	if len(todo) > 0 {
		if err := s.load(ctx, todo[0]); err != nil {
			return nil, err
		}
	}
	todo = slices.DeleteFunc(todo, func(j *job) bool {
		if !j.onlyModel() {
			return false
		}
		ready[j], failed[j] = j.again(ctx, s.normal)
		return true
	})
	for len(todo) > 0 {
		// Some of what a run is computed with is the process's, so runs that go
		// on with something else than the others have their turn after them.
		alike := slices.Clone(todo)
		alike = slices.DeleteFunc(alike, func(j *job) bool { return j.meta.Numerics != todo[0].meta.Numerics })
		todo = slices.DeleteFunc(todo, func(j *job) bool { return slices.Contains(alike, j) })
		trained, errs := s.train(ctx, alike)
		for i, j := range alike {
			if errs[i] == nil {
				ready[j], errs[i] = j.finish(ctx, trained[i], s.normal)
				trainer.Free(trained[i])
			}
			failed[j] = errs[i]
		}
	}
	for _, j := range runs {
		if failed[j] == nil {
			var r *Result
			if r, failed[j] = rescore(ready[j], j.dir, j.dir, j.config, newTruth(s.category, j.config), began); failed[j] == nil {
				results = append(results, r)
				j.found(r)
			}
		}
		if stopped == nil {
			stopped = failed[j]
		}
	}
	return results, stopped
}

// claim makes a run's folder this process's: the run, and what it has stored if it
// is complete.
func (s *sitting) claim(ctx context.Context, c *configs.Config) (j *job, e *stored, release func(), err error) {
	dir, unlock, err := claim(c)
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() {
		if err != nil {
			unlock()
		}
	}()
	before, err := begun(dir, s.fingerprint)
	if err != nil {
		return nil, nil, nil, err
	}
	if !patch(c) {
		c.Embed.Levels = withStored(c.Embed.Levels, dir)
	}
	j = &job{config: c, category: s.category, dir: dir, meta: newMeta(s.fingerprint, s.start, s.numerics), progress: s.progress}
	if e = complete(c); e != nil {
		s.progress.Note(fmt.Sprintf("%s is trained already; what it stored is scored", dir))
		return j, e, unlock, nil
	}
	var from Start // unknown where the record is lost
	if before != nil {
		from = before.Start
	}
	if before != nil || j.onlyModel() || trainer.HasCheckpoint(dir) {
		if err = s.start.same(from, dir); err != nil {
			return nil, nil, nil, err
		}
	}
	if before != nil {
		j.meta.goOn(before)
	} else if !control(c) { // without an update there is nothing to be fast at
		if err = j.meta.calibrate(ctx, c, s.progress); err != nil {
			return nil, nil, nil, err
		}
	}
	return j, nil, unlock, j.meta.save(dir)
}

// load loads the normal pictures, once.
func (s *sitting) load(ctx context.Context, j *job) (err error) {
	if s.normal != nil {
		return nil
	}
	defer j.meta.time("load pictures", time.Now())
	items := s.category.Train
	task := s.progress.Task("reading normal pictures", len(items), "pictures")
	defer task.Done()
	s.normal, err = j.all(data.Arrive(ctx, items, loadOptions(j.config, func(done, _ int) { task.Set(done, "") })))
	return err
}

// train trains the runs' nets, or takes those that were trained before a run was
// cut off.
func (s *sitting) train(ctx context.Context, runs []*job) ([]*nets.Net, []error) {
	began := time.Now()
	steps := runs[0].config.Train.Steps
	label := "training " + s.category.Name
	if len(runs) > 1 {
		label = fmt.Sprintf("%s, %d models", label, len(runs))
	}
	task := s.progress.Task(label, steps*len(runs), "updates")
	defer task.Done()
	at := make([]int, len(runs))
	jobs := make([]trainer.Job, len(runs))
	for i, r := range runs {
		jobs[i] = trainer.Job{
			Config: r.config, Numerics: r.meta.Numerics, Pictures: s.normal, Dir: r.dir, WeightsSHA256: r.meta.WeightsSHA256, Note: s.progress.Note,
			Progress: func(update int, status *trainer.Status) {
				at[i] = update
				r.updated(update, status)
				all := 0
				for _, n := range at {
					all += n
				}
				task.Set(all, describe(status))
			},
		}
	}
	trained, errs := trainer.TrainTogether(ctx, jobs)
	for i, r := range runs {
		r.meta.time("train", began)
		if errs[i] == nil {
			continue
		}
		of := "category " + s.category.Name
		if len(runs) > 1 && !errors.Is(errs[i], trainer.ErrInterrupted) {
			of += fmt.Sprintf(", seed %d", r.config.Seed)
		}
		errs[i] = fmt.Errorf("%s: %w", of, errs[i])
	}
	return trained, errs
}
