// Package tracktest is as much of an MLflow server as a run meets, for tests, with its
// refusals: MLflow 3.17's limits of a batch, error codes, no param twice with other
// values.
package tracktest

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

// Server is such a server. Its fields are to be looked at when no run is being sent.
type Server struct {
	*httptest.Server

	Requests    []Request
	Experiments map[string]string // id by name
	Runs        map[string]*Run   // by id: run1, run2, ...
	Artifacts   map[string]string // content by path below Root
	Root        string            // of artifacts, with a slash at its end

	mu     sync.Mutex
	before func(w http.ResponseWriter, r Request) bool
}

// Request is one that was made.
type Request struct {
	Call   string // method and path below api/2.0
	Body   string
	Header http.Header
}

// Run is a run as the server has it.
type Run struct {
	Name, Experiment, Status string
	Deleted                  bool
	Params, Tags             map[string]string
	Metrics                  map[string][]Value
}

// Value is one value of a metric.
type Value struct {
	Value     float64
	Timestamp int64
	Step      int
}

// Steps are a metric's, in the order in which they came.
func (r *Run) Steps(metric string) (steps []int) {
	for _, v := range r.Metrics[metric] {
		steps = append(steps, v.Step)
	}
	return steps
}

// New starts a server for the time of a test.
func New(t *testing.T) *Server {
	s := &Server{Experiments: map[string]string{}, Runs: map[string]*Run{}, Artifacts: map[string]string{}, Root: "mlflow-artifacts:/"}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// Before lets f see each request from now on. It may answer one itself, which it
// tells. nil takes it away.
func (s *Server) Before(f func(w http.ResponseWriter, r Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// Refuse answers as MLflow does.
func Refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	answer(w, map[string]string{"error_code": code, "message": "a message of " + code})
}

func answer(w http.ResponseWriter, v any) { json.NewEncoder(w).Encode(v) }

const unknown = "RESOURCE_DOES_NOT_EXIST"

// question is the body of any request but an artifact's.
type question struct {
	Run        string `json:"run_id"`
	Name       string `json:"name"`
	RunName    string `json:"run_name"`
	Experiment string `json:"experiment_id"`
	Status     string `json:"status"`
	Params     []pair `json:"params"`
	Tags       []pair `json:"tags"`
	Metrics    []struct {
		Key string `json:"key"`
		Value
	} `json:"metrics"`
}

type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// ServeHTTP serves the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.Path, "/api/2.0/")
	request := Request{r.Method + " " + path, string(body), r.Header}
	s.mu.Lock()
	s.Requests = append(s.Requests, request)
	before := s.before
	s.mu.Unlock()
	if before != nil && before(w, request) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if name, is := strings.CutPrefix(request.Call, "PUT mlflow-artifacts/artifacts/"); is {
		s.Artifacts[name] = string(body)
		answer(w, struct{}{})
		return
	}
	var q question
	if len(body) > 0 {
		if err := json.Unmarshal(body, &q); err != nil {
			Refuse(w, 400, "BAD_REQUEST")
			return
		}
	}
	s.api(w, r, request.Call, &q)
}

func (s *Server) api(w http.ResponseWriter, r *http.Request, call string, q *question) {
	run := s.Runs[q.Run]
	switch call {
	case "GET mlflow/experiments/get-by-name":
		if id := s.Experiments[r.URL.Query().Get("experiment_name")]; id != "" {
			answer(w, map[string]any{"experiment": map[string]string{"experiment_id": id}})
			return
		}
	case "POST mlflow/experiments/create":
		if s.Experiments[q.Name] != "" {
			Refuse(w, 400, "RESOURCE_ALREADY_EXISTS")
			return
		}
		s.Experiments[q.Name] = fmt.Sprint(len(s.Experiments) + 1)
		answer(w, map[string]string{"experiment_id": s.Experiments[q.Name]})
		return
	case "POST mlflow/runs/create":
		id := fmt.Sprintf("run%d", len(s.Runs)+1)
		s.Runs[id] = &Run{Name: q.RunName, Experiment: q.Experiment, Status: "RUNNING",
			Params: map[string]string{}, Tags: map[string]string{}, Metrics: map[string][]Value{}}
		s.answerRun(w, id)
		return
	case "GET mlflow/runs/get":
		if id := r.URL.Query().Get("run_id"); s.Runs[id] != nil {
			s.answerRun(w, id)
			return
		}
	case "POST mlflow/runs/update":
		if run != nil {
			run.Status = q.Status
			answer(w, struct{}{})
			return
		}
	case "POST mlflow/runs/log-batch":
		if run != nil {
			run.log(w, q)
			return
		}
	}
	Refuse(w, 404, unknown)
}

func (r *Run) log(w http.ResponseWriter, q *question) {
	wrong := len(q.Metrics) > 1000 || len(q.Params) > 100 || len(q.Tags) > 100 || len(q.Metrics)+len(q.Params)+len(q.Tags) > 1000
	for _, p := range q.Params {
		v, there := r.Params[p.Key]
		wrong = wrong || there && v != p.Value || len(p.Value) > 6000
	}
	for _, t := range q.Tags {
		wrong = wrong || len(t.Value) > 8000
	}
	if wrong {
		Refuse(w, 400, "INVALID_PARAMETER_VALUE")
		return
	}
	for _, p := range q.Params {
		r.Params[p.Key] = p.Value
	}
	for _, t := range q.Tags {
		r.Tags[t.Key] = t.Value
	}
	for _, m := range q.Metrics {
		r.Metrics[m.Key] = append(r.Metrics[m.Key], m.Value)
	}
	answer(w, struct{}{})
}

func (s *Server) answerRun(w http.ResponseWriter, id string) {
	r := s.Runs[id]
	stage := "active"
	if r.Deleted {
		stage = "deleted"
	}
	data := map[string][]map[string]any{}
	for k, v := range r.Params {
		data["params"] = append(data["params"], map[string]any{"key": k, "value": v})
	}
	for k, v := range r.Tags {
		data["tags"] = append(data["tags"], map[string]any{"key": k, "value": v})
	}
	for k, of := range r.Metrics { // a value may come as text, and a step too
		data["metrics"] = append(data["metrics"], map[string]any{"key": k, "value": "NaN", "step": fmt.Sprint(of[len(of)-1].Step)})
	}
	answer(w, map[string]any{"run": map[string]any{
		"info": map[string]any{"run_id": id, "artifact_uri": s.Root + r.Experiment + "/" + id + "/artifacts", "lifecycle_stage": stage, "status": r.Status},
		"data": data,
	}})
}
