package run

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer/metricslog"
)

// Record is how a run came about, as its folder says.
type Record struct {
	Command     []string // the first that was given for it
	Version     string   // of the code
	Fingerprint string   // of the category's pictures and masks
	Device      string   // such as cpu or cuda:0
	Hardware    string   // what that is, in words; empty where unknown
	Amp         string   // the precision it was trained in
	Libtorch    string
	Started     time.Time
	// Seconds of all its parts over all sittings; of sittings that were killed what
	// training had logged.
	Seconds float64
}

// ReadRecord reads the record of the run in dir.
func ReadRecord(dir string) (*Record, error) {
	m, err := readMeta(dir)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, metaFile), fs.ErrNotExist)
	}
	r := &Record{
		Command: m.Command, Version: m.Version, Fingerprint: m.Fingerprint, Device: string(m.Device),
		Hardware: m.Hardware, Amp: string(m.Amp), Libtorch: m.Libtorch, Started: m.Started,
	}
	parts := maps.Clone(m.Seconds)
	if curves, err := Curves(dir); err == nil && len(curves.Rows) > 0 {
		if at := slices.Index(curves.Columns, "seconds"); at >= 0 && parts != nil {
			parts["train"] = max(parts["train"], curves.Rows[len(curves.Rows)-1][at])
		}
	}
	for _, s := range parts {
		r.Seconds += s
	}
	return r, nil
}

// Curves are the training curves of the run in dir. Its columns are those of
// metrics.csv; a run that was not trained has no rows.
func Curves(dir string) (*metricslog.Table, error) {
	return metricslog.Read(filepath.Join(dir, "metrics.csv"))
}

// ReadConfig is the configuration of the run in dir. A folder without one wraps
// fs.ErrNotExist.
func ReadConfig(dir string) (*configs.Config, error) { return readConfig(dir) }

// HasResult says whether the run in dir has been scored.
func HasResult(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, resultFile))
	return err == nil
}
