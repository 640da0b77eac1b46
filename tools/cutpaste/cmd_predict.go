package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/run"
)

func (a *app) predictCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "predict RUN FILE|FOLDER ... [key=value ...]",
		Short: "Score new pictures with a trained run, and say which are anomalous",
		Args:  arguments(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.predict(cmd.Context(), args[0], args[1:])
		},
	}
	document(cmd, help{
		about: `
Scores each picture by its Mahalanobis distance from the run's normal training
pictures and calls it anomalous above the threshold, which was chosen from
normal pictures alone: density.quantile of their held-out scores. Prints one CSV
row a picture: path, score, threshold, verdict (normal, anomalous, or error with
its reason). With --json, one object a picture, and a last one that counts.

Features are those of the first level of the run's embed.levels, pool unless it
was set; embed.levels=LEVEL takes another that the run stored.

A picture that cannot be read does not stop the others.`,
		files: `
  reads  RUN/config.yaml, RUN/model.safetensors, RUN/embeddings.safetensors`,
		examples: `
  cutpaste predict runs/demo/3way/bottle/seed-0 new.png
  cutpaste predict runs/demo/3way/bottle/seed-0 inbox/ \
      density.quantile=0.99 > verdicts.csv`,
		status: []exit{
			{exitDone, "every picture was scored, whatever the verdicts"},
			{exitFailed, "the model could not be loaded, or no picture could be scored"},
			{exitWrong, "no run folder, or no such file"},
			{exitSome, "some pictures could not be read, the others are scored"},
		},
	})
	return cmd
}

// verdict is one picture's line.
type verdict struct {
	Path      string   `json:"path"`
	Score     *float64 `json:"score"`
	Threshold float64  `json:"threshold"`
	Verdict   string   `json:"verdict"`
	Error     string   `json:"error,omitempty"`
}

func (a *app) predict(ctx context.Context, dir string, args []string) error {
	paths, overrides := splitOverrides(args)
	files, err := run.Files(paths)
	if err != nil {
		return &usageError{err.Error()}
	}
	if len(files) == 0 {
		return usagef("there is no picture in %s; give picture files or folders of them", strings.Join(paths, ", "))
	}
	p, err := run.OpenPredictor(dir, overrides)
	if err != nil {
		return err
	}
	defer p.Free()

	out := csv.NewWriter(a.stdout)
	if !a.json {
		out.Write([]string{"path", "score", "threshold", "verdict", "error"})
	}
	task := a.progress.Task("scoring", len(files), "pictures")
	defer task.Done()
	counts := map[string]int{}
	done := 0
	err = p.Predict(ctx, files, func(v run.Verdict) {
		line := describe(v)
		counts[line.Verdict]++
		done++
		task.Set(done, "")
		if a.json {
			a.result(line, "")
			return
		}
		score := ""
		if line.Score != nil {
			score = number(*line.Score)
		}
		out.Write([]string{line.Path, score, number(line.Threshold), line.Verdict, line.Error})
	})
	out.Flush()
	if err != nil {
		return err
	}
	if a.json {
		a.result(map[string]int{"pictures": done, "normal": counts["normal"], "anomalous": counts["anomalous"], "failed": counts["error"]}, "")
	}
	switch failed := counts["error"]; {
	case failed == done:
		return fmt.Errorf("none of the %d pictures could be read", done)
	case failed > 0:
		return &exitError{exitSome, fmt.Errorf("%d of %d pictures could not be read, the others are scored", failed, done)}
	}
	return nil
}

func describe(v run.Verdict) verdict {
	line := verdict{Path: v.Path, Threshold: v.Threshold, Verdict: "normal"}
	switch {
	case v.Err != nil:
		line.Verdict, line.Error = "error", v.Err.Error()
	case v.Anomalous:
		line.Verdict = "anomalous"
	}
	if v.Err == nil {
		line.Score = &v.Score
	}
	return line
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
