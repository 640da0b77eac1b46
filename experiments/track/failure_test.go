package track

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/experiments/track/tracktest"
)

// noted holds notes against what each must contain.
func (b *bench) noted(want ...[]string) {
	b.t.Helper()
	if len(b.notes) != len(want) {
		b.t.Errorf("%d notes %q, want %d", len(b.notes), b.notes, len(want))
		return
	}
	for i, parts := range want {
		for _, part := range parts {
			if !strings.Contains(b.notes[i], part) {
				b.t.Errorf("note %q lacks %q", b.notes[i], part)
			}
		}
	}
}

// Where no server is, a run has one try at its end and no pause, and says once what
// is lost: 2 params, 1 tag, 2 values, a file, the end.
func TestAServerThatNeverExisted(t *testing.T) {
	b := newBench(t)
	s := httptest.NewServer(nil)
	s.Close()
	r := b.start(s.URL)
	r.Log(loss(50, 1.5))
	<-b.paused // it has failed once
	r.Log(loss(100, 1.25))
	r.File("scores.csv", "scores.csv")
	r.End(Finished)
	wait(r)
	b.noted([]string{s.URL, "does not take the run", "connection refused"}, []string{s.URL, "3way/gear/seed-0", "7 of 7 items", "connection refused"})
	if _, err := os.Stat(b.file); err == nil {
		t.Error("an id was kept")
	}
}

// What a server misses while it is away it gets when it is back, pauses growing.
func TestAServerThatComesBack(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
	f.Before(func(w http.ResponseWriter, _ tracktest.Request) bool { w.WriteHeader(500); return true })
	r := b.start(f.URL)
	for i := 1; i <= 10; i++ {
		r.Log(loss(i, 1))
	}
	var pauses []time.Duration
	for range 8 {
		pauses = append(pauses, <-b.paused)
		b.pauses <- time.Time{}
	}
	<-b.paused
	f.Before(nil)
	b.pauses <- time.Time{}
	r.Log(loss(11, 1))
	r.End(Finished)
	wait(r)
	want := []time.Duration{1e9, 2e9, 4e9, 8e9, 16e9, 32e9, 60e9, 60e9}
	if !reflect.DeepEqual(pauses, want) {
		t.Errorf("pauses %v", pauses)
	}
	if run := f.Runs["run1"]; run.Status != Finished || len(run.Steps("train/loss")) != 11 {
		t.Errorf("the server has %+v", run)
	}
	if len(b.notes) > 1 || len(b.notes) == 1 && !strings.Contains(b.notes[0], "it answers 500") {
		t.Errorf("notes %q", b.notes)
	}
}

// A server that dies in the middle costs what it has not got.
func TestAServerThatDies(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
	got := make(chan bool, 100)
	f.Before(func(http.ResponseWriter, tracktest.Request) bool { got <- true; return false })
	r := b.start(f.URL)
	r.Log(loss(1, 1))
	for range 6 { // get, create, create, tags, params, values
		<-got
	}
	f.Close()
	r.Log(loss(2, 1))
	<-b.paused
	r.Log(loss(3, 1))
	r.End(Finished)
	wait(r)
	b.noted([]string{"does not take the run"}, []string{"3 of 7 items", "connection refused"})
	if steps := f.Runs["run1"].Steps("train/loss"); !reflect.DeepEqual(steps, []int{1}) {
		t.Errorf("steps %v", steps)
	}
}

// A failure at the very end is tried once more.
func TestOneFailureAtTheEnd(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
	failed := make(chan bool, 1)
	f.Before(func(w http.ResponseWriter, r tracktest.Request) bool {
		if !strings.HasSuffix(r.Call, "runs/update") || len(failed) > 0 {
			return false
		}
		failed <- true
		w.WriteHeader(503)
		return true
	})
	close(b.pauses)
	r := b.start(f.URL)
	r.End(Finished)
	wait(r)
	b.noted()
	if f.Runs["run1"].Status != Finished {
		t.Error("the run did not end")
	}
}

// Wait leaves a server that hangs as soon as its context is done, and the request's
// own limit of time lets a run go on without it.
func TestAServerThatHangs(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
	hangs := make(chan bool, 100)
	free := make(chan bool)
	defer close(free)
	f.Before(func(http.ResponseWriter, tracktest.Request) bool { hangs <- true; <-free; return true })
	r := b.start(f.URL)
	<-hangs
	r.Log(loss(1, 1))
	r.End(Finished)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	Wait(ctx, r)
	b.noted([]string{"5 of 5 items", "slower than the run"})

	b = newBench(t)
	r = start(Options{Server: f.URL, File: b.file, Note: func(s string) { b.notes = append(b.notes, s) }},
		newClient(f.URL, func(string) string { return "" }, time.Millisecond), b.clock())
	r.End(Finished)
	<-b.paused
	wait(r)
	b.noted([]string{"1 of 1 items", "does not answer within 1ms"})
}

// What is refused is dropped alone.
func TestARefusal(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
	f.Root = "s3://bucket/" // where only MLflow's client can put artifacts
	f.Before(func(w http.ResponseWriter, r tracktest.Request) bool {
		if strings.Contains(r.Body, `"params"`) || strings.Contains(r.Body, "bad") {
			tracktest.Refuse(w, 400, "INVALID_PARAMETER_VALUE")
			return true
		}
		return false
	})
	r := b.start(f.URL)
	r.Result(Row{1, []Metric{{"bad", 1}}})
	r.Result(Row{1, []Metric{{"good", 1}}})
	r.File("missing.csv", filepath.Join(t.TempDir(), "missing.csv"))
	r.File("failure_test.go", "failure_test.go")
	r.End(Finished)
	wait(r)
	if len(b.notes) == 0 {
		t.Fatal("no note")
	}
	b.notes = b.notes[len(b.notes)-1:] // whether the refusal of params came before Result is open
	b.noted([]string{"5 of 8 items", `kept at "s3://bucket/1/run1/artifacts"`, "--serve-artifacts"})
	if run := f.Runs["run1"]; run.Status != Finished || len(run.Metrics["good"]) != 1 || run.Tags["device"] != "cpu" {
		t.Errorf("the server has %+v", run)
	}
}

// Who is not let in does not ask again for each item; what is no MLflow server, or
// is elsewhere, is said.
func TestNoUseInAskingAgain(t *testing.T) {
	for _, c := range []struct {
		answer http.HandlerFunc
		want   string
	}{
		{func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "You are not authenticated.\x1b[1m", http.StatusUnauthorized)
		}, `it answers 401: "You are not authenticated.\x1b[1m`},
		{func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.Repeat("ä", 1000), http.StatusNotFound)
		}, strings.Repeat("ä", 80) + "..."},
		{func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, `what no MLflow server says: "<html>"`},
		{func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("{}")) }, "an experiment without an id"},
		{func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://h/x", http.StatusPermanentRedirect)
		}, `it answers 308: it is elsewhere, at "https://h/x"`},
	} {
		b, asked := newBench(t), 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			c.answer(w, r)
		}))
		r := b.start(s.URL)
		r.File("a", "a")
		r.File("b", "b")
		r.End(Finished)
		wait(r)
		s.Close()
		b.noted([]string{"6 of 6 items", c.want})
		if asked != 1 {
			t.Errorf("%s: asked %d times", c.want, asked)
		}
	}
}

// An id that cannot be kept is an error for the server's sake, not the run's.
func TestAnIDThatCannotBeKept(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
	b.file = filepath.Join(b.file, "no", "folder")
	r := b.start(f.URL)
	r.End(Finished)
	wait(r)
	b.noted([]string{"4 of 4 items", b.file})
}

// A queue that is full lets the oldest part of a curve go, never what the run found.
func TestTheQueueIsBounded(t *testing.T) {
	f, b := tracktest.New(t), newBench(t)
	release := make(chan bool)
	f.Before(func(http.ResponseWriter, tracktest.Request) bool { <-release; return false })
	r := b.start(f.URL) // which waits to be introduced
	r.Result(Row{1, []Metric{{"image_auroc", 0.5}}})
	for i := range mostQueued + 9 {
		r.Log(loss(i+1, 1))
	}
	close(release)
	r.End(Finished)
	wait(r)
	run := f.Runs["run1"]
	steps := run.Steps("train/loss")
	if len(steps) != mostQueued-2 || steps[0] != 12 || len(run.Metrics["image_auroc"]) != 1 || run.Status != Finished {
		t.Errorf("%d values from %d on, state %s", len(steps), steps[0], run.Status)
	}
	if len(b.notes) == 0 {
		t.Fatal("no note")
	}
	b.notes = b.notes[len(b.notes)-1:]
	b.noted([]string{"11 of 4110 items", "slower than the run"})
}

// A queue without curves takes no more than it can hold.
func TestAFullQueueWithoutCurves(t *testing.T) {
	q := queue{pushed: make(chan struct{}, 1)}
	for range mostQueued {
		if lost := q.push(item{file: "f"}); lost != 0 {
			t.Fatal("lost with room")
		}
	}
	if lost := q.push(item{metrics: make([]sample, 3)}); lost != 3 || len(q.items) != mostQueued {
		t.Errorf("lost %d, holds %d", lost, len(q.items))
	}
	if lost := q.clear(); lost != mostQueued || len(q.items) != 0 {
		t.Errorf("cleared %d", lost)
	}
}
