package track

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// fake is as much of an MLflow server as a run meets, with its refusals: MLflow
// 3.17's limits of a batch, no param twice with other values, error codes.
type fake struct {
	*httptest.Server
	// before sees each request and may answer it, which it tells.
	before func(w http.ResponseWriter, r *http.Request) bool

	mu          sync.Mutex
	requests    []string // method and path, from the API's root
	bodies      []string
	header      http.Header // of the last one
	experiments map[string]string
	runs        map[string]*fakeRun
	artifacts   map[string]string
	root        string // of artifacts
}

type fakeRun struct {
	name, experiment, state string
	deleted                 bool
	params, tags            map[string]string
	metrics                 map[string][]sample
}

func newFake(t *testing.T) *fake {
	f := &fake{experiments: map[string]string{}, runs: map[string]*fakeRun{}, artifacts: map[string]string{}, root: "mlflow-artifacts:/"}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.Path, "/api/2.0/")
	f.mu.Lock()
	f.requests, f.bodies, f.header = append(f.requests, r.Method+" "+path), append(f.bodies, string(body)), r.Header
	before := f.before
	f.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if name, is := strings.CutPrefix(path, "mlflow-artifacts/artifacts/"); is && r.Method == http.MethodPut {
		f.artifacts[name] = string(body)
		io.WriteString(w, "{}")
		return
	}
	var q struct {
		batch
		Name       string `json:"name"`
		RunName    string `json:"run_name"`
		Experiment string `json:"experiment_id"`
		Status     string `json:"status"`
		EndTime    int64  `json:"end_time"`
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &q); err != nil {
			refuse(w, 400, "BAD_REQUEST")
			return
		}
	}
	run := f.runs[q.Run]
	switch r.Method + " " + path {
	case "GET mlflow/experiments/get-by-name":
		if id := f.experiments[r.URL.Query().Get("experiment_name")]; id != "" {
			answer(w, map[string]any{"experiment": map[string]string{"experiment_id": id}})
			return
		}
	case "POST mlflow/experiments/create":
		if f.experiments[q.Name] != "" {
			refuse(w, 400, alreadyThere)
			return
		}
		f.experiments[q.Name] = fmt.Sprint(len(f.experiments) + 1)
		answer(w, map[string]string{"experiment_id": f.experiments[q.Name]})
		return
	case "POST mlflow/runs/create":
		id := fmt.Sprintf("run%d", len(f.runs)+1)
		f.runs[id] = &fakeRun{name: q.RunName, experiment: q.Experiment, state: running,
			params: map[string]string{}, tags: map[string]string{}, metrics: map[string][]sample{}}
		f.answerRun(w, id)
		return
	case "GET mlflow/runs/get":
		if id := r.URL.Query().Get("run_id"); f.runs[id] != nil {
			f.answerRun(w, id)
			return
		}
	case "POST mlflow/runs/update":
		if run != nil {
			run.state = q.Status
			answer(w, map[string]string{})
			return
		}
	case "POST mlflow/runs/log-batch":
		if run != nil {
			f.logBatch(w, run, q.batch)
			return
		}
	}
	refuse(w, 404, unknown)
}

func (f *fake) logBatch(w http.ResponseWriter, run *fakeRun, b batch) {
	tooMany := len(b.Metrics) > 1000 || len(b.Params) > 100 || len(b.Tags) > 100 || len(b.Metrics)+len(b.Params)+len(b.Tags) > 1000
	changed := false
	for _, p := range b.Params {
		v, there := run.params[p.Key]
		changed = changed || there && v != p.Value
		tooMany = tooMany || len(p.Value) > mostParam
	}
	if tooMany || changed {
		refuse(w, 400, "INVALID_PARAMETER_VALUE")
		return
	}
	for _, p := range b.Params {
		run.params[p.Key] = p.Value
	}
	for _, t := range b.Tags {
		run.tags[t.Key] = t.Value
	}
	for _, m := range b.Metrics {
		run.metrics[m.Key] = append(run.metrics[m.Key], m)
	}
	answer(w, map[string]string{})
}

func (f *fake) answerRun(w http.ResponseWriter, id string) {
	r := f.runs[id]
	stage := "active"
	if r.deleted {
		stage = "deleted"
	}
	data := map[string][]map[string]any{}
	for k, v := range r.params {
		data["params"] = append(data["params"], map[string]any{"key": k, "value": v})
	}
	for k, v := range r.tags {
		data["tags"] = append(data["tags"], map[string]any{"key": k, "value": v})
	}
	for k, of := range r.metrics {
		last := of[len(of)-1]
		data["metrics"] = append(data["metrics"], map[string]any{"key": k, "value": "NaN", "step": fmt.Sprint(last.Step)})
	}
	answer(w, map[string]any{"run": map[string]any{
		"info": map[string]any{"run_id": id, "artifact_uri": f.root + r.experiment + "/" + id + "/artifacts", "lifecycle_stage": stage, "status": r.state},
		"data": data,
	}})
}

func answer(w http.ResponseWriter, v any) { json.NewEncoder(w).Encode(v) }

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	answer(w, map[string]string{"error_code": code, "message": "a message of " + code})
}

// set changes what the server does while it is in use.
func (f *fake) set(before func(w http.ResponseWriter, r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
}

// broken answers 500, and tells of each request.
func broken(asked chan<- string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(500)
		if asked != nil {
			asked <- r.URL.Path
		}
		return true
	}
}
