// Package runtest makes what tests of suites and tables need without training anything:
// small categories, and the folders of runs that finished, with drawn scores.
package runtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// Category writes a category below root: train normal training pictures, normal normal
// test pictures, and anomalous ones, of the defects crack and hole in turn. The files
// have the names of pictures and no more.
func Category(root, name string, train, normal, anomalous int) error {
	put := func(folder string, i int) error {
		path := filepath.Join(root, name, filepath.FromSlash(folder), fmt.Sprintf("%03d.png", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(name+folder+fmt.Sprint(i)), 0o666)
	}
	for i := range train {
		if err := put("train/good", i); err != nil {
			return err
		}
	}
	for i := range normal {
		if err := put("test/good", i); err != nil {
			return err
		}
	}
	for i := range anomalous {
		if err := put([]string{"test/crack", "test/hole"}[i%2], i); err != nil {
			return err
		}
	}
	return nil
}

// Finish makes the folder of c's run as a run leaves it that has finished, but for its
// weights, embeddings and maps. Scores are drawn, as a function of method, category and
// seed, for each of embed.levels.
func Finish(c *configs.Config, category *data.Category, fingerprint string) error {
	dir := run.Folder(c)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), c.YAML(), 0o666); err != nil {
		return err
	}
	meta := map[string]any{
		"command": []string{"cutpaste", "train"}, "version": "test", "data_fingerprint": fingerprint, "hardware": "none",
		"device": "cpu", "amp": "off", "started": time.Unix(1e9, 0).UTC(), "seconds": map[string]float64{"score": 1},
	}
	if err := writeJSON(filepath.Join(dir, "meta.json"), meta); err != nil {
		return err
	}
	levels := c.Embed.Levels
	if c.Data.Crop > 0 {
		levels = []string{run.OfWindows}
	}
	for i, level := range levels {
		folder := dir
		if i > 0 {
			folder = filepath.Join(dir, run.LevelsFolder, level)
		}
		if err := score(folder, level, c, category); err != nil {
			return err
		}
	}
	return nil
}

// score writes the scores and the result of one level.
func score(dir, level string, c *configs.Config, category *data.Category) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString("path,defect,anomalous,score,flagged,untrained_score\n")
	random := rand.New(rand.NewPCG(c.Seed, uint64(len(c.Method()+level))))
	var scores, untrained []float64
	var anomalous []bool
	for _, it := range category.Test {
		s, u := random.NormFloat64(), random.NormFloat64()
		if it.Anomalous {
			s, u = s+2, u+0.5
		}
		fmt.Fprintf(&text, "%s,%s,%t,%g,%t,%g\n", it.Rel, it.Defect, it.Anomalous, s, s > 1, u)
		scores, untrained, anomalous = append(scores, s), append(untrained, u), append(anomalous, it.Anomalous)
	}
	if err := os.WriteFile(filepath.Join(dir, "scores.csv"), []byte(text.String()), 0o666); err != nil {
		return err
	}
	text.Reset()
	text.WriteString("path,score\n")
	for _, it := range category.Train {
		fmt.Fprintf(&text, "%s,%g\n", it.Rel, random.NormFloat64())
	}
	if err := os.WriteFile(filepath.Join(dir, "normal_scores.csv"), []byte(text.String()), 0o666); err != nil {
		return err
	}
	r := run.Result{
		Category: c.Data.Category, Variant: c.Augment.Variant, Seed: c.Seed, Steps: c.Train.Steps, Size: c.Data.Size,
		Start: run.Start{Weights: "scratch"}, Features: level, TrainNormal: len(category.Train),
	}
	for _, a := range anomalous {
		if a {
			r.TestAnomalous++
		} else {
			r.TestNormal++
		}
	}
	var values [3]float64
	for i, of := range []func() (float64, error){
		func() (float64, error) { return metric.AUROC(scores, anomalous) },
		func() (float64, error) { return metric.AUROC(untrained, anomalous) },
		func() (float64, error) { return metric.AveragePrecision(scores, anomalous) },
	} {
		var err error
		if values[i], err = of(); err != nil {
			return err
		}
	}
	r.ImageAUROC, r.UntrainedAUROC, r.AveragePrecision = &values[0], &values[1], &values[2]
	return writeJSON(filepath.Join(dir, "result.json"), r)
}

func writeJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o666)
}
