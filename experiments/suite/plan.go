package suite

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/launch"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// Estimate is what a method's remaining jobs will take here, as a short run of it says.
type Estimate struct {
	Method     string  `json:"method"`
	Jobs       int     `json:"jobs"`
	Updates    int     `json:"updates"`           // of one job
	PerUpdate  float64 `json:"seconds_an_update"` // 0 of a control
	Rest       float64 `json:"seconds_beside"`    // of one job: starting, reading, embedding, scoring, as measured on Category
	Hours      float64 `json:"hours"`             // of all its jobs, one after another
	Memory     int64   `json:"peak_memory_bytes"` // of one job
	Disk       int64   `json:"disk_bytes"`        // of all its jobs
	Category   string  `json:"measured_on"`
	Unmeasured string  `json:"unmeasured,omitempty"` // why there are no figures, or what is not in them
}

// planUpdates are the updates of a short run. The first are slower, so speed is that of
// those after planWarm.
const (
	planUpdates = 12
	planWarm    = 4
)

// Plan measures each method that has jobs left: a short run of its own on the smallest
// category, in a temporary folder, for at most limit. Times of what follows training
// grow with a category's pictures. Nothing of the suite is started or written.
func (w *Work) Plan(ctx context.Context, o Options, limit time.Duration, p run.Progress) ([]Estimate, error) {
	todo := w.Todo()
	temporary, err := os.MkdirTemp("", "cutpaste-plan-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temporary)
	pictures, smallest, err := w.pictures()
	if err != nil {
		return nil, err
	}
	var list []Estimate
	for i := range w.Suite.Methods {
		m := &w.Suite.Methods[i]
		jobs := slices.DeleteFunc(slices.Clone(todo), func(j *Job) bool { return j.Method != m })
		if len(jobs) == 0 {
			continue
		}
		at := slices.IndexFunc(jobs, func(j *Job) bool { return j.Config.Data.Category == smallest })
		sample := jobs[max(at, 0)]
		task := p.Task("measuring "+m.Name, 1, "method")
		e, err := measure(ctx, o, sample, filepath.Join(temporary, m.Name), limit)
		task.Set(1, "")
		task.Done()
		if err != nil {
			return nil, err
		}
		for _, j := range jobs {
			share := float64(pictures[j.Config.Data.Category]) / float64(pictures[e.Category])
			e.Hours += (e.PerUpdate*float64(e.Updates) + e.Rest*share) / 3600
		}
		e.Jobs, e.Disk = len(jobs), e.Disk*int64(len(jobs))
		list = append(list, e)
	}
	return list, nil
}

// pictures are how many each category has, and the one that has fewest.
func (w *Work) pictures() (n map[string]int, smallest string, err error) {
	n = map[string]int{}
	for _, name := range w.Categories {
		if w.Missing[name] != "" {
			continue
		}
		c, err := data.Open(w.configs[w.Suite.Methods[0].Name].Data.Root, name)
		if err != nil {
			return nil, "", err
		}
		n[name] = len(c.Train) + len(c.Test)
		if smallest == "" || n[name] < n[smallest] {
			smallest = name
		}
	}
	return n, smallest, nil
}

// measure does a short run of a job.
func measure(ctx context.Context, o Options, j *Job, dir string, limit time.Duration) (Estimate, error) {
	c := *j.Config
	e := Estimate{Method: j.Method.Name, Updates: c.Train.Steps, Category: c.Data.Category}
	short := []string{"out=" + dir, "train.log_every=1", "train.checkpoint_every=1000000000"}
	if c.Train.Steps > planUpdates {
		if len(c.Train.Phases) > 0 {
			// The last phase is the one that trains most.
			last := c.Train.Phases[len(c.Train.Phases)-1]
			short = append(short, fmt.Sprintf("train.phases=[{steps: %d, lr: %g, train: %s, batchnorm: %s}]", planUpdates, last.Lr, last.Train, last.BatchNorm))
		} else {
			short = append(short, fmt.Sprintf("train.steps=%d", planUpdates))
		}
	}
	c.Out = dir
	limited, stop := context.WithTimeout(ctx, limit)
	defer stop()
	job := launch.Job{Name: j.String(), Args: slices.Concat(o.Program, j.Args, short), Log: filepath.Join(dir, "log.txt")}
	var end launch.Done
	launch.Run(limited, []launch.Job{job}, []launch.Slot{nil}, func(int) {}, func(d launch.Done) { end = d })
	if err := ctx.Err(); err != nil {
		return e, err
	}
	folder := run.Folder(&c)
	e.Memory = end.Peak
	training := 0.0
	if curves, err := run.Curves(folder); err == nil && len(curves.Rows) > planWarm {
		at := slices.Index(curves.Columns, "seconds")
		first, last := curves.Rows[planWarm-1], curves.Rows[len(curves.Rows)-1]
		e.PerUpdate = (last[at] - first[at]) / (last[0] - first[0])
		training = last[at]
	}
	switch {
	case limited.Err() != nil:
		e.Unmeasured = fmt.Sprintf("what follows training took longer than %s and is not in the hours", limit)
		return e, nil
	case end.Err != nil:
		e.Unmeasured = "the short run failed: " + reason(job.Log, end, nil)
		return e, nil
	}
	e.Rest = max(0, end.Took.Seconds()-training)
	var err error
	e.Disk, err = sizeOf(folder)
	return e, err
}

// sizeOf is the bytes of all files in a folder.
func sizeOf(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}
