package results

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// File is the name of the file in a suite's folder.
const File = "results.csv"

// Append adds rows at the end of the file at path, which is made if it is missing. All
// of them are there afterwards, or none. Many processes may append at once: each waits
// for its turn. A row that a process was killed in the middle of writing is removed
// first, and cut is what there was of it.
func Append(path string, rows []Row) (cut string, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return "", err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return "", fmt.Errorf("%s cannot be locked: %w", path, err)
	}
	there, err := io.ReadAll(f)
	if err != nil {
		return "", err
	}
	whole := bytes.LastIndexByte(there, '\n') + 1
	cut = string(there[whole:])

	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if whole == 0 {
		w.Write(columns)
	}
	for i := range rows {
		w.Write(rows[i].fields())
	}
	w.Flush() // into memory
	if err := f.Truncate(int64(whole)); err != nil {
		return cut, err
	}
	if _, err := f.WriteAt(b.Bytes(), int64(whole)); err != nil {
		return cut, errors.Join(err, f.Truncate(int64(whole)))
	}
	return cut, f.Sync()
}

// Read reads the rows of the file at path; none if there is no file. Of rows with the
// same key only the last is returned, in the place of the first. A last line without
// its end was cut off: cut is what there is of it, and the others are returned. Any
// other line that cannot be read is an error that names it.
func Read(path string) (rows []Row, cut string, err error) {
	there, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	whole := bytes.LastIndexByte(there, '\n') + 1
	cut = string(there[whole:])
	if whole == 0 {
		return nil, cut, nil
	}
	r := csv.NewReader(bytes.NewReader(there[:whole]))
	r.FieldsPerRecord = -1
	at := map[Key]int{}
	for first := true; ; first = false {
		fields, err := r.Read()
		if err == io.EOF {
			return rows, cut, nil
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return nil, cut, damaged(path, line, err)
		}
		if first {
			if !slices.Equal(fields, columns) {
				return nil, cut, fmt.Errorf("%s has other columns than this program writes; move it away and give the `cutpaste experiment` command again: the rows are made again from the runs", path)
			}
			continue
		}
		row, err := parse(fields)
		if err != nil {
			return nil, cut, damaged(path, line, err)
		}
		if i, twice := at[row.Key]; twice {
			rows[i] = row
			continue
		}
		at[row.Key] = len(rows)
		rows = append(rows, row)
	}
}

func damaged(path string, line int, err error) error {
	return fmt.Errorf("line %d of %s is damaged (%w); move the file away and give the `cutpaste experiment` command again: the rows are made again from the runs", line, path, err)
}
