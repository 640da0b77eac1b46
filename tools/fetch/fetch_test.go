package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestGet(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	dir, c := t.TempDir(), &counter{}
	if Have(x.File, dir) {
		t.Error("an empty folder has it")
	}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.good(dir, c)
	x.asked("")
	if !Have(x.File, dir) {
		t.Error("it is there and not seen")
	}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.asked("") // not asked for again
}

func TestGetResumesWhatWasCut(t *testing.T) {
	x := newIndex(t)
	s, n := x.source()
	requests := 0
	x.serve = func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests < 4 {
			x.cut(w, r, 1<<18)
		}
		x.whole(w, r)
	}
	dir, c := t.TempDir(), &counter{}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.good(dir, c)
	x.asked("", "bytes=262144-", "bytes=524288-", "bytes=786432-")
	if c.added != x.Bytes {
		t.Errorf("%d bytes came, want %d: each once", c.added, x.Bytes)
	}
	if !strings.Contains(n.String(), "trying again") {
		t.Errorf("notices: %s", n)
	}
}

func TestGetGoesOnFromAnEarlierRun(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	dir, c := t.TempDir(), &counter{}
	part := filepath.Join(dir, x.Name+".part")
	if err := os.WriteFile(part, x.body[:1000], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.good(dir, c)
	x.asked("bytes=1000-")
	if c.skipped != 1000 {
		t.Errorf("skipped %d bytes, want 1000", c.skipped)
	}
}

func TestGetChecksAWholePartWithoutAsking(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	dir, c := t.TempDir(), &counter{}
	if err := os.WriteFile(filepath.Join(dir, x.Name+".part"), x.body, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.good(dir, c)
	x.asked()
}

func TestGetStartsOver(t *testing.T) {
	for _, c := range []struct {
		name  string
		part  func(x *index) []byte
		serve func(x *index) http.HandlerFunc
		says  string
	}{
		{"where the server knows no ranges",
			func(x *index) []byte { return x.body[:5000] },
			func(x *index) http.HandlerFunc {
				return func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Length", fmt.Sprint(len(x.body)))
					_, _ = w.Write(x.body)
				}
			}, "cannot resume"},
		{"where the server sends another range",
			func(x *index) []byte { return x.body[:5000] },
			func(x *index) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Range") != "" {
						w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(x.body)))
						w.WriteHeader(http.StatusPartialContent)
						_, _ = w.Write(x.body[:10])
						return
					}
					x.whole(w, r)
				}
			}, `sent "bytes 0-9/`},
		{"where the server refuses the range",
			func(x *index) []byte { return x.body[:5000] },
			func(x *index) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Range") != "" {
						w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
						return
					}
					x.whole(w, r)
				}
			}, "416"},
		{"where an earlier run left rubbish",
			func(x *index) []byte { return bytes.Repeat([]byte("x"), 5000) }, nil, "damaged"},
		{"where an earlier run left too much",
			func(x *index) []byte { return append(bytes.Clone(x.body), 'x') }, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newIndex(t)
			s, n := x.source()
			if c.serve != nil {
				x.serve = c.serve(x)
			}
			dir, count := t.TempDir(), &counter{}
			if err := os.WriteFile(filepath.Join(dir, x.Name+".part"), c.part(x), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := s.Get(t.Context(), x.File, dir, count); err != nil {
				t.Fatal(err)
			}
			x.good(dir, &counter{added: x.Bytes})
			if c.says != "" && !strings.Contains(n.String(), c.says) {
				t.Errorf("notices %q, want one with %q", n, c.says)
			}
			if c.says == "damaged" {
				return // the damaged bytes were counted, then taken back
			}
			if count.added+count.skipped != x.Bytes {
				t.Errorf("counted %d and skipped %d of %d bytes", count.added, count.skipped, x.Bytes)
			}
		})
	}
}

func TestGetRefusesAnotherFile(t *testing.T) {
	t.Run("of the same size", func(t *testing.T) {
		x := newIndex(t)
		s, _ := x.source()
		x.page = func(w http.ResponseWriter, _ *http.Request) { x.json(w, "/files/"+x.Name, "") }
		x.body = bytes.ToUpper(x.body)
		dir := t.TempDir()
		err := s.Get(t.Context(), x.File, dir, &counter{})
		if err == nil || !strings.Contains(err.Error(), x.Name) || !strings.Contains(err.Error(), "deleted") {
			t.Errorf("error: %v", err)
		}
		x.alone(dir)
	})
	t.Run("of another size", func(t *testing.T) {
		x := newIndex(t)
		s, _ := x.source()
		x.body = x.body[1:]
		err := s.Get(t.Context(), x.File, t.TempDir(), &counter{})
		if err == nil || !strings.Contains(err.Error(), "1048575 bytes there and 1048576 were pinned") {
			t.Errorf("error: %v", err)
		}
	})
	t.Run("by the index's own hash, before the download", func(t *testing.T) {
		x := newIndex(t)
		s, _ := x.source()
		x.page = func(w http.ResponseWriter, _ *http.Request) { x.json(w, "/files/"+x.Name, strings.Repeat("0", 64)) }
		err := s.Get(t.Context(), x.File, t.TempDir(), &counter{})
		if err == nil || !strings.Contains(err.Error(), "another file") {
			t.Errorf("error: %v", err)
		}
		x.asked()
	})
}

func TestGetGivesUpOnASilentConnection(t *testing.T) {
	x := newIndex(t)
	s, n := x.source()
	s.Stall = 100 * time.Millisecond
	requests := 0
	x.serve = func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests > 1 {
			x.whole(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(x.body)))
		_, _ = w.Write(x.body[:4096])
		w.(http.Flusher).Flush()
		<-r.Context().Done() // until the other side hangs up
	}
	dir, c := t.TempDir(), &counter{}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.good(dir, c)
	x.asked("", "bytes=4096-")
	if !strings.Contains(n.String(), "no data for 100ms") {
		t.Errorf("notices: %s", n)
	}
}

func TestGetTriesAgainOnlyWhereItMayHelp(t *testing.T) {
	for _, c := range []struct {
		status, requests int
		want             string
	}{
		{http.StatusNotFound, 1, "404 Not Found; take another index"},
		{http.StatusForbidden, 1, "403 Forbidden; give a user and password"},
		{http.StatusProxyAuthRequired, 1, "HTTPS_PROXY"},
		{http.StatusServiceUnavailable, tries, "after 5 tries"},
		{http.StatusTooManyRequests, tries, "it goes on where it stopped"},
	} {
		x := newIndex(t)
		s, _ := x.source()
		x.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.status) }
		err := s.Get(t.Context(), x.File, t.TempDir(), &counter{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d: error %v, want one with %q", c.status, err, c.want)
		}
		if len(x.ranges) != c.requests {
			t.Errorf("%d: %d requests, want %d", c.status, len(x.ranges), c.requests)
		}
	}
}

func TestGetWithoutANetwork(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	x.Close()
	err := s.Get(t.Context(), x.File, t.TempDir(), &counter{})
	if err == nil || !strings.Contains(err.Error(), "connection refused") || !strings.Contains(err.Error(), "check the network") {
		t.Errorf("error: %v", err)
	}
}

func TestGetKeepsThePartWhenCancelled(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	ctx, cancel := context.WithCancel(t.Context())
	x.serve = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(x.body)))
		_, _ = w.Write(x.body[:1<<19])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	dir := t.TempDir()
	part := filepath.Join(dir, x.Name+".part")
	go func() {
		for partSize(part) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if err := s.Get(ctx, x.File, dir, &counter{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error: %v", err)
	}
	left := partSize(part)
	if left == 0 {
		t.Fatal("nothing was kept")
	}
	x.serve, x.ranges = nil, nil
	c := &counter{}
	if err := s.Get(t.Context(), x.File, dir, c); err != nil {
		t.Fatal(err)
	}
	x.good(dir, c)
	x.asked(fmt.Sprintf("bytes=%d-", left))
}

func TestGetOnAFullDisk(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	dir := t.TempDir()
	if err := os.Symlink("/dev/full", filepath.Join(dir, x.Name+".part")); err != nil {
		t.Skip(err)
	}
	err := s.Get(t.Context(), x.File, dir, &counter{})
	if err == nil || !strings.Contains(err.Error(), "is full") || !strings.Contains(err.Error(), "CUTPASTE_CACHE") {
		t.Errorf("error: %v", err)
	}
	x.asked("") // trying again would not help
}

func TestGetWhereNothingCanBeWritten(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err := s.Get(t.Context(), x.File, file, &counter{})
	if err == nil || !strings.Contains(err.Error(), file+" cannot be written to") {
		t.Errorf("error: %v", err)
	}
}
