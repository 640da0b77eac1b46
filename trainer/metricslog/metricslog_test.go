package metricslog

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var columns = []string{"update", "loss", "lr"}

func open(t *testing.T, path string, fromUpdate int) *Log {
	t.Helper()
	l, err := Open(path, columns, fromUpdate)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// train appends the rows after fromUpdate, up to update to, one each 50 updates.
func train(t *testing.T, path string, fromUpdate, to int) {
	t.Helper()
	l := open(t, path, fromUpdate)
	for u := 50; u <= to; u += 50 {
		if u <= fromUpdate {
			continue
		}
		if err := l.Append(u, 1/float64(u), math.Cos(float64(u))); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.csv")
	l := open(t, path, 0)
	if err := l.Append(50, 1.0986123, 0.03); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(100, float64(float32(0.1)), 1e-9); err != nil {
		t.Fatal(err)
	}
	if err := l.Sync(); err != nil {
		t.Fatal(err)
	}
	// Before Close, for whoever watches a run; and with float32(0.1) exactly.
	if got, want := content(t, path), "update,loss,lr\n50,1.0986123,0.03\n100,0.10000000149011612,1e-09\n"; got != want {
		t.Errorf("file has %q, want %q", got, want)
	}
	got, err := Read(path)
	want := &Table{columns, [][]float64{{50, 1.0986123, 0.03}, {100, float64(float32(0.1)), 1e-9}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %v (%v), want %v", got, err, want)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// Wherever a run is killed, resuming it from any checkpoint before gives the
// file of a run that was never interrupted.
func TestResumedFileEqualsUninterrupted(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.csv")
	train(t, whole, 0, 300)
	want := content(t, whole)
	path := filepath.Join(dir, "metrics.csv")
	for _, checkpoint := range []int{0, 64, 100, 130} {
		train(t, path, 0, checkpoint)
		for cut := len(content(t, path)); cut <= len(want); cut += 5 {
			write(t, path, want[:cut])
			train(t, path, checkpoint, 300)
			if got := content(t, path); got != want {
				t.Fatalf("cut at byte %d, resumed from %d:\ngot  %q\nwant %q", cut, checkpoint, got, want)
			}
		}
	}
	// Killed before the header was whole.
	for cut := range strings.Index(want, "\n") {
		write(t, path, want[:cut])
		train(t, path, 0, 300)
		if got := content(t, path); got != want {
			t.Fatalf("header cut at byte %d: got %q", cut, got)
		}
	}
	// A power cut leaves anything after what was synced.
	train(t, path, 0, 100)
	write(t, path, content(t, path)+"150,0.1,0.2\n\x00\x00\x00\n\x00")
	train(t, path, 100, 300)
	if got := content(t, path); got != want {
		t.Errorf("after a power cut: got %q", got)
	}
}

func TestOpenRefusesAndChangesNothing(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"other columns", "update,loss,accuracy\n50,1,2\n", "update,loss,accuracy, but this program writes update,loss,lr"},
		{"other order", "update,lr,loss\n", "columns"},
		{"fewer fields", "update,loss,lr\n50,1\n", "line 2"},
		{"more fields", "update,loss,lr\n50,1,2,3\n", "line 2"},
		{"no number", "update,loss,lr\n50,1,2\n100,x,2\n", "line 3"},
		{"update no integer", "update,loss,lr\n50.5,1,2\n", "line 2"},
		{"update 0", "update,loss,lr\n0,1,2\n", "line 2"},
		{"update twice", "update,loss,lr\n50,1,2\n50,1,2\n", "line 3"},
		{"empty line", "update,loss,lr\n\n50,1,2\n", "line 2"},
	} {
		path := filepath.Join(t.TempDir(), "metrics.csv")
		write(t, path, c.content)
		_, err := Open(path, columns, 1000)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want the file and %q", c.name, err, c.want)
		}
		if got := content(t, path); got != c.content {
			t.Errorf("%s: the file was changed to %q", c.name, got)
		}
	}
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.csv")
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("missing file: error %v", err)
	}
	write(t, path, "update,loss\n50,NaN\n100,0.2")
	got, err := Read(path)
	if err != nil || len(got.Rows) != 1 || got.Rows[0][0] != 50 || !math.IsNaN(got.Rows[0][1]) {
		t.Errorf("file being written: read %v (%v), want its whole row", got, err)
	}
	write(t, path, "update,loss\n50,x\n100,0.2\n")
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("damaged row: error %v", err)
	}
}

func TestPanicsForProgrammersMistakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.csv")
	l := open(t, path, 0)
	defer l.Close()
	if err := l.Append(50, 1, 2); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(){
		"one column":         func() { Open(path, []string{"update"}, 0) },
		"comma in a column":  func() { Open(path, []string{"update", "loss,lr"}, 0) },
		"too few values":     func() { l.Append(100, 1) },
		"too many values":    func() { l.Append(100, 1, 2, 3) },
		"same update again":  func() { l.Append(50, 1, 2) },
		"an update before":   func() { l.Append(49, 1, 2) },
		"break in a column":  func() { Open(path, []string{"update", "loss\n"}, 0) },
		"quote in a column":  func() { Open(path, []string{"update", `"loss"`}, 0) },
		"no columns, no row": func() { Open(path, nil, 0) },
	} {
		func() {
			defer func() {
				if s, _ := recover().(string); !strings.HasPrefix(s, "metricslog: ") {
					t.Errorf("%s: panic %q", name, s)
				}
			}()
			f()
		}()
	}
	if got, want := content(t, path), "update,loss,lr\n50,1,2\n"; got != want {
		t.Errorf("file has %q, want %q", got, want)
	}
}
