package suite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/experiments/launch"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// Options say how jobs are run.
type Options struct {
	Program []string // the command before a job's arguments, such as cutpaste train
	Command []string // what was typed, for the record
	Jobs    int      // at a time; 0 is jobs_per_device on each device
}

// Failure is a job that failed.
type Failure struct {
	Job   string `json:"job"`
	Log   string `json:"log"`
	Error string `json:"error"` // the last line of the log
}

// Outcome is what became of a suite's jobs.
type Outcome struct {
	Jobs     int       `json:"jobs"`
	Done     int       `json:"done"`    // finished by now
	Skipped  int       `json:"skipped"` // of these, finished before
	Failed   []Failure `json:"failed"`
	NotBegun int       `json:"not_begun"` // interrupted before their turn, or in the middle
}

// Run runs what is missing. It returns an error where the whole cannot go on; jobs that
// fail are in the outcome. When ctx ends, jobs save their state and end, and the same
// command goes on. Rows of all that is finished are in results.csv afterwards.
func (w *Work) Run(ctx context.Context, o Options, p run.Progress) (*Outcome, error) {
	release, err := w.claim(o.Command)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := w.prints.save(); err != nil {
		return nil, err
	}
	out := &Outcome{Jobs: len(w.Jobs), Failed: []Failure{}}
	if err := w.catchUp(out); err != nil {
		return nil, err
	}
	todo := w.Todo()
	if len(todo) == 0 {
		return out, nil
	}
	watch := newWatch(todo, out, p)
	defer watch.end()
	slots := o.slots(w)
	jobs := make([]launch.Job, len(todo))
	for i, j := range todo {
		jobs[i] = launch.Job{Name: j.String(), Args: append(slices.Clone(o.Program), j.Args...), Log: j.Log()}
	}
	launch.Run(ctx, jobs, slots, watch.start, func(d launch.Done) {
		j := todo[d.Job]
		var err error
		if d.Err == nil {
			err = w.take(j)
		}
		watch.stop(d.Job, func() string {
			switch {
			case d.Err == nil && err == nil:
				j.Done = true
				out.Done++
				return fmt.Sprintf("%s: %s in %s (%d of %d jobs)", j, w.headline(j), d.Took.Round(time.Second), out.Done, out.Jobs)
			case ctx.Err() != nil:
				return fmt.Sprintf("%s: interrupted; the same command goes on with it", j)
			}
			f := Failure{Job: j.String(), Log: j.Log(), Error: reason(j.Log(), d, err)}
			out.Failed = append(out.Failed, f)
			return fmt.Sprintf("%s failed: %s; its log is %s", f.Job, f.Error, f.Log)
		})
	})
	out.NotBegun = out.Jobs - out.Done - len(out.Failed)
	return out, ctx.Err()
}

// catchUp writes the rows of finished jobs that results.csv lacks, because the suite
// was killed before it wrote them, a row was cut off, or the file was lost.
func (w *Work) catchUp(out *Outcome) error {
	found := w.finished()
	var lacking []results.Row
	for _, j := range w.Jobs {
		if !j.Done {
			continue
		}
		out.Done++
		out.Skipped++
		c := j.Config
		if row, ok := found[which{j.Method.Name, c.Data.Category, c.Seed}]; ok && row.Config == c.Identity() {
			continue
		}
		rows, err := results.OfRun(w.Suite.Name, j.Method.Name, j.Dir, w.Dir)
		if err != nil {
			return fmt.Errorf("%s: %w", j, err)
		}
		lacking = append(lacking, rows...)
	}
	return w.add(lacking)
}

// add appends rows to results.csv.
func (w *Work) add(rows []results.Row) error {
	if len(rows) == 0 {
		return nil
	}
	if _, err := results.Append(filepath.Join(w.Dir, results.File), rows); err != nil {
		return err
	}
	w.Rows = append(w.Rows, rows...)
	return nil
}

// take adds the rows of a job that has ended well.
func (w *Work) take(j *Job) error {
	rows, err := results.OfRun(w.Suite.Name, j.Method.Name, j.Dir, w.Dir)
	if err != nil {
		return err
	}
	return w.add(rows)
}

// headline is what a job found, in a few words.
func (w *Work) headline(j *Job) string {
	r, err := run.ReadResult(j.Dir)
	if err != nil || r.ImageAUROC == nil {
		return "done"
	}
	text := fmt.Sprintf("image AUROC %.1f, untrained %.1f", 100**r.ImageAUROC, 100**r.UntrainedAUROC)
	if r.PixelAUROC != nil {
		text += fmt.Sprintf(", pixel AUROC %.1f", 100**r.PixelAUROC)
	}
	return text
}

// reason is why a job failed: what it said last.
func reason(log string, d launch.Done, err error) string {
	if err != nil {
		return err.Error()
	}
	text, _ := os.ReadFile(log) // without it the status says what is known
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if last := lines[len(lines)-1]; strings.HasPrefix(last, "cutpaste: ") {
		return strings.TrimPrefix(last, "cutpaste: ")
	}
	return d.Err.Error()
}

// slots are where jobs run: jobs_per_device on each of the suite's devices, or on the
// configured one; o.Jobs in all where that is given. Several on a CPU share its cores.
func (o Options) slots(w *Work) []launch.Slot {
	devices, each := w.Suite.Devices, w.configs[w.Suite.Methods[0].Name].JobsPerDevice
	if len(devices) == 0 {
		devices = []string{""}
		each = max(each, o.Jobs)
	}
	var slots []launch.Slot
	for range each {
		for _, d := range devices {
			var s launch.Slot
			if d != "" {
				s = append(s, "device="+d)
			}
			slots = append(slots, s)
		}
	}
	if o.Jobs > 0 {
		slots = slots[:min(o.Jobs, len(slots))]
	}
	if len(slots) > 1 {
		cores := strconv.Itoa(max(1, runtime.NumCPU()/len(slots)))
		for _, key := range []string{"threads", "data.workers"} {
			if w.sets(key) {
				continue
			}
			for i := range slots {
				slots[i] = append(slots[i], key+"="+cores)
			}
		}
	}
	return slots
}

// sets says whether the suite or the command line sets this key to something else than
// its default of 0.
func (w *Work) sets(key string) bool {
	return slices.ContainsFunc(w.Suite.Set, func(a string) bool { return keyOf(a) == key })
}
