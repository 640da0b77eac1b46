package events

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

type scalar struct {
	tag   string
	step  int64
	value float32
}

// As in tools/golden/events_check.py, which made the fixtures with
// TensorBoard's own writer (tensorboard 2.21.0).
var (
	first = []scalar{
		{"loss", 50, 1.0986123}, {"accuracy", 50, 0}, {"loss", 100, -1e30},
		{"train/größe", 100, float32(math.NaN())}, {"loss", 150, 0.75}, {"loss", 200, 0.7},
	}
	resumed = []scalar{{"loss", 150, 0.5}, {"loss", 1 << 40, 0.25}}
)

// clock starts at Unix time 1,700,000,000 and moves on half a second each time it is asked.
func clock() func() time.Time {
	t := time.Unix(1_700_000_000, 0).Add(-time.Second / 2)
	return func() time.Time {
		t = t.Add(time.Second / 2)
		return t
	}
}

// session writes one event file and returns its path.
func session(t *testing.T, dir string, after int64, scalars []scalar) string {
	t.Helper()
	before := files(t, dir)
	w, err := Create(dir, after, clock())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scalars {
		if err := w.Scalar(s.tag, s.step, s.value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	now := files(t, dir)
	if len(now) != len(before)+1 || !slices.Equal(now[:len(before)], before) {
		t.Fatalf("files were %v and are %v: TensorBoard would read them in another order", before, now)
	}
	return now[len(before)]
}

// files lists a folder in the order of names, which is TensorBoard's.
func files(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*tfevents*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSameBytesAsTensorBoard(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		fixture string
		after   int64
		scalars []scalar
	}{{"first", 0, first}, {"resumed", 100, resumed}} {
		got := content(t, session(t, dir, c.after, c.scalars))
		want := content(t, filepath.Join("testdata", c.fixture+".tfevents"))
		if !bytes.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", c.fixture, got, want)
		}
	}
}

func TestScalarIsInTheFileAtOnce(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, 0, clock())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Scalar("loss", 50, 1.0986123); err != nil {
		t.Fatal(err)
	}
	got, want := content(t, files(t, dir)[0]), content(t, "testdata/first.tfevents")
	if len(got) < 100 || !bytes.HasPrefix(want, got) {
		t.Errorf("before Sync or Close the file has %q", got)
	}
}

// A session that starts in the second of the last one, or before it by a clock
// that was set back, or on another host, still comes after it by name.
func TestNamesKeepTheOrderOfSessions(t *testing.T) {
	dir := t.TempDir()
	ahead := filepath.Join(dir, prefix+"1700000123.zzz.9")
	if err := os.WriteFile(ahead, content(t, "testdata/first.tfevents"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"metrics.csv", prefix + "1.x", "1999999999.x"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 12 {
		path := session(t, dir, 100, resumed) // fails if it is not the last
		if !strings.Contains(path, prefix+"17000001") {
			t.Errorf("session %d is %s", i, path)
		}
	}
}

func TestMissingFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "missing")
	if _, err := Create(dir, 0, time.Now); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
}

// CUTPASTE_PYTHON names a python with tensorboard. The first session is cut
// off within its last record, as a kill or a power cut leaves it.
func TestTensorBoardReadsResumedRun(t *testing.T) {
	python := os.Getenv("CUTPASTE_PYTHON")
	if python == "" {
		t.Skip("CUTPASTE_PYTHON is not set to a python with tensorboard")
	}
	dir := t.TempDir()
	path := session(t, dir, 0, first)
	if err := os.Truncate(path, int64(len(content(t, path))-5)); err != nil {
		t.Fatal(err)
	}
	session(t, dir, 100, resumed)
	var logs strings.Builder
	cmd := exec.Command(python, "../../tools/golden/events_check.py", "read", dir)
	cmd.Stderr = &logs
	got, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &logs)
	}
	want := "accuracy 50 0\nloss 50 1.09861\nloss 100 -1e+30\nloss 150 0.5\nloss 1099511627776 0.25\ntrain/größe 100 nan\n"
	if string(got) != want {
		t.Errorf("TensorBoard reads\n%swant\n%s", got, want)
	}
}
