package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/gallery"
	"github.com/cutpaste/cutpaste/experiments/run"
)

func (a *app) predictCommand() *cobra.Command {
	maps := ""
	cmd := &cobra.Command{
		Use:   "predict RUN FILE|FOLDER ... [key=value ...]",
		Short: "Score new pictures with a trained run, and say which are anomalous",
		Args:  arguments(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.predict(cmd.Context(), args[0], args[1:], maps)
		},
	}
	document(cmd, help{
		about: `
Scores each picture by its Mahalanobis distance from the run's normal training
pictures, or for a patch model (data.crop) by the map of its windows' distances,
and calls it anomalous above the threshold, which was chosen from normal
pictures alone: density.quantile of their held-out scores. Prints one CSV row a
picture: path, score, threshold, verdict (normal, anomalous, or error with its
reason), and the seconds it took: to read it, and its share of what its batch
took. With --json, one object a picture, and a last one that counts.

With --maps each picture also gets its anomaly map, of windows for a patch model
and Grad-CAM for a model of whole pictures: drawn over the picture in the
colours of the run's own test pictures (NAME.panel.png), and as numbers in
16-bit grey (NAME.map.png: a value v is a score of Low + v*(High-Low)/65535,
with Low and High in the file's texts).

Features are those of the first level of the run's embed.levels, pool unless it
was set; embed.levels=LEVEL takes another that the run stored.

A picture that cannot be read does not stop the others.`,
		files: `
  reads   RUN/config.yaml, RUN/model.safetensors, RUN/maps.safetensors,
          RUN/embeddings.safetensors (of a patch model, RUN/gaussians/)
  writes  with --maps FOLDER, two files there for each picture`,
		examples: `
  cutpaste predict runs/demo/3way/bottle/seed-0 new.png
  cutpaste predict runs/demo/3way/bottle/seed-0 inbox/ \
      density.quantile=0.99 > verdicts.csv
  cutpaste predict runs/demo-patch/3way/bottle/seed-0 inbox/ --maps where/`,
		status: []exit{
			{exitDone, "every picture was scored, whatever the verdicts"},
			{exitFailed, "the model could not be loaded, or no picture could be scored"},
			{exitWrong, "no run folder, or no such file"},
			{exitSome, "some pictures could not be read, the others are scored"},
		},
	})
	cmd.Flags().StringVar(&maps, "maps", maps, "write each picture's map into this `FOLDER`")
	return cmd
}

// verdict is one picture's line.
type verdict struct {
	Path      string   `json:"path"`
	Score     *float64 `json:"score"`
	Threshold float64  `json:"threshold"`
	Verdict   string   `json:"verdict"`
	Seconds   float64  `json:"seconds"`
	Map       string   `json:"map,omitempty"`
	Panel     string   `json:"panel,omitempty"`
	Error     string   `json:"error,omitempty"`
}

func (a *app) predict(ctx context.Context, dir string, args []string, maps string) error {
	paths, overrides := splitOverrides(args)
	files, err := run.Files(paths)
	if err != nil {
		return &usageError{err.Error()}
	}
	if len(files) == 0 {
		return usagef("there is no picture in %s; give picture files or folders of them", strings.Join(paths, ", "))
	}
	for _, path := range paths {
		if maps != "" && filepath.Clean(path) == filepath.Clean(maps) {
			return usagef("--maps %s is the folder of the pictures, whose maps would be scored as pictures the next time; give another", maps)
		}
	}
	p, err := run.OpenPredictor(dir, overrides, maps != "")
	if err != nil {
		return err
	}
	defer p.Free()
	var draw *gallery.New
	if maps != "" {
		if draw, err = gallery.NewIn(maps, p); err != nil {
			return err
		}
	}

	out := csv.NewWriter(a.stdout)
	if !a.json {
		out.Write([]string{"path", "score", "threshold", "verdict", "seconds", "error"})
	}
	report, finished := a.track("scoring", "pictures")
	defer finished()
	counts := map[string]int{}
	done := 0
	var undrawn error
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	err = p.Predict(ctx, files, func(v run.Verdict) {
		line := describe(v)
		if draw != nil && v.Err == nil && undrawn == nil {
			if line.Map, line.Panel, undrawn = draw.Add(v); undrawn != nil {
				stop(undrawn)
			}
		}
		counts[line.Verdict]++
		done++
		report(done, len(files))
		if a.json {
			a.result(line, "")
			return
		}
		score := ""
		if line.Score != nil {
			score = number(*line.Score)
		}
		out.Write([]string{line.Path, score, number(line.Threshold), line.Verdict, strconv.FormatFloat(line.Seconds, 'f', 3, 64), line.Error})
	})
	out.Flush()
	if undrawn != nil {
		err = undrawn
	}
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
	line := verdict{Path: v.Path, Threshold: v.Threshold, Verdict: "normal", Seconds: v.Seconds}
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
