package run

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/track/tracktest"
	"github.com/cutpaste/cutpaste/trainer"
)

// A run that is cut off and goes on is one run on the server, with its curve whole,
// its files as they lie in the folder and the result's numbers.
func TestARunOnMLflow(t *testing.T) {
	server := tracktest.New(t)
	c := drawn(t)
	c.Log.MLflow, c.Log.MLflowExperiment, c.Optim.Lr = server.URL, "drawn", 0.01
	ctx, stop := context.WithCancel(context.Background())
	_, err := Train(ctx, c, quiet{onUpdate: func(n int) {
		if n == 2 {
			stop()
		}
	}})
	if !errors.Is(err, trainer.ErrInterrupted) {
		t.Fatal(err)
	}
	run := server.Runs["run1"]
	if run == nil || run.Status != "KILLED" || !slices.Equal(run.Steps("train/loss"), []int{2}) {
		t.Fatalf("after the interruption: %+v", run)
	}
	var notes []string
	r, err := Train(context.Background(), c, quiet{notes: &notes})
	if err != nil || len(notes) > 0 {
		t.Fatalf("%v, notes %q", err, notes)
	}
	if len(server.Runs) != 1 || run.Status != "FINISHED" || run.Name != "3way/"+c.Data.Category+"/seed-0" || server.Experiments["drawn"] != run.Experiment {
		t.Errorf("%d runs, the first %+v", len(server.Runs), run)
	}
	for _, tag := range []string{"train/loss", "train/accuracy", "train/lr", "speed/images_per_second", "speed/data_wait"} {
		if !slices.Equal(run.Steps(tag), []int{2, 4}) {
			t.Errorf("%s at %v", tag, run.Steps(tag))
		}
	}
	history, err := trainer.History(r.Run)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range history {
		if v := run.Metrics["train/loss"][i]; v.Value != s.Loss {
			t.Errorf("loss %v at update %d, metrics.csv has %v", v.Value, s.Update, s.Loss)
		}
	}
	for name, want := range map[string]float64{"image_auroc": *r.ImageAUROC, "untrained_image_auroc": *r.UntrainedAUROC, "pixel_auroc": *r.PixelAUROC, "aupro": *r.AUPRO, "oracle_f1": r.OracleF1.F1} {
		if got := run.Metrics[name]; len(got) != 1 || got[0].Value != want || got[0].Step != 4 {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for key, want := range map[string]string{"seed": "0", "augment.variant": "3way", "train.steps": "4", "optim.lr": "0.01", "data.root": c.Data.Root} {
		if run.Params[key] != want {
			t.Errorf("param %s is %q, want %q", key, run.Params[key], want)
		}
	}
	if m, err := readMeta(r.Run); err != nil || run.Tags["data_fingerprint"] != m.Fingerprint || run.Tags["device"] != "cpu" || run.Tags["mlflow.source.git.commit"] != m.Version || run.Tags["command"] == "" {
		t.Errorf("tags %v (%v)", run.Tags, err)
	}
	for _, name := range []string{configFile, resultFile, scoresFile, "metrics.csv"} {
		if server.Artifacts["1/run1/artifacts/"+name] != read(t, r.Run, name) {
			t.Errorf("%s is another on the server", name)
		}
	}

	// A run that is complete is scored anew in its place, with another level.
	_, err = Train(context.Background(), with(c, func(c *configs.Config) {
		c.Embed.Levels = []string{"layer1", "pool"}
	}), quiet{})
	if err != nil {
		t.Fatal(err)
	}
	if len(server.Runs) != 1 || len(run.Metrics["image_auroc"]) != 2 || len(run.Metrics["pool/image_auroc"]) != 1 || run.Params["embed.levels"] != "[layer1, pool]" {
		t.Errorf("%d runs, metrics %v, params %v", len(server.Runs), run.Metrics, run.Params)
	}
	if name := "levels/pool/scores.csv"; server.Artifacts["1/run1/artifacts/"+name] != read(t, r.Run, name) {
		t.Errorf("artifacts %v", server.Artifacts)
	}
}

// Whatever a server does, the run leaves the files that it leaves without one, and
// says what the server missed.
func TestARunWithoutItsServer(t *testing.T) {
	c := drawn(t)
	alone := train(t, with(c, func(c *configs.Config) { c.Out = t.TempDir() }))
	gone := httptest.NewServer(nil)
	gone.Close()
	// It takes the run and the first values, and is broken from then on.
	dies := tracktest.New(t)
	dies.Before(func(w http.ResponseWriter, r tracktest.Request) bool {
		if len(dies.Runs) > 0 && strings.Contains(r.Body, "metrics") {
			dies.Before(func(w http.ResponseWriter, _ tracktest.Request) bool { w.WriteHeader(500); return true })
		}
		return false
	})
	for name, address := range map[string]string{"never there": gone.URL, "dies": dies.URL} {
		var notes []string
		of := with(c, func(c *configs.Config) { c.Out, c.Log.MLflow = t.TempDir(), address })
		r, err := Train(context.Background(), of, quiet{notes: &notes})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, file := range []string{modelFile, embeddingsFile, scoresFile} {
			if read(t, r.Run, file) != read(t, alone.Run, file) {
				t.Errorf("%s: %s differs from the run's without a server", name, file)
			}
		}
		if len(notes) == 0 || !strings.Contains(notes[len(notes)-1], address) || !strings.Contains(notes[len(notes)-1], "are lost there") {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
}

// Of runs that are trained together each is one there; one that fails says so.
func TestSeedsOnMLflow(t *testing.T) {
	server := tracktest.New(t)
	c := drawn(t)
	c.Log.MLflow, c.JobsPerDevice = server.URL, 2
	damage(t, with(c, func(c *configs.Config) { c.Seed = 2 }))
	if _, err := TrainSeeds(context.Background(), c, []uint64{2, 1}, quiet{}); err == nil {
		t.Fatal("no error")
	}
	states := map[string]string{}
	for _, run := range server.Runs {
		states[run.Name] = fmt.Sprint(run.Status, " ", len(run.Metrics["image_auroc"]))
	}
	name := "3way/" + c.Data.Category + "/seed-"
	if len(states) != 2 || states[name+"2"] != "FAILED 0" || states[name+"1"] != "FINISHED 1" || server.Experiments["test"] == "" {
		t.Errorf("%v in %v", states, server.Experiments)
	}
}
