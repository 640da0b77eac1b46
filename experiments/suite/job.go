package suite

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/published"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// Job is one run of a suite.
type Job struct {
	Method *Method
	Config *configs.Config
	Args   []string // of `cutpaste train`
	Dir    string   // its run folder
	Done   bool     // it is finished already
}

// String names it.
func (j *Job) String() string {
	return JobName(j.Method.Name, j.Config.Data.Category, j.Config.Seed)
}

// JobName names the job of a method, a category and a seed.
func JobName(method, category string, seed uint64) string {
	return fmt.Sprintf("%s %s seed %d", method, category, seed)
}

// Log is the file that the job's output goes to.
func (j *Job) Log() string { return filepath.Join(j.Dir, "log.txt") }

// Work is what a suite comes to here.
type Work struct {
	Suite *Suite
	Dir   string // OUT/NAME
	Jobs  []*Job // method by method, category by category, seed by seed
	// Categories are the resolved names, in their order; Missing says which of them
	// are not here, and why.
	Categories []string
	Missing    map[string]string
	// Left is which methods are left out, and why.
	Left map[string]string

	prints  *fingerprints
	configs map[string]*configs.Config // by method
	Rows    []results.Row              // those that results.csv has
	Notes   []string
}

// Prepare finds out what is to be done: every configuration is resolved and checked,
// the categories are looked for, and finished jobs are recognised by their rows in
// results.csv, or by their run folders. Nothing is started or written. Errors of
// configuration are *configs.Error.
func (s *Suite) Prepare(environ []string) (*Work, error) {
	w := &Work{Suite: s, Missing: map[string]string{}, Left: map[string]string{}, configs: map[string]*configs.Config{}}
	if err := s.findAll(); err != nil {
		return nil, err
	}
	root := ""
	for i := range s.Methods {
		m := &s.Methods[i]
		c, err := s.config(*m, environ)
		if err != nil {
			return nil, err
		}
		w.configs[m.Name] = c
		have := []string{run.OfWindows}
		if c.Data.Crop == 0 {
			have = c.Embed.Levels
		}
		for _, f := range m.Features {
			if !slices.Contains(have, f) {
				return nil, wrong(s.File, "method %s: its runs have no features %s; they have %s", m.Name, f, strings.Join(have, ", "))
			}
		}
		w.Dir, root = filepath.Join(c.Out, c.Name), c.Data.Root
		if m.Optional && c.Net.Weights == configs.ImageNet {
			if _, err := weights.Find(c.Net.Name); err != nil {
				w.Left[m.Name] = fmt.Sprintf("no ImageNet weights of %s are here; `cutpaste weights fetch %s` gets them", c.Net.Name, c.Net.Name)
			}
		}
	}
	if err := w.findCategories(root); err != nil {
		return nil, err
	}
	if err := w.same(); err != nil {
		return nil, err
	}
	var cut string
	var err error
	if w.Rows, cut, err = results.Read(filepath.Join(w.Dir, results.File)); err != nil {
		return nil, err
	}
	if cut != "" {
		w.Notes = append(w.Notes, fmt.Sprintf("the last row of %s was cut off; it is made again from its run", filepath.Join(w.Dir, results.File)))
	}
	if w.prints, err = openFingerprints(w.Dir); err != nil {
		return nil, err
	}
	return w, w.list()
}

// findCategories settles the categories' names and which are there.
func (w *Work) findCategories(root string) error {
	s := w.Suite
	if root == "" {
		return &configs.Error{Key: "data.root", Msg: "data.root is missing: the folder that holds the categories; write data.root=FOLDER"}
	}
	there, err := data.Categories(root)
	if err != nil {
		return err
	}
	switch w.Categories = s.Categories; {
	case slices.Equal(s.Categories, []string{All}):
		w.Categories = there
	case slices.Equal(s.Categories, []string{MVTec}):
		w.Categories = nil
		for _, c := range published.MVTec {
			w.Categories = append(w.Categories, c.Name)
		}
	}
	for _, name := range w.Categories {
		if !slices.Contains(there, name) {
			w.Missing[name] = fmt.Sprintf("%s has no folder %s with train/good", root, name)
		}
	}
	if len(w.Missing) == len(w.Categories) {
		return &configs.Error{Key: "data.root", Msg: fmt.Sprintf("%s has none of the suite's categories (%s); it has %s", root, strings.Join(w.Categories, ", "), listed(there))}
	}
	return nil
}

func listed(names []string) string {
	if len(names) == 0 {
		return "no category at all"
	}
	return strings.Join(names, ", ")
}

// list makes the jobs.
func (w *Work) list() error {
	s := w.Suite
	found := w.finished()
	for i := range s.Methods {
		m := &s.Methods[i]
		if w.Left[m.Name] != "" {
			continue
		}
		for _, category := range w.Categories {
			if w.Missing[category] != "" {
				continue
			}
			for _, seed := range s.SeedsOf(*m) {
				c := *w.configs[m.Name]
				c.Data.Category, c.Seed = category, seed
				j := &Job{Method: m, Config: &c, Dir: run.Folder(&c)}
				j.Args = append([]string{s.Base}, s.assignments(*m)...)
				j.Args = append(j.Args, "data.category="+category, fmt.Sprintf("seed=%d", seed))
				var err error
				if j.Done, err = w.done(j, found); err != nil {
					return err
				}
				w.Jobs = append(w.Jobs, j)
			}
		}
	}
	return nil
}

// own are the features of a run's own result.
func own(c *configs.Config) string {
	if c.Data.Crop > 0 {
		return run.OfWindows
	}
	return c.Embed.Levels[0]
}

// which finds a row's run.
type which struct {
	method, category string
	seed             uint64
}

// finished are the rows of the runs' own results.
func (w *Work) finished() map[which]results.Row {
	found := map[which]results.Row{}
	for _, r := range w.Rows {
		if c := w.configs[r.Method]; c != nil && r.Suite == w.Suite.Name && r.Metric == results.ImageAUROC && r.Features == own(c) {
			found[which{r.Method, r.Category, r.Seed}] = r
		}
	}
	return found
}

// done says whether a job needs no process: its rows, or its run folder, are of this
// configuration and these pictures. A folder of another training is an error, since
// nothing may overwrite it.
func (w *Work) done(j *Job, found map[which]results.Row) (bool, error) {
	c := j.Config
	row, ok := found[which{j.Method.Name, c.Data.Category, c.Seed}]
	if ok && row.Config == c.Identity() && run.HasResult(j.Dir) {
		print, err := w.prints.of(c.Data.Root, c.Data.Category)
		return err == nil && print == row.Data, err
	}
	there, err := run.ReadConfig(j.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if diff := c.Diff(there, configs.Training); len(diff) > 0 {
		return false, &configs.Error{Source: j.Dir, Msg: fmt.Sprintf("the run of %s is that of another configuration (here: the suite; there: the folder; %s); choose another name= or out=, or remove the folder", j, strings.Join(diff, "; "))}
	}
	if there.Identity() != c.Identity() || !run.HasResult(j.Dir) {
		return false, nil
	}
	record, err := run.ReadRecord(j.Dir)
	if err != nil {
		return false, nil // its own process says what is wrong
	}
	print, err := w.prints.of(c.Data.Root, c.Data.Category)
	if err != nil || print != record.Fingerprint {
		return false, err
	}
	// Its rows were lost, or the suite was killed before it wrote them.
	return true, nil
}

// Todo are the jobs that are not finished.
func (w *Work) Todo() []*Job {
	return slices.DeleteFunc(slices.Clone(w.Jobs), func(j *Job) bool { return j.Done })
}
