package trainer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/trainer/metricslog"
)

// Progress is told of every update once, with the last row of metrics.csv
// there was; TensorBoard's file has each curve once a row.
func TestProgressMetricsAndEvents(t *testing.T) {
	c := small()
	c.Train.Steps, c.Train.LogEvery = 5, 2
	j := job(t, c, t.TempDir())
	updates := 0
	statuses := map[int]Status{}
	j.Progress = func(update int, s *Status) {
		if updates++; update != updates {
			t.Errorf("told of update %d, want %d", update, updates)
		}
		row := update / 2 * 2
		if update == 5 { // the last one always gets a row
			row = 5
		}
		if row == 0 {
			if s != nil {
				t.Errorf("update %d: status %+v before there is one", update, s)
			}
			return
		}
		if s == nil || s.Update != row || s.Steps != 5 {
			t.Errorf("update %d: status %+v, want update %d of 5", update, s, row)
			return
		}
		if before, ok := statuses[row]; ok && before != *s {
			t.Errorf("update %d: status %+v, was %+v", update, s, before)
		}
		statuses[row] = *s
	}
	mustTrain(t, j)
	if updates != 5 {
		t.Errorf("told of %d updates", updates)
	}

	table, err := metricslog.Read(filepath.Join(j.Dir, "metrics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) != 3 || len(statuses) != 3 {
		t.Fatalf("%d rows, %d statuses, want 3", len(table.Rows), len(statuses))
	}
	for _, row := range table.Rows {
		s := statuses[int(row[0])]
		for i, want := range []float64{float64(s.Update), s.Loss, s.Accuracy, s.Lr, s.ImagesPerSecond, s.DataWait, s.Seconds} {
			if row[i] != want {
				t.Errorf("update %g: %s is %g in metrics.csv, %g in the status", row[0], table.Columns[i], row[i], want)
			}
		}
		if s.Loss <= 0 || s.Accuracy < 0 || s.Accuracy > 1 || s.ImagesPerSecond <= 0 || s.DataWait < 0 || s.DataWait > 1 || s.Seconds <= 0 {
			t.Errorf("impossible status %+v", s)
		}
	}

	history, err := History(j.Dir)
	if err != nil || len(history) != 3 {
		t.Fatalf("a history of %d rows (%v)", len(history), err)
	}
	for _, h := range history {
		if s := statuses[h.Update]; !slices.Equal(h.Curves(), s.Curves()) || h.Seconds != s.Seconds {
			t.Errorf("update %d: the history has %+v, the status was %+v", h.Update, h, s)
		}
	}

	files := names(filepath.Join(j.Dir, "events"))
	if len(files) != 1 || !strings.Contains(files[0], "tfevents") {
		t.Fatalf("event files %v", files)
	}
	content := read(t, filepath.Join(j.Dir, "events", files[0]))
	for _, tag := range []string{"train/loss", "train/accuracy", "train/lr", "speed/images_per_second", "speed/data_wait"} {
		if n := strings.Count(content, tag); n != 3 {
			t.Errorf("%s is %d times in the event file, want 3", tag, n)
		}
	}
}

func TestHistory(t *testing.T) {
	dir := t.TempDir()
	if h, err := History(dir); len(h) > 0 || err != nil {
		t.Errorf("before training: %v (%v)", h, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "metrics.csv"), []byte("update,lr\n50,0.1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := History(dir); err == nil || !strings.Contains(err.Error(), "columns") {
		t.Errorf("other columns: %v", err)
	}
}
