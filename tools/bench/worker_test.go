package main

import (
	"bytes"
	"encoding/json"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// The worker does the trainer's updates and answers every line with one object.
func TestWorker(t *testing.T) {
	var out bytes.Buffer
	args := []string{"-size", "32", "-sources", "1", "-threads", "1"}
	if err := work(args, strings.NewReader("1\n2\n"), &out); err != nil {
		t.Fatal(err)
	}
	var answers []answer
	for d := json.NewDecoder(&out); d.More(); {
		var a answer
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != 3 || answers[0].Torch != torch.Version() {
		t.Fatalf("got %+v", answers)
	}
	for _, a := range answers[1:] {
		if a.Seconds <= 0 || a.Resident < 10 {
			t.Errorf("a turn took %g s and %g MiB", a.Seconds, a.Resident)
		}
	}
	if err := work(args, strings.NewReader("many\n"), &out); err == nil || !strings.Contains(err.Error(), "many") {
		t.Errorf("a turn of %q: %v", "many", err)
	}
}

// The reader of profiles finds a busy function, inlined or not, under its name
// and its caller.
func TestReadProfile(t *testing.T) {
	var b bytes.Buffer
	if err := pprof.StartCPUProfile(&b); err != nil {
		t.Skip("the process is profiled already")
	}
	x := spin(300 * time.Millisecond)
	pprof.StopCPUProfile()
	looks, err := readProfile(&b)
	if err != nil {
		t.Fatal(err)
	}
	var found int64
	for _, l := range looks {
		inner := slices.IndexFunc(l.stack, func(f string) bool { return strings.HasSuffix(f, "bench.spin") })
		outer := slices.IndexFunc(l.stack, func(f string) bool { return strings.HasSuffix(f, "bench.TestReadProfile") })
		if inner >= 0 && inner < outer {
			found += l.times
		}
	}
	if found == 0 {
		t.Errorf("spin (%d) was not found in %v", x, looks)
	}
	for _, broken := range []string{"", "text"} {
		if _, err := readProfile(strings.NewReader(broken)); err == nil {
			t.Errorf("%q was read as a profile", broken)
		}
	}
}

func spin(d time.Duration) (x uint64) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		for i := range uint64(10000) {
			x += i * x
		}
	}
	return x
}
