package fetch

import (
	"net/http"
	"os"
	"path/filepath"
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
	if _, err := (&Source{Client: x.Client(), Notice: func(string) {}}).Size(t.Context(), x.addressed("file:///etc/hostname")); err == nil {
		t.Error("a file was read that was not allowed")
	}
}
