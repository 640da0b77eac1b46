package trainer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cutpaste/cutpaste/trainer/events"
	"github.com/cutpaste/cutpaste/trainer/metricslog"
)

// columns of metrics.csv. Loss and accuracy are means over the updates since
// the row before; the learning rate is the last update's; data_wait is the
// share of the time in which training waited for pictures. A training in phases
// has a last column more, the phase of the last update, from 1.
var columns = []string{"update", "loss", "accuracy", "lr", "images_per_second", "data_wait", "seconds"}

const (
	phaseColumn = "phase"
	metricsFile = "metrics.csv" // in the run's folder
)

// Status is what is known at the end of a log interval.
type Status struct {
	Update, Steps   int
	Phase, Phases   int     // the entry of train.phases, from 1, and their number; 0 without
	Loss            float64 // mean cross-entropy since the last status
	Accuracy        float64 // share of right answers, 0 to 1
	Lr              float64
	ImagesPerSecond float64 // views, not source pictures
	DataWait        float64 // 0 to 1
	Seconds         float64 // in updates so far, over all sittings
}

// Curve is one number of a [Status], by the name that it is drawn under.
type Curve struct {
	Tag   string
	Value float64
}

// Curves are what is drawn over the updates.
func (s Status) Curves() []Curve {
	return []Curve{
		{"train/loss", s.Loss}, {"train/accuracy", s.Accuracy}, {"train/lr", s.Lr},
		{"speed/images_per_second", s.ImagesPerSecond}, {"speed/data_wait", s.DataWait},
	}
}

// History is what the run in dir has in its metrics.csv, of earlier sittings: the
// Update and the Curves of each row. A run that has trained nothing yet has none.
func History(dir string) ([]Status, error) {
	path := filepath.Join(dir, metricsFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	table, err := metricslog.Read(path)
	if err != nil {
		return nil, err
	}
	if n := len(columns); len(table.Columns) < n || !slices.Equal(table.Columns[:n], columns) {
		return nil, fmt.Errorf("%s has other columns than this program writes", path)
	}
	history := make([]Status, len(table.Rows))
	for i, row := range table.Rows {
		history[i] = Status{Update: int(row[0]), Loss: row[1], Accuracy: row[2], Lr: row[3], ImagesPerSecond: row[4], DataWait: row[5], Seconds: row[6]}
	}
	return history, nil
}

// recorder writes a run's curves: metrics.csv and TensorBoard's events/.
type recorder struct {
	log    *metricslog.Log
	events *events.Writer
}

func openRecorder(dir string, fromUpdate, phases int) (*recorder, error) {
	columns := columns
	if phases > 0 {
		columns = append(slices.Clone(columns), phaseColumn)
	}
	folder := filepath.Join(dir, "events")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	l, err := metricslog.Open(filepath.Join(dir, metricsFile), columns, fromUpdate)
	if err != nil {
		return nil, err
	}
	e, err := events.Create(folder, int64(fromUpdate), time.Now)
	if err != nil {
		l.Close()
		return nil, err
	}
	return &recorder{l, e}, nil
}

func (r *recorder) write(s Status) error {
	row := []float64{s.Loss, s.Accuracy, s.Lr, s.ImagesPerSecond, s.DataWait, s.Seconds}
	if s.Phases > 0 {
		row = append(row, float64(s.Phase))
	}
	if err := r.log.Append(s.Update, row...); err != nil {
		return err
	}
	for _, curve := range s.Curves() {
		if err := r.events.Scalar(curve.Tag, int64(s.Update), float32(curve.Value)); err != nil {
			return err
		}
	}
	return nil
}

func (r *recorder) sync() error {
	if err := r.log.Sync(); err != nil {
		return err
	}
	return r.events.Sync()
}

func (r *recorder) close() {
	r.log.Close()
	r.events.Close()
}

func mean(v []float32) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x)
	}
	return sum / float64(len(v))
}
