// Package results keeps what experiments found, a row a number, in one file that many
// processes append to: results.csv. Every table is made from such rows, and every row
// can be made again from the folder of its run.
package results

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Row is one metric of one run. Its zero value has none.
type Row struct {
	Key
	Value float64 // 0 to 1; NaN where it is undefined, an empty field in the file

	Config      string  // SHA-256 of what the scores depend on: configs.Config.Identity
	Data        string  // SHA-256 of the category's pictures and masks
	Code        string  // version of the program
	Weights     string  // starting weights: scratch, or the file
	WeightsHash string  // SHA-256 of the file, empty from scratch
	Steps       int     // weight updates
	Size        int     // pixels in width and height of a picture
	Crop        int     // of a training crop, 0 is the whole picture
	Map         int     // of a map, 0 where none was measured
	Train       int     // normal training pictures
	Normal      int     // normal test pictures
	Anomalous   int     // anomalous test pictures
	Seconds     float64 // of the whole run
	Device      string  // such as cpu or cuda:0
	Hardware    string  // what that is, in words
	Looks       int     // how often test labels were looked at while training
	Run         string  // the folder, from that of the file
	Time        time.Time
}

// Key says which row it is. Of rows with the same key the last one counts.
type Key struct {
	Suite    string
	Method   string
	Features string // pool, a level, windows, or ensemble-K
	Category string
	Seed     uint64
	Metric   string // such as image_auroc; of one defect's pictures alone, image_auroc:DEFECT
}

// Metrics.
const (
	ImageAUROC          = "image_auroc"
	UntrainedImageAUROC = "untrained_image_auroc"
	AveragePrecision    = "average_precision"
	PixelAUROC          = "pixel_auroc"
	UntrainedPixelAUROC = "untrained_pixel_auroc"
	PixelPrecision      = "pixel_average_precision"
	AUPRO               = "aupro"
)

// Of is a metric of the pictures with one kind of defect, beside the normal ones.
func Of(metric, defect string) string { return metric + ":" + defect }

var columns = []string{
	"suite", "method", "features", "category", "seed", "metric", "value",
	"config_sha256", "data_sha256", "code", "weights", "weights_sha256", "steps", "size", "crop", "map",
	"train_normal", "test_normal", "test_anomalous", "seconds", "device", "hardware", "test_label_looks", "run", "time",
}

// fields are a row's, in the columns' order.
func (r *Row) fields() []string {
	value := ""
	if !math.IsNaN(r.Value) {
		value = strconv.FormatFloat(r.Value, 'g', -1, 64)
	}
	n := strconv.Itoa
	return []string{
		r.Suite, r.Method, r.Features, r.Category, strconv.FormatUint(r.Seed, 10), r.Metric, value,
		r.Config, r.Data, r.Code, r.Weights, r.WeightsHash, n(r.Steps), n(r.Size), n(r.Crop), n(r.Map),
		n(r.Train), n(r.Normal), n(r.Anomalous), strconv.FormatFloat(r.Seconds, 'f', 1, 64), r.Device, r.Hardware, n(r.Looks), r.Run,
		r.Time.UTC().Format(time.RFC3339),
	}
}

// parse reads a row.
func parse(fields []string) (r Row, err error) {
	if len(fields) != len(columns) {
		return r, fmt.Errorf("it has %d fields for %d columns", len(fields), len(columns))
	}
	var bad []string
	whole := func(i int) int {
		v, err := strconv.Atoi(fields[i])
		if err != nil {
			bad = append(bad, columns[i])
		}
		return v
	}
	number := func(i int) float64 {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			bad = append(bad, columns[i])
		}
		return v
	}
	seed, err := strconv.ParseUint(fields[4], 10, 64)
	if err != nil {
		bad = append(bad, columns[4])
	}
	value := math.NaN()
	if fields[6] != "" {
		value = number(6)
	}
	at, err := time.Parse(time.RFC3339, fields[24])
	if err != nil {
		bad = append(bad, columns[24])
	}
	r = Row{
		Key:   Key{Suite: fields[0], Method: fields[1], Features: fields[2], Category: fields[3], Seed: seed, Metric: fields[5]},
		Value: value, Config: fields[7], Data: fields[8], Code: fields[9], Weights: fields[10], WeightsHash: fields[11],
		Steps: whole(12), Size: whole(13), Crop: whole(14), Map: whole(15), Train: whole(16), Normal: whole(17), Anomalous: whole(18),
		Seconds: number(19), Device: fields[20], Hardware: fields[21], Looks: whole(22), Run: fields[23], Time: at,
	}
	if len(bad) > 0 {
		return r, fmt.Errorf("its %s cannot be read", strings.Join(bad, ", "))
	}
	return r, nil
}
