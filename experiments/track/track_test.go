package track

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/experiments/track/tracktest"
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

func TestAWholeRun(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
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
	got := f.Runs["run1"]
	if got == nil {
		t.Fatalf("no run; requests %v", f.Requests)
	}
	want := &tracktest.Run{
		Name: "3way/gear/seed-0", Experiment: f.Experiments["demo"], Status: Finished,
		Params: map[string]string{"seed": "0", "optim.lr": "0.03"}, Tags: map[string]string{"device": "cpu"},
		Metrics: map[string][]tracktest.Value{
			"train/loss":  {{Value: 1.5, Timestamp: 1234, Step: 50}, {Value: 1.25, Timestamp: 1234, Step: 100}},
			"image_auroc": {{Value: 0.75, Timestamp: 1234, Step: 100}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the server has %+v, want %+v", got, want)
	}
	if c := f.Artifacts["1/run1/artifacts/levels/pool 1/scores.csv"]; c != "path,score\n" {
		t.Errorf("artifacts %q", f.Artifacts)
	}
	var calls []string
	for _, r := range f.Requests {
		calls = append(calls, r.Call)
	}
	order := []string{"GET mlflow/experiments/get-by-name", "POST mlflow/experiments/create", "POST mlflow/runs/create", "POST mlflow/runs/log-batch", "POST mlflow/runs/log-batch"}
	if len(calls) < len(order) || !slices.Equal(calls[:len(order)], order) || calls[len(calls)-1] != "POST mlflow/runs/update" {
		t.Errorf("requests %q", calls)
	}
	// The field names and types of MLflow's REST documentation.
	if body := f.Requests[2].Body; !strings.Contains(body, `"start_time":1234`) || !strings.Contains(body, `"run_name":"3way/gear/seed-0"`) {
		t.Errorf("runs/create with %s", body)
	}
	if body := f.Requests[len(f.Requests)-1].Body; body != `{"end_time":1234,"run_id":"run1","status":"FINISHED"}` {
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
	f, b := tracktest.New(t), newBench(t)
	release := make(chan bool)
	f.Before(func(http.ResponseWriter, tracktest.Request) bool { <-release; return false })
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
	run := f.Runs["run1"]
	if len(run.Params) != 252 || len(run.Tags) != 251 || len(run.Params["key7"]) != 500 || len(run.Tags["tag7"]) != 5000 {
		t.Errorf("%d params of %d bytes, %d tags of %d", len(run.Params), len(run.Params["key7"]), len(run.Tags), len(run.Tags["tag7"]))
	}
	for _, key := range []string{"train/loss", "train/lr", "train/accuracy"} {
		steps := run.Steps(key)
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
	for _, r := range f.Requests {
		if strings.Contains(r.Body, `"metrics"`) {
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
	f, b := tracktest.New(t), newBench(t)
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
	if len(f.Runs) != 1 || len(b.notes) > 0 {
		t.Fatalf("%d runs, notes %q", len(f.Runs), b.notes)
	}
	run := f.Runs["run1"]
	if steps := run.Steps("train/loss"); !reflect.DeepEqual(steps, []int{50, 100, 150}) {
		t.Errorf("steps %v", steps)
	}
	if got := run.Metrics["image_auroc"]; len(got) != 2 || got[1].Value != 0.75 {
		t.Errorf("results %v", got)
	}
	if want := map[string]string{"seed": "0", "optim.lr": "0.03", "density.ridge": "1", "net.name": "resnet34"}; !reflect.DeepEqual(run.Params, want) {
		t.Errorf("params %v", run.Params)
	}
	if want := map[string]string{"device": "cpu", "now.optim.lr": "0.03", "now.density.ridge": "1", "now.net.name": "default"}; !reflect.DeepEqual(run.Tags, want) {
		t.Errorf("tags %v", run.Tags)
	}
	second := fmt.Sprint(f.Requests)
	for _, want := range []string{`{"key":"now.optim.lr","value":"0.01"}`, `{"key":"now.density.ridge","value":"default"}`, `"status":"RUNNING"`} {
		if !strings.Contains(second, want) {
			t.Errorf("the second sitting did not say %s", want)
		}
	}
}

// A run that the server lost, or someone deleted there, is a new one with all that
// was measured before; so is one of another server or experiment.
func TestANewRunWhereTheOldOneIsGone(t *testing.T) {
	for name, lose := range map[string]func(f *tracktest.Server, o *Options){
		"lost":             func(f *tracktest.Server, _ *Options) { delete(f.Runs, "run1"); f.Runs["other"] = &tracktest.Run{} },
		"deleted":          func(f *tracktest.Server, _ *Options) { f.Runs["run1"].Deleted = true },
		"other experiment": func(_ *tracktest.Server, o *Options) { o.Experiment = "another" },
		"other address":    func(f *tracktest.Server, o *Options) { o.Server = f.URL + "//" },
		"file damaged":     func(_ *tracktest.Server, o *Options) { os.WriteFile(o.File, []byte("{"), 0o666) },
	} {
		f, b := tracktest.New(t), newBench(t)
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
		run := f.Runs["run2"]
		if run == nil || run.Status != Finished || !reflect.DeepEqual(run.Steps("train/loss"), []int{50, 100}) || run.Params["seed"] != "0" || len(b.notes) > 0 {
			t.Errorf("%s: %+v, notes %q", name, run, b.notes)
		}
	}
}

// Of two runs that need the same experiment at once one makes it.
func TestExperimentMadeInBetween(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
	f.Before(func(_ http.ResponseWriter, r tracktest.Request) bool {
		if strings.HasSuffix(r.Call, "experiments/create") {
			f.Experiments["demo"] = "9"
		}
		return false
	})
	r := b.start(f.URL)
	r.End(Finished)
	wait(r)
	if run := f.Runs["run1"]; run == nil || run.Experiment != "9" || len(b.notes) > 0 {
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
		f, b := tracktest.New(t), newBench(t)
		env := map[string]string{"MLFLOW_TRACKING_USERNAME": c.name, "MLFLOW_TRACKING_PASSWORD": c.password, "MLFLOW_TRACKING_TOKEN": c.token}
		r := start(Options{Server: f.URL, Experiment: "demo", File: b.file}, newClient(f.URL, func(k string) string { return env[k] }, time.Minute), b.clock())
		r.End(Finished)
		wait(r)
		if got := f.Requests[0].Header.Get("Authorization"); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
		kept, err := os.ReadFile(b.file)
		if err != nil || strings.Contains(string(kept), "secret") || strings.Contains(string(kept), "tok") {
			t.Errorf("kept %s (%v)", kept, err)
		}
	}
}
