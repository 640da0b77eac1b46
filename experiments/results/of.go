package results

import (
	"errors"
	"math"
	"path/filepath"
	"slices"

	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// OfRun are the rows of the finished run in dir, those of its further levels among
// them. below is the folder that the file of rows is in; suite and method are what the
// rows are called by. The image AUROC of the run's own features comes last: where it is
// in a file, all the others are.
func OfRun(suite, method, dir, below string) ([]Row, error) {
	result, err := run.ReadResult(dir)
	if err != nil {
		return nil, err
	}
	record, err := run.ReadRecord(dir)
	if err != nil {
		return nil, err
	}
	c, err := run.ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, r := range append(result.Levels, result) {
		scores, err := run.ReadScores(r.Run)
		if err != nil {
			return nil, err
		}
		folder, err := filepath.Rel(below, r.Run)
		if err != nil {
			folder = r.Run
		}
		of := Row{
			Key:    Key{Suite: suite, Method: method, Features: r.Features, Category: r.Category, Seed: r.Seed},
			Config: c.Identity(), Data: record.Fingerprint, Code: record.Version, Weights: r.Weights, WeightsHash: r.WeightsSHA256,
			Steps: r.Steps, Size: r.Size, Crop: c.Data.Crop, Train: r.TrainNormal, Normal: r.TestNormal, Anomalous: r.TestAnomalous,
			Seconds: record.Seconds, Device: record.Device, Hardware: record.Hardware, Run: filepath.ToSlash(folder), Time: record.Started,
		}
		if r.Pixels != nil {
			of.Map = r.Pixels.Size
		}
		add := func(metric string, v *float64) {
			row := of
			row.Metric, row.Value = metric, math.NaN()
			if v != nil {
				row.Value = *v
			}
			rows = append(rows, row)
		}
		add(UntrainedImageAUROC, r.UntrainedAUROC)
		add(AveragePrecision, r.AveragePrecision)
		if r.Pixels != nil {
			add(PixelAUROC, r.PixelAUROC)
			add(UntrainedPixelAUROC, r.UntrainedPixelAUROC)
			add(PixelPrecision, r.PixelAveragePrecision)
			add(AUPRO, r.AUPRO)
		}
		for _, d := range defects(scores) {
			v, err := ofDefect(scores, d)
			if errors.Is(err, metric.ErrOneClass) {
				continue
			}
			if err != nil {
				return nil, err
			}
			add(Of(ImageAUROC, d), &v)
		}
		add(ImageAUROC, r.ImageAUROC)
	}
	return rows, nil
}

// defects are the kinds of defect among the test pictures, sorted.
func defects(s *run.Scores) []string {
	var list []string
	for _, p := range s.Test {
		if p.Anomalous && !slices.Contains(list, p.Defect) {
			list = append(list, p.Defect)
		}
	}
	slices.Sort(list)
	return list
}

// ofDefect is the AUROC of the normal pictures and those with one kind of defect.
func ofDefect(s *run.Scores, defect string) (float64, error) {
	var scores []float64
	var anomalous []bool
	for i, p := range s.Test {
		if !p.Anomalous || p.Defect == defect {
			scores, anomalous = append(scores, s.Score[i]), append(anomalous, p.Anomalous)
		}
	}
	return metric.AUROC(scores, anomalous)
}
