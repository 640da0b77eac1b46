// Package fetch gets files from a Python package index or from an address, each
// checked against a SHA-256 that the caller has pinned.
//
// With an index it does what pip would, without Python: it asks the index for the
// project's page (PEP 691's JSON or PEP 503's HTML), finds the file by its name
// and downloads it. A download goes into NAME.part and grows by Range requests, so
// that a cut connection, a kill or a reboot costs only what was under way; a
// server that knows no ranges makes it start over. NAME appears once the hash
// is right.
package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cutpaste/cutpaste/tools/fetch/disk"
)

// File is a file of an index or of an address, pinned.
type File struct {
	Project string // normalised name of the project: "nvidia-cuda-runtime"
	Name    string // the wheel's file name
	Bytes   int64
	SHA256  string // hex, all digits or the first ones

	Address   string // where the file is, if it is not looked up in the index
	Otherwise string // what to do where Address does not serve: "name a mirror by --from"
}

// otherwise is what to do where the file cannot be had.
func (f File) otherwise() string {
	if f.Address != "" {
		return f.Otherwise
	}
	return "take another index by PIP_INDEX_URL"
}

// Counter is told of bytes as they arrive, from several goroutines. Skip is for
// those that an earlier run left; it gets a negative number when they turn out
// to be useless.
type Counter interface {
	Add(n int64)
	Skip(n int64)
}

// Source is an index and the way to it.
type Source struct {
	Index  string // such as "https://pypi.org/simple/"
	Client *http.Client
	// Notice is told, in a sentence, what happened when something is tried again.
	Notice func(sentence string)
	// Pause is the wait before the first retry; it doubles with each.
	Pause time.Duration
	// Stall is how long a connection may be silent before it is given up.
	Stall time.Duration
}

// String is the index without the password that its address may hold.
func (s *Source) String() string {
	u, err := url.Parse(s.Index)
	if err != nil {
		return "the package index"
	}
	return u.Redacted()
}

// from is where the file comes from, without a password.
func (s *Source) from(f File) string {
	if u, err := url.Parse(f.Address); f.Address != "" && err == nil {
		return u.Redacted()
	}
	return s.String()
}

// tries is how often in a row something is tried without any byte of progress.
const tries = 5

// errAgain marks an answer that may be another one next time.
type errAgain struct{ error }

func (e errAgain) Unwrap() error { return e.error }

// Have tells whether Get has put the file into dir before. It was checked when it
// got its name, so only its size is looked at.
func Have(f File, dir string) bool {
	info, err := os.Stat(filepath.Join(dir, f.Name))
	return err == nil && info.Size() == f.Bytes
}

// Get puts the file into dir, unless it is there.
func (s *Source) Get(ctx context.Context, f File, dir string, count Counter) error {
	path := filepath.Join(dir, f.Name)
	if Have(f, dir) {
		return nil
	}
	part := path + ".part"
	if info, err := os.Stat(part); err == nil && info.Size() > 0 {
		if info.Size() > f.Bytes {
			if err := os.Remove(part); err != nil {
				return disk.Explain(err, dir)
			}
		} else {
			count.Skip(info.Size())
		}
	}
	// A part that an earlier run left may have been damaged since; then, and
	// only then, the whole file is worth a second try.
	left := partSize(part) > 0
	for {
		if partSize(part) < f.Bytes {
			if err := s.download(ctx, f, part, count); err != nil {
				return err
			}
		}
		sum, err := sha256File(ctx, part)
		if err != nil {
			return err
		}
		if f.SHA256 != "" && strings.HasPrefix(sum, f.SHA256) {
			return disk.Explain(os.Rename(part, path), dir)
		}
		if err := os.Remove(part); err != nil {
			return disk.Explain(err, dir)
		}
		if !left {
			return fmt.Errorf("%s from %s is not the file that was pinned (SHA-256 %s, not %s), so it was deleted; "+
				"try again, or %s", f.Name, s.from(f), sum, f.SHA256, f.otherwise())
		}
		left = false
		count.Skip(-f.Bytes)
		s.Notice(fmt.Sprintf("What an earlier run left of %s is damaged; it was deleted and is fetched anew.", f.Name))
	}
}

// download appends to part until it has f.Bytes.
func (s *Source) download(ctx context.Context, f File, part string, count Counter) error {
	address, err := s.locate(ctx, f)
	if err != nil {
		return err
	}
	return s.persist(ctx, f.Name, f.otherwise(), func() (progress bool, err error) {
		before := partSize(part)
		err = s.request(ctx, f, address, part, count)
		return partSize(part) > before, err
	})
}

// request makes one request and appends what it brings.
func (s *Source) request(ctx context.Context, f File, address, part string, count Counter) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	have := partSize(part)
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	req.Header.Set("Accept-Encoding", "identity") // ranges are of the file's own bytes

	watchdog := time.AfterFunc(s.Stall, func() {
		cancel(errAgain{fmt.Errorf("no data for %s", s.Stall)})
	})
	defer watchdog.Stop()
	resp, err := s.Client.Do(req)
	if err != nil {
		return cause(ctx, err)
	}
	defer resp.Body.Close()

	startOver := func() error {
		if err := os.Truncate(part, 0); err != nil {
			return disk.Explain(err, filepath.Dir(part))
		}
		count.Skip(-have)
		have = 0
		return nil
	}
	switch {
	case resp.StatusCode == http.StatusPartialContent:
		var from int64
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &from); err != nil || from != have {
			if err := startOver(); err != nil {
				return err
			}
			return errAgain{fmt.Errorf("it was asked for bytes from %d and sent %q", have, resp.Header.Get("Content-Range"))}
		}
	case resp.StatusCode == http.StatusOK:
		if have > 0 {
			s.Notice(fmt.Sprintf("The server cannot resume; %s is fetched from its start.", f.Name))
			if err := startOver(); err != nil {
				return err
			}
		}
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		if err := startOver(); err != nil {
			return err
		}
		return errAgain{errors.New(resp.Status)}
	default:
		return status(resp, f.otherwise())
	}
	if n := resp.ContentLength; n >= 0 && have+n != f.Bytes {
		return fmt.Errorf("%s has %d bytes there and %d were pinned: it is another file; %s", f.Name, have+n, f.Bytes, f.otherwise())
	}

	out, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return disk.Explain(err, filepath.Dir(part))
	}
	buffer := make([]byte, 1<<20)
	for have < f.Bytes {
		n, readErr := resp.Body.Read(buffer[:min(int64(len(buffer)), f.Bytes-have)])
		if n > 0 {
			watchdog.Reset(s.Stall)
			if _, err := out.Write(buffer[:n]); err != nil {
				_ = out.Close()
				return disk.Explain(err, filepath.Dir(part))
			}
			have += int64(n)
			count.Add(int64(n))
		}
		if readErr != nil && have < f.Bytes {
			_ = out.Close()
			if readErr == io.EOF {
				readErr = io.ErrUnexpectedEOF
			}
			return cause(ctx, readErr)
		}
	}
	return disk.Explain(out.Close(), filepath.Dir(part))
}

// persist repeats try while it may succeed: tries times in a row without
// progress, with pauses that double.
func (s *Source) persist(ctx context.Context, what, otherwise string, try func() (progress bool, err error)) error {
	pause, left := s.Pause, tries
	for {
		progress, err := try()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var again errAgain
		if !errors.As(err, &again) {
			return fmt.Errorf("%s cannot be fetched: %w", what, err)
		}
		if progress {
			pause, left = s.Pause, tries
		}
		if left--; left == 0 {
			return fmt.Errorf("%s cannot be fetched, after %d tries: %w; check the network (HTTPS_PROXY names a proxy), or %s, and run the same command again: it goes on where it stopped", what, tries, err, otherwise)
		}
		s.Notice(fmt.Sprintf("%s: %v; trying again in %s.", what, err, pause))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
		pause *= 2
	}
}

func partSize(part string) int64 {
	info, err := os.Stat(part)
	if err != nil {
		return 0
	}
	return info.Size()
}

func sha256File(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	buffer := make([]byte, 1<<20)
	for {
		n, err := f.Read(buffer)
		h.Write(buffer[:n])
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
}
