// Package appendfile writes the logs of a run that grow by one record at a
// time: metrics.csv and TensorBoard's event file.
//
// Such a file cannot be replaced whole at each record as a checkpoint is, so
// it makes two smaller promises. What was appended survives the process being
// killed, and after [File.Sync] a power cut too. And a record that cannot be
// written (a full disk) leaves no half of itself behind: once there is space
// again, the records after it stand where a reader looks for them.
package appendfile

import (
	"fmt"
	"os"
)

// A File grows at its end. It is not safe for use by several goroutines.
type File struct {
	f    *os.File
	size int64 // bytes of whole records
}

// Open opens the file at path, made if it is missing, and cuts it to its first
// size bytes; a file shorter than that is an error. Errors name the file.
func Open(path string, size int64) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	a := &File{f: f, size: size}
	info, err := f.Stat()
	if err == nil && info.Size() < size {
		err = fmt.Errorf("%s has shrunk to %d bytes, fewer than the %d of its records", path, info.Size(), size)
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return a, nil
}

// Append writes one record. After an error, which names the file, the file
// ends where it did before.
func (a *File) Append(record []byte) error {
	if _, err := a.f.WriteAt(record, a.size); err != nil {
		if cut := a.f.Truncate(a.size); cut != nil {
			return fmt.Errorf("%w, and the half-written record is still there (%v)", err, cut)
		}
		return err
	}
	a.size += int64(len(record))
	return nil
}

// Sync brings everything appended so far to the disk.
func (a *File) Sync() error { return a.f.Sync() }

// Close syncs and closes the file.
func (a *File) Close() error {
	err := a.f.Sync()
	if closed := a.f.Close(); err == nil {
		err = closed
	}
	return err
}
