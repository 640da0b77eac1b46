package track

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// bench is a run of a test: its notes, and its clock, whose pauses end when the test
// says so, and at once when it has closed pauses.
type bench struct {
	t      *testing.T
	notes  []string
	file   string
	pauses chan time.Time
	paused chan time.Duration // what is being waited for
}

func newBench(t *testing.T) *bench {
	return &bench{t: t, file: filepath.Join(t.TempDir(), "mlflow.json"), pauses: make(chan time.Time), paused: make(chan time.Duration, 1000)}
}

func (b *bench) clock() clock {
	return clock{
		now:   func() time.Time { return time.UnixMilli(1234) },
		after: func(d time.Duration) <-chan time.Time { b.paused <- d; return b.pauses },
	}
}

func (b *bench) start(server string, change ...func(*Options)) *Run {
	o := Options{
		Server: server, Experiment: "demo", Name: "3way/gear/seed-0", File: b.file,
		Params: []Pair{{"seed", "0"}, {"optim.lr", "0.03"}}, Tags: []Pair{{"device", "cpu"}},
		Note: func(s string) { b.notes = append(b.notes, s) },
	}
	for _, c := range change {
		c(&o)
	}
	return start(o, newClient(o.Server, func(string) string { return "" }, time.Minute), b.clock())
}

// wait waits for as long as the run takes, which must end by itself.
func wait(runs ...*Run) { Wait(context.Background(), runs...) }

func loss(step int, v float64) Row { return Row{step, []Metric{{"train/loss", v}}} }

func (f *fakeRun) curve(key string) (steps []int) {
	for _, s := range f.metrics[key] {
		steps = append(steps, s.Step)
	}
	return steps
}

func TestAWholeRun(t *testing.T) {
	f, b := newFake(t), newBench(t)
	file := filepath.Join(t.TempDir(), "scores.csv")
	if err := os.WriteFile(file, []byte("path,score\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := b.start(f.URL + "/") // people copy addresses with a slash
	r.Log(Row{50, []Metric{{"train/loss", 1.5}, {"speed/images_per_second", math.Inf(1)}}})
	r.Log(loss(100, 1.25))
	r.Result(Row{100, []Metric{{"image_auroc", 0.75}}})
	r.File("levels/pool 1/scores.csv", file)
	r.End(Finished)
	wait(r)
	if len(b.notes) > 0 {
		t.Errorf("notes %q", b.notes)
	}
	got := f.runs["run1"]
	if got == nil {
		t.Fatalf("no run; requests %q", f.requests)
	}
	want := &fakeRun{
		name: "3way/gear/seed-0", experiment: f.experiments["demo"], state: Finished,
		params: map[string]string{"seed": "0", "optim.lr": "0.03"}, tags: map[string]string{"device": "cpu"},
		metrics: map[string][]sample{
			"train/loss":  {{"train/loss", 1.5, 1234, 50}, {"train/loss", 1.25, 1234, 100}},
			"image_auroc": {{"image_auroc", 0.75, 1234, 100}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the server has %+v, want %+v", got, want)
	}
	if c := f.artifacts["1/run1/artifacts/levels/pool 1/scores.csv"]; c != "path,score\n" {
		t.Errorf("artifacts %q", f.artifacts)
	}
	order := []string{"GET mlflow/experiments/get-by-name", "POST mlflow/experiments/create", "POST mlflow/runs/create", "POST mlflow/runs/log-batch", "POST mlflow/runs/log-batch"}
	if len(f.requests) < len(order) || !reflect.DeepEqual(f.requests[:len(order)], order) || f.requests[len(f.requests)-1] != "POST mlflow/runs/update" {
		t.Errorf("requests %q", f.requests)
	}
	// The field names and types of MLflow's REST documentation.
	if body := f.bodies[2]; !strings.Contains(body, `"start_time":1234`) || !strings.Contains(body, `"run_name":"3way/gear/seed-0"`) {
		t.Errorf("runs/create with %s", body)
	}
	if body := f.bodies[len(f.bodies)-1]; body != `{"end_time":1234,"run_id":"run1","status":"FINISHED"}` {
		t.Errorf("runs/update with %s", body)
	}
}

func TestANilRunDoesNothing(t *testing.T) {
	var r *Run
	r.Log(loss(1, 1))
	r.Result(loss(1, 1))
	r.File("a", "b")
	r.End(Failed)
	wait(nil, r)
}

// A server that refuses more gets less at a time, and shorter values.
func TestLimitsOfABatch(t *testing.T) {
	f, b := newFake(t), newBench(t)
	release := make(chan bool)
	f.set(func(http.ResponseWriter, *http.Request) bool { <-release; return false })
	r := b.start(f.URL, func(o *Options) {
		for i := range 250 {
			o.Params = append(o.Params, Pair{fmt.Sprintf("key%d", i), strings.Repeat("ä", 300)})
			o.Tags = append(o.Tags, Pair{fmt.Sprintf("tag%d", i), strings.Repeat("x", 6000)})
		}
		for i := range 700 {
			o.History = append(o.History, Row{i + 1, []Metric{{"train/loss", 1}, {"train/lr", 1}, {"train/accuracy", 1}}})
		}
	})
	for i := range 700 { // which wait, since the server does
		r.Log(Row{701 + i, []Metric{{"train/loss", 1}, {"train/lr", 1}, {"train/accuracy", 1}}})
	}
	close(release)
	r.End(Finished)
	wait(r)
	if len(b.notes) > 0 {
		t.Errorf("notes %q", b.notes)
	}
	run := f.runs["run1"]
	if len(run.params) != 252 || len(run.tags) != 251 || len(run.params["key7"]) != 500 || len(run.tags["tag7"]) != 5000 {
		t.Errorf("%d params of %d bytes, %d tags of %d", len(run.params), len(run.params["key7"]), len(run.tags), len(run.tags["tag7"]))
	}
	for _, key := range []string{"train/loss", "train/lr", "train/accuracy"} {
		steps := run.curve(key)
		for i, s := range steps {
			if s != i+1 {
				t.Fatalf("%s: value %d is of step %d", key, i, s)
			}
		}
		if len(steps) != 1400 {
			t.Errorf("%s: %d values", key, len(steps))
		}
	}
	batches := 0
	for _, body := range f.bodies {
		if strings.Contains(body, `"metrics"`) {
			batches++
		}
	}
	if batches > 6 { // 4,200 values
		t.Errorf("%d batches of metrics", batches)
	}
}

// The second sitting of a run is the same run there: only what is new is sent, and
// params that cannot change become tags.
func TestGoesOnInTheSameRun(t *testing.T) {
	f, b := newFake(t), newBench(t)
	r := b.start(f.URL, func(o *Options) { o.Params = append(o.Params, Pair{"density.ridge", "1"}) })
	r.Log(loss(50, 1.5))
	r.Log(loss(100, 1.25))
	r.End(Killed)
	wait(r)
	// The checkpoint was of update 75.
	r = b.start(f.URL, func(o *Options) {
		o.Params[1].Value = "0.01"
		o.Params = append(o.Params, Pair{"net.name", "resnet34"})
		o.History = []Row{loss(50, 1.5), loss(100, 1.25)}
	})
	r.Log(loss(100, 1.25))
	r.Log(loss(150, 1))
	r.Result(Row{150, []Metric{{"image_auroc", 0.5}}})
	r.End(Finished)
	wait(r)
	// And once more, with the params of the beginning.
	r = b.start(f.URL, func(o *Options) { o.Params = append(o.Params, Pair{"density.ridge", "1"}) })
	r.Result(Row{150, []Metric{{"image_auroc", 0.75}}})
	r.End(Finished)
	wait(r)
	if len(f.runs) != 1 || len(b.notes) > 0 {
		t.Fatalf("%d runs, notes %q", len(f.runs), b.notes)
	}
	run := f.runs["run1"]
	if steps := run.curve("train/loss"); !reflect.DeepEqual(steps, []int{50, 100, 150}) {
		t.Errorf("steps %v", steps)
	}
	if got := run.metrics["image_auroc"]; len(got) != 2 || got[1].Value != 0.75 {
		t.Errorf("results %v", got)
	}
	if want := map[string]string{"seed": "0", "optim.lr": "0.03", "density.ridge": "1", "net.name": "resnet34"}; !reflect.DeepEqual(run.params, want) {
		t.Errorf("params %v", run.params)
	}
	if want := map[string]string{"device": "cpu", "now.optim.lr": "0.03", "now.density.ridge": "1", "now.net.name": "default"}; !reflect.DeepEqual(run.tags, want) {
		t.Errorf("tags %v", run.tags)
	}
	second := strings.Join(f.bodies, "\n")
	for _, want := range []string{`{"key":"now.optim.lr","value":"0.01"}`, `{"key":"now.density.ridge","value":"default"}`, `"status":"RUNNING"`} {
		if !strings.Contains(second, want) {
			t.Errorf("the second sitting did not say %s", want)
		}
	}
}

// A run that the server lost, or someone deleted there, is a new one with all that
// was measured before; so is one of another server or experiment.
func TestANewRunWhereTheOldOneIsGone(t *testing.T) {
	for name, lose := range map[string]func(f *fake, o *Options){
		"lost":             func(f *fake, _ *Options) { delete(f.runs, "run1"); f.runs["other"] = &fakeRun{} },
		"deleted":          func(f *fake, _ *Options) { f.runs["run1"].deleted = true },
		"other experiment": func(_ *fake, o *Options) { o.Experiment = "another" },
		"other address":    func(f *fake, o *Options) { o.Server = f.URL + "//" },
		"file damaged":     func(_ *fake, o *Options) { os.WriteFile(o.File, []byte("{"), 0o666) },
	} {
		f, b := newFake(t), newBench(t)
		r := b.start(f.URL)
		r.Log(loss(50, 1.5))
		r.End(Killed)
		wait(r)
		r = b.start(f.URL, func(o *Options) {
			o.History = []Row{loss(50, 1.5)}
			lose(f, o)
		})
		r.Log(loss(100, 1.25))
		r.End(Finished)
		wait(r)
		run := f.runs["run2"]
		if run == nil || run.state != Finished || !reflect.DeepEqual(run.curve("train/loss"), []int{50, 100}) || run.params["seed"] != "0" || len(b.notes) > 0 {
			t.Errorf("%s: %+v, notes %q", name, run, b.notes)
		}
	}
}

// Of two runs that need the same experiment at once one makes it.
func TestExperimentMadeInBetween(t *testing.T) {
	f, b := newFake(t), newBench(t)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "experiments/create") {
			f.mu.Lock()
			f.experiments["demo"] = "9"
			f.mu.Unlock()
		}
		return false
	})
	r := b.start(f.URL)
	r.End(Finished)
	wait(r)
	if run := f.runs["run1"]; run == nil || run.experiment != "9" || len(b.notes) > 0 {
		t.Errorf("%+v, notes %q", run, b.notes)
	}
}

func TestCredentials(t *testing.T) {
	for _, c := range []struct{ name, password, token, want string }{
		{"me", "secret", "", "Basic bWU6c2VjcmV0"}, // base64 of me:secret
		{"me", "secret", "tok", "Basic bWU6c2VjcmV0"},
		{"me", "", "tok", "Bearer tok"},
		{"", "", "", ""},
	} {
		f, b := newFake(t), newBench(t)
		env := map[string]string{"MLFLOW_TRACKING_USERNAME": c.name, "MLFLOW_TRACKING_PASSWORD": c.password, "MLFLOW_TRACKING_TOKEN": c.token}
		r := start(Options{Server: f.URL, Experiment: "demo", File: b.file}, newClient(f.URL, func(k string) string { return env[k] }, time.Minute), b.clock())
		r.End(Finished)
		wait(r)
		if got := f.header.Get("Authorization"); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
		kept, err := os.ReadFile(b.file)
		if err != nil || strings.Contains(string(kept), "secret") || strings.Contains(string(kept), "tok") {
			t.Errorf("kept %s (%v)", kept, err)
		}
	}
}
