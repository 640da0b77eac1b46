// Package events writes scalars where TensorBoard finds them: in event files,
// one for each time a run is started or resumed.
//
// An event file is a row of records, each an Event message with a time and a
// step: first one with the format's version, then one that says that a session
// starts, then the scalars. TensorBoard reads the files of a folder in the
// order of their names as one run, and where a session starts at step S it
// forgets whatever it read before for S and later steps. (Its faster data
// server does so curve by curve, when a curve's next value goes back.) That is
// how a run that was killed and resumed from its checkpoint shows each step
// once: the steps after the checkpoint stay in the old file, but the new file
// supersedes them. A record cut off by the kill ends the old file, no more.
package events

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/trainer/appendfile"
)

// prefix is what TensorBoard's own event files begin with. Ten digits of Unix
// time follow, then the host and the process for a person to see.
const prefix = "events.out.tfevents."

// A Writer writes one event file. It is not safe for use by several goroutines.
type Writer struct {
	file *appendfile.File
	now  func() time.Time
}

// Create starts a new event file in dir, which must exist, for the steps after
// the given one: the update of the checkpoint that training resumes from, or 0.
// Later steps in event files that are in dir already are superseded.
//
// Times come from now, usually time.Now. Should the clock have been set back,
// or two sessions start within a second, the file's name takes a later second
// than it is, because the order of the names is the order of the sessions.
func Create(dir string, after int64, now func() time.Time) (*Writer, error) {
	start := now()
	last, err := lastSecond(dir)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	name := fmt.Sprintf("%s%010d.%s.%d", prefix, max(start.Unix(), last+1), host, os.Getpid())
	file, err := appendfile.Open(filepath.Join(dir, name), 0)
	if err != nil {
		return nil, err
	}
	t := seconds(start)
	if err := file.Append(append(frame(versionEvent(t)), frame(startEvent(t, after+1))...)); err != nil {
		file.Close()
		return nil, err
	}
	return &Writer{file, now}, nil
}

// lastSecond returns the latest time in the names of dir's event files, 0 if there are none.
func lastSecond(dir string) (int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var last int64
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), prefix)
		digits, _, _ := strings.Cut(rest, ".")
		second, err := strconv.ParseInt(digits, 10, 64)
		if ours && err == nil {
			last = max(last, second)
		}
	}
	return last, nil
}

// Scalar appends the value of a curve at a step. It is in the file when Scalar
// returns. Curves whose tags share what is before a slash are shown together.
// Errors name the file; after one the file is as it was before.
func (w *Writer) Scalar(tag string, step int64, value float32) error {
	return w.file.Append(frame(scalarEvent(seconds(w.now()), step, tag, value)))
}

// Sync brings all scalars so far to the disk, for a checkpoint to count on.
func (w *Writer) Sync() error { return w.file.Sync() }

// Close syncs and closes the file.
func (w *Writer) Close() error { return w.file.Close() }

// seconds since 1970
func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }
