// Package metricslog keeps the numbers of a training run in metrics.csv: a
// header, and one row each N updates, the update (counted from 1) first.
//
// A run that is killed leaves rows after its last checkpoint, the last of them
// perhaps cut off. Resuming computes those updates again, so [Open] drops the
// rows after the update it is given, and the resumed run's file becomes the one
// that an uninterrupted run would have written (but for columns that measure
// time).
package metricslog

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cutpaste/cutpaste/trainer/appendfile"
)

// A Log appends rows to a file. It is not safe for use by several goroutines.
type Log struct {
	columns []string
	last    int // the last row's update, 0 before the first
	file    *appendfile.File
}

// Open opens the file at path for the rows after fromUpdate: the update of the
// checkpoint that training resumes from, or 0 to start anew, which drops all
// rows. A missing file is made. columns names the header's fields, of which
// the first is the update.
//
// A file with other columns, or with a damaged row up to fromUpdate, is left as
// it is and is an error that names the file, the line and the next step.
// Open panics for fewer than two columns or a name with a comma, a quote or a
// line break.
func Open(path string, columns []string, fromUpdate int) (*Log, error) {
	header := strings.Join(columns, ",")
	if len(columns) < 2 || strings.Count(header, ",") != len(columns)-1 || strings.ContainsAny(header, "\"\r\n") {
		panic(fmt.Sprintf("metricslog: wrong columns %q", columns))
	}
	table, size, err := read(path, header, fromUpdate)
	if err != nil {
		return nil, err
	}
	file, err := appendfile.Open(path, size)
	if err != nil {
		return nil, err
	}
	l := &Log{columns: columns, file: file}
	if n := len(table.Rows); n > 0 {
		l.last = int(table.Rows[n-1][0])
	}
	if size == 0 {
		err = file.Append([]byte(header + "\n"))
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return l, nil
}

// Append writes the row of an update: a value for each column after the first,
// with as many digits as bring back the same float64. The row is in the file
// when Append returns. Errors name the file; after one the file is as before.
// Append panics if there are more or fewer values than columns, or if the
// update is not after the last row's.
func (l *Log) Append(update int, values ...float64) error {
	if len(values) != len(l.columns)-1 || update <= l.last {
		panic(fmt.Sprintf("metricslog: %d values at update %d after update %d for the columns %q", len(values), update, l.last, l.columns))
	}
	row := strconv.AppendInt(nil, int64(update), 10)
	for _, v := range values {
		row = append(row, ',')
		row = strconv.AppendFloat(row, v, 'g', -1, 64)
	}
	if err := l.file.Append(append(row, '\n')); err != nil {
		return err
	}
	l.last = update
	return nil
}

// Sync brings all rows so far to the disk, for a checkpoint to count on.
func (l *Log) Sync() error { return l.file.Sync() }

// Close syncs and closes the file.
func (l *Log) Close() error { return l.file.Close() }

// A Table is the content of a log.
type Table struct {
	Columns []string    // the first is the update
	Rows    [][]float64 // [rows][columns], the update growing from row to row
}

// Read returns the rows of the file at path, also while a run still writes it:
// a last line without its end is left out. A damaged row is an error that names
// the file and the line.
func Read(path string) (*Table, error) {
	table, size, err := read(path, "", math.MaxInt)
	if err == nil && size == 0 {
		err = fmt.Errorf("%s is missing or has no header: train first", path)
	}
	if err != nil {
		return nil, err
	}
	return table, nil
}
