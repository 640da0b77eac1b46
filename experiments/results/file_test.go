package results

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

func example(method string, seed uint64, value float64) Row {
	return Row{
		Key:   Key{Suite: "s", Method: method, Features: "pool", Category: "a, \"b\"", Seed: seed, Metric: ImageAUROC},
		Value: value, Config: "c", Data: "d", Code: "v", Weights: "scratch", Steps: 3, Size: 64, Crop: 32, Map: 64, Train: 5, Normal: 6, Anomalous: 7,
		Seconds: 1.5, Device: "cpu", Hardware: "x, 2 cores", Run: "m/a/seed-0", Time: time.Unix(1e9, 0).UTC(),
	}
}

func TestRowsAreReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	if rows, cut, err := Read(path); rows != nil || cut != "" || err != nil {
		t.Fatalf("no file: %v, %q, %v", rows, cut, err)
	}
	want := []Row{example("one", 0, 0.5), example("one", 1<<63, 1), example("two", 0, 0.25)}
	for _, r := range want {
		if _, err := Append(path, []Row{r}); err != nil {
			t.Fatal(err)
		}
	}
	// The last of the same key counts, in the place of the first.
	again := want[0]
	again.Value = 0.75
	undefined := example("two", 7, math.NaN())
	if _, err := Append(path, []Row{again, undefined}); err != nil {
		t.Fatal(err)
	}
	got, cut, err := Read(path)
	if err != nil || cut != "" || len(got) != 4 {
		t.Fatalf("%d rows, %q, %v", len(got), cut, err)
	}
	want[0] = again
	if !reflect.DeepEqual(got[:3], want) {
		t.Errorf("read %+v, want %+v", got[:3], want)
	}
	if !math.IsNaN(got[3].Value) {
		t.Errorf("an undefined value is read as %v", got[3].Value)
	}
}

// A process that was killed while it wrote leaves a part of a row: nothing else is
// lost, and the next one does not write behind it.
func TestARowThatWasCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	if _, err := Append(path, []Row{example("one", 0, 0.5), example("one", 1, 0.5)}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for _, left := range []int{1, 10, len(lines[2]) - 1} {
		if err := os.WriteFile(path, whole[:len(whole)-len(lines[2])+left], 0o666); err != nil {
			t.Fatal(err)
		}
		rows, cut, err := Read(path)
		if err != nil || len(rows) != 1 || cut != lines[2][:left] {
			t.Fatalf("%d rows, %q, %v", len(rows), cut, err)
		}
		if cut, err := Append(path, []Row{example("one", 1, 0.5)}); err != nil || cut != lines[2][:left] {
			t.Fatalf("%q, %v", cut, err)
		}
		if got, _ := os.ReadFile(path); string(got) != string(whole) {
			t.Errorf("the file is %q, want %q", got, whole)
		}
	}
	if err := os.WriteFile(path, []byte(lines[0]+lines[1]+"s,one\n"+lines[2]), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(path); err == nil || !strings.Contains(err.Error(), "line 3 of "+path) {
		t.Errorf("a short line in the middle: %v", err)
	}
	if err := os.WriteFile(path, []byte("a,b\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(path); err == nil || !strings.Contains(err.Error(), "other columns") {
		t.Errorf("another file: %v", err)
	}
}

// Several processes append at once, and every row is there.
func TestManyProcessesAppend(t *testing.T) {
	const processes, each = 8, 25
	if path := os.Getenv("RESULTS_TEST_FILE"); path != "" {
		for i := range each {
			if _, err := Append(path, []Row{example(os.Getenv("RESULTS_TEST_NAME"), uint64(i), 0.5), example(os.Getenv("RESULTS_TEST_NAME"), uint64(each+i), 0.5)}); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	path := filepath.Join(t.TempDir(), File)
	var running []*exec.Cmd
	for i := range processes {
		cmd := exec.Command(os.Args[0], "-test.run=^TestManyProcessesAppend$")
		cmd.Env = append(os.Environ(), "RESULTS_TEST_FILE="+path, "RESULTS_TEST_NAME="+strconv.Itoa(i))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	rows, cut, err := Read(path)
	if err != nil || cut != "" || len(rows) != processes*each*2 {
		t.Fatalf("%d rows, %q, %v", len(rows), cut, err)
	}
	seen := map[string]bool{}
	for _, r := range rows {
		seen[fmt.Sprint(r.Method, "/", r.Seed)] = true
	}
	if len(seen) != processes*each*2 {
		t.Errorf("%d of %d rows", len(seen), processes*each*2)
	}
}
