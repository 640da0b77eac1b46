package suite

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/experiments/ensemble"
	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// EnsembleOf is the features of rows of an ensemble of k models; their seed is 0.
func EnsembleOf(k int) string { return fmt.Sprintf("%s-%d", EnsembleName, k) }

// IsEnsemble says whether features are those of an ensemble.
func IsEnsemble(features string) bool { return strings.HasPrefix(features, EnsembleName+"-") }

// members are the jobs of an ensemble's models.
func (w *Work) members(m *Method, category string) (jobs []*Job, complete bool) {
	for _, j := range w.Jobs {
		if j.Method == m && j.Config.Data.Category == category && len(jobs) < m.Ensemble {
			jobs = append(jobs, j)
		}
	}
	return jobs, len(jobs) == m.Ensemble && !slices.ContainsFunc(jobs, func(j *Job) bool { return !j.Done })
}

// Ensembles combines the models of every method that has an ensemble, category by
// category, from what their runs stored, and adds the rows of every size from 1 to all.
// What is there already is not measured again. What cannot be combined is a note.
func (w *Work) Ensembles(p run.Progress) error {
	var rows []results.Row
	for i := range w.Suite.Methods {
		m := &w.Suite.Methods[i]
		if m.Ensemble < 2 || w.Left[m.Name] != "" {
			continue
		}
		for _, category := range w.Categories {
			jobs, complete := w.members(m, category)
			if !complete {
				continue
			}
			identity := w.identity(jobs)
			if w.hasEnsemble(m, category, identity) {
				continue
			}
			task := p.Task(fmt.Sprintf("ensembles of %s on %s", m.Name, category), 1, "category")
			more, err := w.combine(m, jobs, identity, p)
			task.Set(1, "")
			task.Done()
			if errors.Is(err, metric.ErrOneClass) {
				continue // there is nothing to measure, as the runs say
			}
			if err != nil {
				p.Note(fmt.Sprintf("the %d models of %s on %s cannot be combined: %v", len(jobs), m.Name, category, err))
				continue
			}
			rows = append(rows, more...)
		}
	}
	return w.add(rows)
}

// identity is what an ensemble's rows depend on.
func (w *Work) identity(jobs []*Job) string {
	sum := sha256.New()
	fmt.Fprintln(sum, w.Suite.Combine)
	for _, j := range jobs {
		print, _ := w.prints.of(j.Config.Data.Root, j.Config.Data.Category) // a job that is done has one
		fmt.Fprintln(sum, j.Config.Identity(), print)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func (w *Work) hasEnsemble(m *Method, category, identity string) bool {
	return slices.ContainsFunc(w.Rows, func(r results.Row) bool {
		return r.Suite == w.Suite.Name && r.Method == m.Name && r.Category == category && r.Features == EnsembleOf(m.Ensemble) &&
			r.Metric == results.ImageAUROC && r.Config == identity
	})
}

// combine measures the ensembles of one method's models on one category.
func (w *Work) combine(m *Method, jobs []*Job, identity string, p run.Progress) ([]results.Row, error) {
	var members []ensemble.Member
	var first *run.Scores
	for _, j := range jobs {
		s, err := run.ReadScores(j.Dir)
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = s
		}
		if !slices.Equal(first.Test, s.Test) {
			return nil, errors.New("they were tested on different pictures")
		}
		members = append(members, ensemble.Member{Test: s.Score, Normal: s.Normal})
	}
	var anomalous []bool
	for _, picture := range first.Test {
		anomalous = append(anomalous, picture.Anomalous)
	}
	found, err := ensemble.BySize(members, anomalous, w.Suite.Combine)
	if err != nil {
		return nil, err
	}
	if err := w.combineMaps(found, jobs); err != nil {
		p.Note(fmt.Sprintf("the maps of %s on %s cannot be combined: %v", m.Name, jobs[0].Config.Data.Category, err))
	}
	of, err := w.template(m, jobs, identity)
	if err != nil {
		return nil, err
	}
	var rows []results.Row
	for _, f := range found {
		for _, v := range []struct {
			metric string
			value  float64
		}{
			{results.AveragePrecision, f.AP}, {results.PixelAUROC, f.PixelAUROC}, {results.PixelPrecision, f.PixelAP}, {results.AUPRO, f.AUPRO}, {results.ImageAUROC, f.AUROC},
		} {
			if math.IsNaN(v.value) {
				continue
			}
			row := of
			row.Features, row.Metric, row.Value = EnsembleOf(f.Size), v.metric, v.value
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// combineMaps measures the combined maps. Runs without maps or masks have none.
func (w *Work) combineMaps(found []ensemble.Found, jobs []*Job) error {
	var members []ensemble.Maps
	var first *run.Maps
	for _, j := range jobs {
		if r, err := run.ReadResult(j.Dir); err != nil || r.PixelAUROC == nil {
			return err
		}
		m, err := run.OpenMaps(j.Dir)
		if err != nil {
			return err
		}
		if first == nil {
			first = m
		}
		if !first.SamePictures(m) {
			return errors.New("they are of different pictures or sizes")
		}
		of := ensemble.Maps{Scale: ensemble.Scale{Mean: 0, Deviation: 1}}
		if mean, deviation, ok, err := m.Normal(); err != nil {
			return err
		} else if ok && w.Suite.Combine == Standardised {
			of.Scale = ensemble.Scale{Mean: mean, Deviation: deviation}
		}
		if of.Of, err = m.All(); err != nil {
			return err
		}
		members = append(members, of)
	}
	meter, err := first.Meter()
	if err != nil || meter == nil {
		return err
	}
	return ensemble.Measure(found, members, meter.Measure)
}

// template is a row of the ensemble but for its features, metric and value: as its first
// model's, with all models' time.
func (w *Work) template(m *Method, jobs []*Job, identity string) (results.Row, error) {
	rows, err := results.OfRun(w.Suite.Name, m.Name, jobs[0].Dir, w.Dir)
	if err != nil {
		return results.Row{}, err
	}
	of := rows[len(rows)-1]
	of.Seed, of.Config, of.Seconds, of.Time = 0, identity, 0, time.Now()
	var folders []string
	for _, j := range jobs {
		record, err := run.ReadRecord(j.Dir)
		if err != nil {
			return results.Row{}, err
		}
		of.Seconds += record.Seconds
		folders = append(folders, fmt.Sprintf("seed-%d", j.Config.Seed))
	}
	of.Run = strings.TrimSuffix(of.Run, folders[0]) + strings.Join(folders, "+")
	return of, nil
}
