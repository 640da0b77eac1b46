package suite

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run/runtest"
)

func TestArgumentsOfJobs(t *testing.T) {
	p := at(t, withControls)
	w := p.prepared("optim.lr=0.01")
	if len(w.Jobs) != 2*(1+3+3) && len(w.Jobs) != 2*(1+3+3+1) { // with ImageNet's weights where they are
		t.Fatalf("%d jobs", len(w.Jobs))
	}
	j := w.Jobs[len(w.Jobs)-1]
	for _, other := range w.Jobs {
		if other.String() == "random b seed 2" {
			j = other
		}
	}
	want := []string{
		filepath.Join(p.dir, "base.yaml"), "name=suite", "label=random", "data.root=" + filepath.Join(p.dir, "data"), "out=" + filepath.Join(p.dir, "runs"),
		"optim.lr=0.01", "train.steps=0", "net.weights=", "data.category=b", "seed=2",
	}
	if !slices.Equal(j.Args, want) {
		t.Errorf("%s has the arguments\n%q, want\n%q", j, j.Args, want)
	}
	// What `cutpaste train` makes of the arguments is the job's configuration.
	for _, j := range w.Jobs {
		c, err := configs.Load(j.Args[0], j.Args[1:], nil)
		if err != nil || string(c.YAML()) != string(j.Config.YAML()) {
			t.Errorf("%s: %v; its arguments are another configuration:\n%s", j, err, strings.Join(c.Diff(j.Config), "\n"))
		}
		if want := filepath.Join(w.Dir, j.Method.Name, c.Data.Category); filepath.Dir(j.Dir) != want {
			t.Errorf("%s is in %s, not in %s", j, j.Dir, want)
		}
	}
}

func TestFinishedRunWithoutRowsIsDone(t *testing.T) {
	p := at(t, twoMethods)
	j := p.prepared().Jobs[3]
	if err := finish(j.Config); err != nil {
		t.Fatal(err)
	}
	w := p.prepared()
	for i, j := range w.Jobs {
		if j.Done != (i == 3) {
			t.Errorf("%s: done is %t", j, j.Done)
		}
	}
	if out := p.ran(w, ""); out.Skipped != 1 || out.Done != 8 {
		t.Errorf("%+v", out)
	}
	if n := count(w.Rows, j); n == 0 {
		t.Errorf("%s has no rows", j)
	}
}

func count(rows []results.Row, j *Job) (n int) {
	for _, r := range rows {
		if r.Method == j.Method.Name && r.Category == j.Config.Data.Category && r.Seed == j.Config.Seed {
			n++
		}
	}
	return n
}

func TestWhatIsNotDone(t *testing.T) {
	for name, change := range map[string]func(p place, j *Job){
		"not scored":     func(p place, j *Job) { os.Remove(filepath.Join(j.Dir, "result.json")) },
		"without record": func(p place, j *Job) { os.Remove(filepath.Join(j.Dir, "meta.json")) },
		"other pictures": func(p place, j *Job) {
			os.WriteFile(filepath.Join(p.dir, "data", "a", "train", "good", "000.png"), []byte("another"), 0o666)
		},
	} {
		for _, rows := range []bool{false, true} {
			p := at(t, twoMethods)
			args := []string{"categories=a", "methods=one", "seeds=0"}
			w := p.prepared(args...)
			if err := finish(w.Jobs[0].Config); err != nil {
				t.Fatal(err)
			}
			if rows {
				p.finished(args...)
			}
			change(p, w.Jobs[0])
			// The rows of a run whose record is lost say of which pictures it is.
			want := rows && name == "without record"
			if w := p.prepared(args...); w.Jobs[0].Done != want {
				t.Errorf("%s, with rows: %t; done is %t", name, rows, w.Jobs[0].Done)
			}
		}
	}
}

// Another scoring is done anew, by the run's own process; another training is refused
// before anything is started.
func TestOtherConfigurations(t *testing.T) {
	p := at(t, twoMethods)
	p.finished()
	if n := len(p.prepared("density.covariance=ridge").Todo()); n != 8 {
		t.Errorf("%d jobs are scored anew, want 8", n)
	}
	_, err := p.prepare("optim.lr=0.01")
	wants(t, err, "the run of one a seed 0 is that of another configuration (here: the suite; there: the folder; optim.lr: 0.01 here, 0.03 there); choose another name= or out=, or remove the folder")
	if w := p.prepared("optim.lr=0.01", "name=other"); len(w.Todo()) != 8 {
		t.Errorf("%d jobs are left in another folder", len(w.Todo()))
	}
	// What no score depends on changes nothing.
	if n := len(p.prepared("train.log_every=1", "threads=1").Todo()); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
}

func TestMissingCategories(t *testing.T) {
	p := at(t, twoMethods)
	w := p.prepared("categories=b,c")
	if !slices.Equal(w.Categories, []string{"b", "c"}) || len(w.Jobs) != 4 || !slices.Equal(slices.Collect(maps.Keys(w.Missing)), []string{"c"}) {
		t.Errorf("%v, %v, %d jobs", w.Categories, w.Missing, len(w.Jobs))
	}
	if out := p.ran(w, ""); out.Done != 4 {
		t.Errorf("%+v", out)
	}
	d, err := Describe(w.Dir)
	if err != nil || d.Absent["c"] != filepath.Join(p.dir, "data")+" has no folder c with train/good" {
		t.Errorf("%+v, %v", d, err)
	}
	_, err = p.prepare("categories=mvtec")
	wants(t, err, "has none of the suite's categories (carpet, grid")
	s, err := Read(p.file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Prepare(nil)
	wants(t, err, "data.root is missing")
}

func TestPrepareErrors(t *testing.T) {
	for old, c := range map[string]struct{ new, want string }{
		"scar}, ensemble: 2":                 {"scar}, published: Scarr}\npublished: {in: cutpaste, table: Table 1", `there is no method "Scarr" in Table 1 of cutpaste; the nearest is "Scar"`},
		"controls: {}":                       {"beside: [{in: cutpaste, table: Tabel 1, method: Scar}]", `the nearest is "Table 1"`},
		"cutpaste}}":                         {"cutpast}}", "method one: "},
		"{set: {augment.variant: cutpaste}}": {"{features: [layer3]}", "method one: its runs have no features layer3; they have pool"},
		"base.yaml":                          {"bas.yaml", "bas.yaml"},
	} {
		p := at(t, strings.Replace(twoMethods, old, c.new, 1))
		_, err := p.prepare()
		wants(t, err, c.want)
		if _, ok := err.(*configs.Error); !ok {
			t.Errorf("%v is no error of configuration", err)
		}
	}
}

func TestFurtherFeatures(t *testing.T) {
	p := at(t, strings.Replace(twoMethods, "one: {set: {augment.variant: cutpaste}}", "one: {set: {embed.levels: [pool, layer3]}, features: [pool, layer3]}", 1))
	w := p.finished()
	features := map[string]int{}
	for _, r := range w.Rows {
		if r.Method == "one" && r.Metric == results.ImageAUROC {
			features[r.Features]++
		}
	}
	if features["pool"] != 4 || features["layer3"] != 4 {
		t.Errorf("image AUROCs by features: %v", features)
	}
	if n := len(p.prepared().Todo()); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
}

// A category that comes later is run, and no more.
func TestCategoryThatComesLater(t *testing.T) {
	p := at(t, twoMethods)
	p.finished()
	if err := runtest.Category(filepath.Join(p.dir, "data"), "c", 2, 2, 2); err != nil {
		t.Fatal(err)
	}
	if todo := p.prepared().Todo(); len(todo) != 4 || todo[0].Config.Data.Category != "c" {
		t.Errorf("left are %v", todo)
	}
}
