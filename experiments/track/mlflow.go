package track

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A server refuses a request with more.
const (
	mostMetrics = 1000 // in a runs/log-batch
	mostPairs   = 100  // params, and tags
	mostParam   = 500  // bytes of a param's value, of older servers; MLflow 3.17 takes 6,000
	mostTag     = 5000 // bytes of a tag's value; MLflow 3.17 takes 8,000
)

// States of a run that has ended.
const (
	Finished = "FINISHED"
	Failed   = "FAILED"
	Killed   = "KILLED" // stopped from outside
)

const (
	running      = "RUNNING"
	unknown      = "RESOURCE_DOES_NOT_EXIST"
	alreadyThere = "RESOURCE_ALREADY_EXISTS"
)

// Pair is a param or a tag.
type Pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// sample is one value of a metric, as runs/log-batch takes it.
type sample struct {
	Key       string  `json:"key"`
	Value     float64 `json:"value"`
	Timestamp int64   `json:"timestamp"` // ms
	Step      int     `json:"step"`
}

// batch is a runs/log-batch.
type batch struct {
	Run     string   `json:"run_id"`
	Metrics []sample `json:"metrics,omitempty"`
	Params  []Pair   `json:"params,omitempty"`
	Tags    []Pair   `json:"tags,omitempty"`
}

// remote is a run as the server has it.
type remote struct {
	id, artifacts string
	deleted       bool
	params, tags  map[string]string
	last          map[string]int // a metric's last step
}

// answered is that in the server's words.
type answered struct {
	Run struct {
		Info struct {
			ID        string `json:"run_id"`
			Artifacts string `json:"artifact_uri"`
			Stage     string `json:"lifecycle_stage"`
		} `json:"info"`
		Data struct {
			Metrics []struct {
				Key  string      `json:"key"`
				Step json.Number `json:"step"`
			} `json:"metrics"`
			Params []Pair `json:"params"`
			Tags   []Pair `json:"tags"`
		} `json:"data"`
	} `json:"run"`
}

func (a *answered) remote() (*remote, error) {
	info, data := a.Run.Info, a.Run.Data
	if info.ID == "" {
		return nil, &refusal{status: http.StatusOK, says: "a run without an id"}
	}
	r := &remote{
		id: info.ID, artifacts: info.Artifacts, deleted: info.Stage == "deleted",
		params: map[string]string{}, tags: map[string]string{}, last: map[string]int{},
	}
	for _, p := range data.Params {
		r.params[p.Key] = p.Value
	}
	for _, t := range data.Tags {
		r.tags[t.Key] = t.Value
	}
	for _, m := range data.Metrics {
		step, err := m.Step.Int64()
		if err == nil { // 0 may be left out
			r.last[m.Key] = int(step)
		}
	}
	return r, nil
}

// experiment is the id of the experiment of this name, which is made if it is
// missing.
func (c *client) experiment(ctx context.Context, name string) (string, error) {
	var there struct {
		Experiment struct {
			ID string `json:"experiment_id"`
		} `json:"experiment"`
	}
	ask := func() error {
		return c.get(ctx, "experiments/get-by-name", url.Values{"experiment_name": {name}}, &there)
	}
	err := ask()
	if refused(err, unknown) {
		var made struct {
			ID string `json:"experiment_id"`
		}
		err = c.post(ctx, "experiments/create", map[string]string{"name": name}, &made)
		there.Experiment.ID = made.ID
		if refused(err, alreadyThere) { // by another run, in between
			err = ask()
		}
	}
	if err == nil && there.Experiment.ID == "" {
		err = &refusal{status: http.StatusOK, says: "an experiment without an id"}
	}
	return there.Experiment.ID, err
}

func (c *client) create(ctx context.Context, experiment, name string, began time.Time) (*remote, error) {
	var a answered
	err := c.post(ctx, "runs/create", map[string]any{
		"experiment_id": experiment, "run_name": name, "start_time": began.UnixMilli(),
	}, &a)
	if err != nil {
		return nil, err
	}
	return a.remote()
}

func (c *client) find(ctx context.Context, id string) (*remote, error) {
	var a answered
	if err := c.get(ctx, "runs/get", url.Values{"run_id": {id}}, &a); err != nil {
		return nil, err
	}
	return a.remote()
}

func (c *client) resume(ctx context.Context, id string) error {
	return c.post(ctx, "runs/update", map[string]any{"run_id": id, "status": running}, nil)
}

func (c *client) end(ctx context.Context, id, state string, at time.Time) error {
	return c.post(ctx, "runs/update", map[string]any{"run_id": id, "status": state, "end_time": at.UnixMilli()}, nil)
}

func (c *client) log(ctx context.Context, b batch) error {
	return c.post(ctx, "runs/log-batch", b, nil)
}

// upload puts a file among the run's artifacts. name has slashes.
func (c *client) upload(ctx context.Context, r *remote, name string, content []byte) error {
	at, err := url.Parse(r.artifacts)
	if err != nil || at.Scheme != "mlflow-artifacts" || at.Host != "" {
		return &refusal{says: fmt.Sprintf("artifacts are kept at %s, where only MLflow's own client can put them; start the server with --serve-artifacts", bounded(r.artifacts))}
	}
	path := strings.TrimRight(at.EscapedPath(), "/") + "/" + (&url.URL{Path: name}).EscapedPath()
	return c.do(ctx, http.MethodPut, "/api/2.0/mlflow-artifacts/artifacts/"+strings.TrimLeft(path, "/"), "application/octet-stream", content, nil)
}
