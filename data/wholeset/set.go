// Package wholeset writes folders of made pictures that are there whole or not at
// all, and knows its own again: beside the pictures lies a file that says what they
// are a function of, and the digest of every file.
package wholeset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Set is what a folder is to hold.
type Set struct {
	Noun     string // "drawn set", for messages
	Manifest string // name of the file, beside the category folders, that describes them
	// Description is everything that the files are a function of: a struct that
	// encoding/json writes as an object without a key "files".
	Description any

	Folders []string // every folder that jobs write to, below the set's and with slashes
	// Jobs write the files, each its own below dir, and must write the same bytes
	// whenever the description is the same.
	Jobs []func(dir string) error

	Workers  int                   // jobs at once, 1 or more
	Progress func(done, total int) // called after every job, never twice at once; nil: not called
}

// Write makes the set in dir, which it makes if need be. Everything is written in a
// hidden folder beside dir, which takes dir's name when it is complete. If dir
// already holds the same set, with every file as it was written, nothing is done. If
// it holds anything else, that is an error and nothing is touched. If ctx ends first,
// Write removes what it began and returns ctx's error, wrapped.
func Write(ctx context.Context, dir string, s Set) error {
	// The last step replaces dir: it must replace the folder itself, not a link to it.
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("cannot find the folder for the %s: %w", s.Noun, err)
	}
	if done, err := s.present(dir); err != nil || done {
		if done && s.Progress != nil {
			s.Progress(len(s.Jobs), len(s.Jobs))
		}
		return err
	}

	parent, prefix := filepath.Dir(dir), "."+filepath.Base(dir)+".partial-"
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return fmt.Errorf("cannot make the folder for the %s: %w", s.Noun, err)
	}
	sweep(parent, prefix)
	partial, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return fmt.Errorf("cannot make a folder beside %s to draw in: %w", dir, err)
	}
	defer os.RemoveAll(partial) // after success it has another name, and this does nothing
	if err := s.carryOut(ctx, partial); err != nil {
		return fmt.Errorf("drawing pictures for %s: %w", dir, err)
	}
	if err = s.describe(partial); err == nil {
		err = os.Chmod(partial, 0o755) // MkdirTemp's folders are private
	}
	if err != nil {
		return fmt.Errorf("finishing the %s for %s: %w", s.Noun, dir, err)
	}
	os.Remove(dir) // an empty folder is in the way of the rename; one that isn't empty stays
	if err := os.Rename(partial, dir); err != nil {
		if done, _ := s.present(dir); done {
			return nil // someone else drew the same set at the same time
		}
		return fmt.Errorf("cannot give the %s its name: %w", s.Noun, err)
	}
	if err := syncFolder(parent); err != nil {
		return fmt.Errorf("cannot be sure that %s is on the disk: %w", dir, err)
	}
	return nil
}

// sweep removes what killed runs left in parent: folders of this prefix that nothing touched for a day.
func sweep(parent, prefix string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // tidying up is no reason to fail
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && e.IsDir() && strings.HasPrefix(e.Name(), prefix) && time.Since(info.ModTime()) > 24*time.Hour {
			os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
}

// carryOut does every job below dir, Workers at a time, and stops at the first error.
func (s *Set) carryOut(ctx context.Context, dir string) error {
	for _, folder := range s.Folders {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(folder)), 0o777); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		workers sync.WaitGroup
		mu      sync.Mutex
		done    int
	)
	next := make(chan func(dir string) error)
	for range s.Workers {
		workers.Go(func() {
			for job := range next {
				if err := job(dir); err != nil {
					cancel(err)
					continue
				}
				mu.Lock()
				done++
				if s.Progress != nil {
					s.Progress(done, len(s.Jobs))
				}
				mu.Unlock()
			}
		})
	}
send:
	for _, job := range s.Jobs {
		select {
		case next <- job:
		case <-ctx.Done():
			break send
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}
