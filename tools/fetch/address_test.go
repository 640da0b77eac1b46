package fetch

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// addressed is the index's file by its address, of unknown size, pinned by the
// first digits of its hash.
func (x *index) addressed(address string) File {
	return File{Name: x.Name, Address: address, SHA256: x.SHA256[:8], Otherwise: "name a mirror"}
}

// A file of known address is asked for its size and fetched, and one that was
// begun goes on.
func TestGetByAddress(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	onDisk := filepath.Join(t.TempDir(), x.Name)
	if err := os.WriteFile(onDisk, x.body, 0o600); err != nil {
		t.Fatal(err)
	}
	for address, source := range map[string]*Source{
		x.Server.URL + "/files/" + x.Name: s,
		"file://" + onDisk:                {Client: &http.Client{Transport: &http.Transport{}}, Notice: func(string) {}, Pause: s.Pause, Stall: s.Stall},
	} {
		if source != s {
			source.AllowFiles()
		}
		f, dir, c := x.addressed(address), t.TempDir(), &counter{}
		if err := os.WriteFile(filepath.Join(dir, x.Name+".part"), x.body[:1000], 0o600); err != nil {
			t.Fatal(err)
		}
		var err error
		if f.Bytes, err = source.Size(t.Context(), f); err != nil || f.Bytes != x.Bytes {
			t.Fatalf("%s: %d bytes, %v", address, f.Bytes, err)
		}
		if err := source.Get(t.Context(), f, dir, c); err != nil {
			t.Fatal(err)
		}
		x.good(dir, c)
		if c.skipped != 1000 {
			t.Errorf("%s: skipped %d bytes, want 1000", address, c.skipped)
		}
	}
}

func TestAddressThatDoesNotServe(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	if _, err := s.Size(t.Context(), x.addressed(x.Server.URL+"/nowhere")); err == nil || !strings.Contains(err.Error(), "404 Not Found; name a mirror") {
		t.Error(err)
	}
	x.serve = func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }
	if _, err := s.Size(t.Context(), x.addressed(x.Server.URL+"/files/"+x.Name)); err == nil || !strings.Contains(err.Error(), "how many bytes it has; name a mirror") {
		t.Error(err)
	}
	x.serve = nil
	f, dir := x.addressed(x.Server.URL+"/files/"+x.Name), t.TempDir()
	f.Bytes, f.SHA256 = x.Bytes, "00000000"
	err := s.Get(t.Context(), f, dir, &counter{})
	if err == nil || !strings.Contains(err.Error(), f.Address+" is not the file that was pinned") || !strings.Contains(err.Error(), "or name a mirror") {
		t.Error(err)
	}
	x.alone(dir)
}

// What cannot be fetched whatever the network does is not tried again.
func TestAddressOfAnotherKind(t *testing.T) {
	x := newIndex(t)
	s, said := x.source()
	x.serve = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "ftp://mirror.example/x", http.StatusFound)
	}
	for _, address := range []string{"file:///etc/hostname", "FILE:///etc/hostname", "ftp://mirror.example/x", x.Server.URL + "/files/" + x.Name} {
		_, err := s.Size(t.Context(), x.addressed(address))
		if err == nil || !strings.HasSuffix(err.Error(), "; give an address that begins with https:// or http://") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if said.String() != "" {
		t.Errorf("tried again: %s", said)
	}
}

// A server that answers no HEAD is asked by a GET that is not read.
func TestSizeWithoutHead(t *testing.T) {
	x := newIndex(t)
	s, _ := x.source()
	for _, code := range []int{http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented} {
		x.serve = func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.WriteHeader(code)
				return
			}
			x.whole(w, r)
		}
		f := x.addressed(x.Server.URL + "/files/" + x.Name)
		if n, err := s.Size(t.Context(), f); n != x.Bytes || err != nil {
			t.Errorf("%d: %d bytes, %v", code, n, err)
		}
		x.serve = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
		if _, err := s.Size(t.Context(), f); err == nil || !strings.Contains(err.Error(), strconv.Itoa(code)) || !strings.Contains(err.Error(), "name a mirror") {
			t.Errorf("%d: %v", code, err)
		}
	}
}
