package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// index is a package index on loopback with one project, "thing", and one file.
// Its fields make it misbehave.
type index struct {
	*httptest.Server
	t    *testing.T
	body []byte
	File // as it would be pinned

	page   func(w http.ResponseWriter, r *http.Request) // instead of the JSON page
	serve  func(w http.ResponseWriter, r *http.Request) // instead of the file with ranges
	mu     sync.Mutex
	ranges []string // Range header of each request for the file
}

func newIndex(t *testing.T) *index {
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	sum := sha256.Sum256(body)
	x := &index{t: t, body: body, File: File{
		Project: "thing", Name: "thing-1.0-py3-none-any.whl", Bytes: int64(len(body)), SHA256: hex.EncodeToString(sum[:]),
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /simple/thing/", func(w http.ResponseWriter, r *http.Request) {
		if x.page != nil {
			x.page(w, r)
			return
		}
		x.json(w, "../../files/"+x.Name, x.SHA256)
	})
	mux.HandleFunc("GET /files/"+x.Name, func(w http.ResponseWriter, r *http.Request) {
		x.mu.Lock()
		x.ranges = append(x.ranges, r.Header.Get("Range"))
		x.mu.Unlock()
		if x.serve != nil {
			x.serve(w, r)
			return
		}
		x.whole(w, r)
	})
	x.Server = httptest.NewServer(mux)
	t.Cleanup(x.Close)
	return x
}

// newTLS serves the same over TLS, with a certificate that nobody knows.
func newTLS(t *testing.T, h http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the client that hangs up
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func (x *index) json(w http.ResponseWriter, link, sum string) {
	w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
	fmt.Fprintf(w, `{"meta":{"api-version":"1.1"},"name":"thing","files":[
		{"filename":"thing-0.9-py3-none-any.whl","url":"../../files/old.whl","hashes":{}},
		{"filename":%q,"url":%q,"hashes":{"sha256":%q},"size":%d}]}`, x.Name, link, sum, x.Bytes)
}

// whole serves the file as good servers do.
func (x *index) whole(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(x.body))
}

// cut sends n bytes of what is asked for and drops the connection.
func (x *index) cut(w http.ResponseWriter, r *http.Request, n int) {
	var from int
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(x.body)-1, len(x.body)))
		w.Header().Set("Content-Length", fmt.Sprint(len(x.body)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		w.Header().Set("Content-Length", fmt.Sprint(len(x.body)))
	}
	if _, err := w.Write(x.body[from : from+n]); err != nil {
		x.t.Error(err)
	}
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// source is an impatient Source for the index; it collects its notices.
func (x *index) source() (*Source, *notices) {
	var n notices
	return &Source{
		Index: x.URL + "/simple/", Client: x.Client(), Notice: n.add,
		Pause: time.Millisecond, Stall: 10 * time.Second,
	}, &n
}

type notices struct {
	mu  sync.Mutex
	all []string
}

func (n *notices) add(s string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, s)
}

func (n *notices) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.all, "\n")
}

// counter counts as a bar would.
type counter struct {
	mu             sync.Mutex
	added, skipped int64
}

func (c *counter) Add(n int64)  { c.mu.Lock(); c.added += n; c.mu.Unlock() }
func (c *counter) Skip(n int64) { c.mu.Lock(); c.skipped += n; c.mu.Unlock() }

// good checks that the file is there, whole, under its name only, and that the
// bar would stand at its end.
func (x *index) good(dir string, c *counter) {
	x.t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, x.Name))
	if err != nil {
		x.t.Fatal(err)
	}
	if !bytes.Equal(text, x.body) {
		x.t.Errorf("%d bytes that are not the file's", len(text))
	}
	x.alone(dir, x.Name)
	if c.added+c.skipped != x.Bytes {
		x.t.Errorf("counted %d and skipped %d of %d bytes", c.added, c.skipped, x.Bytes)
	}
}

// alone checks which files are in dir.
func (x *index) alone(dir string, names ...string) {
	x.t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		x.t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		x.t.Errorf("in the folder: %q, want %q", got, names)
	}
}

// asked checks the Range headers of the requests so far.
func (x *index) asked(want ...string) {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	if strings.Join(x.ranges, "; ") != strings.Join(want, "; ") {
		x.t.Errorf("ranges asked for: %q, want %q", x.ranges, want)
	}
}
