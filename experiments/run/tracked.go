package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/track"
	"github.com/cutpaste/cutpaste/trainer"
)

// trackFile keeps, in the run folder, which run of log.mlflow's server it is.
const trackFile = "mlflow.json"

// trackWait is how long runs that have ended wait for what is still to be sent.
const trackWait = 5 * time.Second

// follow begins to send the run to log.mlflow's server, if there is one. What it
// measured in earlier sittings is sent where the server lacks it.
func (j *job) follow() {
	c := j.config
	if c.Log.MLflow == "" {
		return
	}
	experiment := c.Log.MLflowExperiment
	if experiment == "" {
		experiment = c.Name
	}
	past, err := trainer.History(j.dir)
	if err != nil {
		j.progress.Note("MLflow is not sent what was measured before: " + err.Error())
	}
	history := make([]track.Row, len(past))
	for i, s := range past {
		history[i] = curves(&s)
	}
	m := j.meta
	if stored, err := readMeta(j.dir); err == nil && stored != nil {
		m = stored // a complete run is what it was when it was trained
	}
	j.tracked = track.Start(track.Options{
		Server: c.Log.MLflow, Experiment: experiment,
		Name:   strings.Join([]string{c.Method(), c.Data.Category, "seed-" + strconv.FormatUint(c.Seed, 10)}, "/"),
		File:   filepath.Join(j.dir, trackFile),
		Params: params(c), Tags: m.tags(c), History: history, Note: j.progress.Note,
	})
}

// updated sends a row of the training's curves, once.
func (j *job) updated(update int, s *trainer.Status) {
	if s != nil && s.Update == update {
		j.tracked.Log(curves(s))
	}
}

func curves(s *trainer.Status) track.Row {
	row := track.Row{Step: s.Update}
	for _, c := range s.Curves() {
		row.Metrics = append(row.Metrics, track.Metric{Key: c.Tag, Value: c.Value})
	}
	return row
}

// params are the keys that tell runs apart, and all others that are not at their
// defaults.
func params(c *configs.Config) []track.Pair {
	list := []track.Pair{
		{Key: "name", Value: c.Name},
		{Key: "data.category", Value: c.Data.Category},
		{Key: "augment.variant", Value: c.Augment.Variant},
		{Key: "seed", Value: strconv.FormatUint(c.Seed, 10)},
		{Key: "data.size", Value: strconv.Itoa(c.Data.Size)},
		{Key: "net.name", Value: c.Net.Name},
		{Key: "train.steps", Value: strconv.Itoa(c.Train.Steps)},
		{Key: "config_hash", Value: c.Hash()},
	}
	there := map[string]bool{}
	for _, p := range list {
		there[p.Key] = true
	}
	for _, s := range c.Changed() {
		key, value, _ := strings.Cut(s, "=")
		if !there[key] && !strings.HasPrefix(key, "log.") {
			list = append(list, track.Pair{Key: key, Value: value})
		}
	}
	return list
}

// tags are how the run came about. Those that begin with mlflow. are columns of
// MLflow's own pages.
func (m *meta) tags(c *configs.Config) []track.Pair {
	list := []track.Pair{
		{Key: "mlflow.source.name", Value: "cutpaste"},
		{Key: "mlflow.source.type", Value: "LOCAL"},
		{Key: "mlflow.source.git.commit", Value: m.Version},
		{Key: "command", Value: strings.Join(m.Command, " ")},
		{Key: "data_fingerprint", Value: m.Fingerprint},
		{Key: "device", Value: string(m.Device)},
		{Key: "amp", Value: string(m.Amp)},
		{Key: "channels_last", Value: strconv.FormatBool(m.ChannelsLast)},
		{Key: "libtorch", Value: m.Libtorch},
		{Key: "run", Value: Folder(c)},
	}
	if m.Weights != "" {
		list = append(list, track.Pair{Key: "weights", Value: m.Weights})
	}
	if m.WeightsSHA256 != "" {
		list = append(list, track.Pair{Key: "weights_sha256", Value: m.WeightsSHA256})
	}
	return list
}

// found sends what the run found, and the files that hold it.
func (j *job) found(r *Result) {
	j.scored = true
	row := track.Row{Step: r.Steps, Metrics: r.metrics("")}
	for _, level := range r.Levels {
		row.Metrics = append(row.Metrics, level.metrics(level.Features+"/")...)
	}
	j.tracked.Result(row)
	for _, of := range append([]*Result{r}, r.Levels...) {
		for _, name := range []string{resultFile, scoresFile} {
			if path, err := filepath.Rel(r.Run, filepath.Join(of.Run, name)); err == nil {
				j.file(path)
			}
		}
	}
}

// file sends a file of the run folder, if it is there.
func (j *job) file(name string) {
	if j.tracked == nil {
		return
	}
	path := filepath.Join(j.dir, name)
	if _, err := os.Stat(path); err == nil {
		j.tracked.File(filepath.ToSlash(name), path)
	}
}

// metrics are the result's numbers, of those that are defined, by their names in
// result.json after a prefix.
func (r *Result) metrics(prefix string) []track.Metric {
	type value struct {
		name string
		is   *float64
	}
	values := []value{
		{"image_auroc", r.ImageAUROC}, {"untrained_image_auroc", r.UntrainedAUROC}, {"average_precision", r.AveragePrecision},
		{"pixel_auroc", r.PixelAUROC}, {"untrained_pixel_auroc", r.UntrainedPixelAUROC},
		{"pixel_average_precision", r.PixelAveragePrecision}, {"aupro", r.AUPRO},
		{"threshold", &r.Threshold.Value}, {"flagged_normal", &r.Threshold.FlaggedNormal}, {"flagged_anomalous", &r.Threshold.FlaggedAnomalous},
	}
	if r.OracleF1 != nil {
		values = append(values, value{"oracle_f1", &r.OracleF1.F1})
	}
	if r.PixelOracleF1 != nil {
		values = append(values, value{"pixel_oracle_f1", &r.PixelOracleF1.F1})
	}
	var list []track.Metric
	for _, v := range values {
		if v.is != nil {
			list = append(list, track.Metric{Key: prefix + v.name, Value: *v.is})
		}
	}
	return list
}

// unfollow says how runs ended, by the errors of those that failed or the one that
// stopped all, and gives what is left to be sent a little time.
func unfollow(runs []*job, failed map[*job]error, stopped error) {
	tracked := make([]*track.Run, len(runs))
	for i, j := range runs {
		if tracked[i] = j.tracked; j.tracked == nil {
			continue
		}
		err := failed[j]
		if err == nil && !j.scored {
			err = stopped
		}
		j.file(configFile)
		j.file("metrics.csv")
		switch {
		case err == nil:
			j.tracked.End(track.Finished)
		case errors.Is(err, trainer.ErrInterrupted) || errors.Is(err, context.Canceled):
			j.tracked.End(track.Killed)
		default:
			j.tracked.End(track.Failed)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), trackWait)
	defer cancel()
	track.Wait(ctx, tracked...)
}
