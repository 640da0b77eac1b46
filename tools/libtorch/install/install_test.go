package install

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/tools/fetch"
)

// shop is a package index on loopback.
type shop struct {
	t        *testing.T
	server   *httptest.Server
	wheels   map[string][]byte
	requests atomic.Int32 // for files
	out      bytes.Buffer
}

func newShop(t *testing.T) *shop {
	s := &shop{t: t, wheels: map[string][]byte{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /simple/{project}/", func(w http.ResponseWriter, _ *http.Request) {
		for name := range s.wheels {
			fmt.Fprintf(w, "<a href=\"/files/%s\">%s</a>\n", name, name)
		}
	})
	mux.HandleFunc("GET /files/{name}", func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.wheels[r.PathValue("name")]))
	})
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	return s
}

// offer puts a wheel with the files up and returns it pinned. Its bytes may be
// changed before they are hashed.
func (s *shop) offer(name string, files map[string]string, keep func(string) bool, change func([]byte)) wheel {
	s.t.Helper()
	var text bytes.Buffer
	z := zip.NewWriter(&text)
	for path, content := range files {
		w, err := z.Create(path)
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		s.t.Fatal(err)
	}
	if change != nil {
		change(text.Bytes())
	}
	s.wheels[name] = text.Bytes()
	sum := sha256.Sum256(text.Bytes())
	project, _, _ := strings.Cut(name, "-")
	return wheel{fetch.File{Project: project, Name: name, Bytes: int64(text.Len()), SHA256: hex.EncodeToString(sum[:])}, keep}
}

func (s *shop) job(cache string, set ...wheel) *job {
	return &job{
		title: "libtorch 1.0-cpu", cache: cache, name: "1.0-cpu", set: set, unpacked: 1000, out: &s.out,
		source: &fetch.Source{
			Index: s.server.URL + "/simple/", Client: s.server.Client(), Notice: func(string) {},
			Pause: time.Millisecond, Stall: 10 * time.Second,
		},
	}
}

// pair is a torch and a CUDA runtime of a few bytes.
func (s *shop) pair() []wheel {
	return []wheel{
		s.offer("torch-1.0-py3-none-any.whl", map[string]string{
			"torch/lib/libtorch_cpu.so":          strings.Repeat("cpu", 100),
			"torch/lib/libtorch_cuda.so":         "cuda",
			"torch/include/ATen/ATen.h":          "#pragma once\n",
			"torch/nn/__init__.py":               "pass\n",
			"torch-1.0.dist-info/METADATA":       "Name: torch\n",
			"torch-1.0.dist-info/RECORD":         "\n",
			"torch-1.0.dist-info/licenses/COPY":  "free\n",
			"torch/include/":                     "",
			"torch-1.0.data/purelib/elsewhere.h": "",
		}, keepTorchCPU, nil),
		s.offer("cudart-1.0-py3-none-any.whl", map[string]string{
			"nvidia/cu13/lib/libcudart.so.13":     "runtime",
			"nvidia/cu13/lib/libcudart_static.a":  "static",
			"nvidia/cu13/include/cuda_runtime.h":  "",
			"cudart-1.0.dist-info/licenses/L.txt": "not so free\n",
		}, keepOnly("nvidia/cu13/lib/libcudart.so.13"), nil),
	}
}

// tree lists the files below dir with their contents.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		list = append(list, fmt.Sprintf("%s %d", name, len(text)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(list)
	return strings.Join(list, "\n")
}

const unpackedPair = `.lock 0
1.0-cpu/cudart-1.0.dist-info/licenses/L.txt 12
1.0-cpu/nvidia/cu13/lib/libcudart.so.13 7
1.0-cpu/torch-1.0.dist-info/METADATA 12
1.0-cpu/torch-1.0.dist-info/licenses/COPY 5
1.0-cpu/torch/include/ATen/ATen.h 13
1.0-cpu/torch/lib/libtorch_cpu.so 300`

func TestInstallOnce(t *testing.T) {
	s := newShop(t)
	cache := filepath.Join(t.TempDir(), "a/b")
	set := s.pair()
	if err := s.job(cache, set...).run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, cache); got != unpackedPair {
		t.Errorf("in the cache:\n%s\nwant:\n%s", got, unpackedPair)
	}
	for _, want := range []string{"Fetching libtorch 1.0-cpu", "Unpacking: 349 B"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("%q is not in the output:\n%s", want, &s.out)
		}
	}
	if err := s.job(cache, set...).run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := s.requests.Load(); n != 2 {
		t.Errorf("%d files were fetched, want 2", n)
	}
}

func TestInstallAtOnceFetchesOnce(t *testing.T) {
	s := newShop(t)
	cache := t.TempDir()
	set := s.pair()
	var wait sync.WaitGroup
	for range 4 {
		j := s.job(cache, set...)
		j.out = &bytes.Buffer{}
		wait.Go(func() {
			if err := j.run(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := s.requests.Load(); n != 2 {
		t.Errorf("%d files were fetched, want 2", n)
	}
	if got := tree(t, cache); got != unpackedPair {
		t.Errorf("in the cache:\n%s", got)
	}
}

func TestInstallAfterAKill(t *testing.T) {
	s := newShop(t)
	cache := t.TempDir()
	set := s.pair()
	// Killed while unpacking, with one wheel there and half of the other.
	for name, text := range map[string]string{
		".unpacking/torch/lib/libtorch_cpu.so": "half",
		"wheels/" + set[0].Name:                string(s.wheels[set[0].Name]),
		"wheels/" + set[1].Name + ".part":      string(s.wheels[set[1].Name][:100]),
	} {
		path := filepath.Join(cache, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.job(cache, set...).run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, cache); got != unpackedPair {
		t.Errorf("in the cache:\n%s", got)
	}
	if n := s.requests.Load(); n != 1 {
		t.Errorf("%d files were fetched, want the missing one", n)
	}
}

func TestInstallLeavesNothingHalf(t *testing.T) {
	all := func(string) bool { return true }
	for _, c := range []struct {
		name  string
		offer func(s *shop) wheel
		want  string
	}{
		{"damaged member", func(s *shop) wheel {
			return s.offer("bad-1.0.whl", map[string]string{"a": strings.Repeat("a", 1000) + "KNOWN"}, all, func(text []byte) {
				copy(text[40:], "xxxx") // in the compressed data
			})
		}, "a in bad-1.0.whl cannot be unpacked"},
		{"member that leaves its folder", func(s *shop) wheel {
			return s.offer("bad-1.0.whl", map[string]string{"../../escaped": "x"}, all, nil)
		}, "would leave its folder"},
		{"no wheel", func(s *shop) wheel {
			return s.offer("bad-1.0.whl", nil, all, func(text []byte) { clear(text) })
		}, "bad-1.0.whl cannot be read"},
		{"file that is not there", func(s *shop) wheel {
			w := s.offer("bad-1.0.whl", nil, all, nil)
			delete(s.wheels, w.Name)
			return w
		}, "does not list bad-1.0.whl"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShop(t)
			cache := filepath.Join(t.TempDir(), "a/b/c")
			set := append(s.pair(), c.offer(s))
			err := s.job(cache, set...).run(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			for _, name := range []string{"1.0-cpu", ".unpacking", "../escaped", "../../escaped"} {
				if _, err := os.Lstat(filepath.Join(cache, name)); err == nil {
					t.Errorf("%s is there", name)
				}
			}
		})
	}
}

func TestInstallAsksForRoomFirst(t *testing.T) {
	s := newShop(t)
	cache := t.TempDir()
	j := s.job(cache, s.pair()...)
	j.unpacked = 1 << 60
	err := j.run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "installing libtorch 1.0-cpu takes 1152921504.6 GB") || !strings.Contains(err.Error(), "CUTPASTE_CACHE") {
		t.Errorf("error: %v", err)
	}
	if s.requests.Load() != 0 {
		t.Error("files were fetched all the same")
	}
}

func TestInstallWhereNothingCanBeWritten(t *testing.T) {
	s := newShop(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err := s.job(filepath.Join(file, "libtorch"), s.pair()...).run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "cannot be written to") || !strings.Contains(err.Error(), "CUTPASTE_CACHE") {
		t.Errorf("error: %v", err)
	}
}

func TestInstallStopsWhenCancelled(t *testing.T) {
	s := newShop(t)
	cache := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.job(cache, s.pair()...).run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	if _, err := os.Stat(filepath.Join(cache, "1.0-cpu")); err == nil {
		t.Error("it was installed")
	}
}
