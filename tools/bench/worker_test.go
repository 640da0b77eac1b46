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

// answers are what a worker says to some lines.
func answers(t *testing.T, args []string, lines string) []answer {
	t.Helper()
	var out bytes.Buffer
	if err := work(args, strings.NewReader(lines), &out); err != nil {
		t.Fatal(err)
	}
	var all []answer
	for d := json.NewDecoder(&out); d.More(); {
		var a answer
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// The worker does the trainer's updates and answers every line with one object.
func TestWorker(t *testing.T) {
	slim := []string{"-width", "4", "-pictures", "4", "device=cpu", "threads=1", "data.size=32", "net.head=32,8", "channels_last=off"}
	got := answers(t, slim, "1\n2\noperators 2\n")
	if len(got) != 4 || got[0].Torch != torch.Version() {
		t.Fatalf("got %+v", got)
	}
	// 46,159 weights: what PyTorch counts in the reference's twin.
	if want := "4 pictures of 32 px, 46159 weights, 1 threads, cpu"; got[0].Work != want {
		t.Errorf("the worker does %s, want %s", got[0].Work, want)
	}
	for _, a := range got[1:] {
		if a.Seconds <= 0 || a.Processor <= 0 || a.Resident < 10 || a.Peak < a.Resident {
			t.Errorf("a turn took %g s, %g s of processors, %g MiB, at most %g", a.Seconds, a.Processor, a.Resident, a.Peak)
		}
	}
	o := got[3].Operators
	if o == nil || o.Updates != 2 || !strings.Contains(o.table(0), "convolution_backward") || o.outside() <= 0 || o.outside() >= 1 {
		t.Errorf("operators of two updates: %+v", o)
	}
	var out bytes.Buffer
	for _, line := range []string{"many", "dance 3"} {
		err := work(slim, strings.NewReader(line+"\n"), &out)
		if word, _, _ := strings.Cut(line, " "); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("a turn of %q: %v", line, err)
		}
	}
}

// A loaded worker makes its batches, on the host or by tensor operations.
func TestLoadedWorker(t *testing.T) {
	for _, how := range [][2]string{{"-tensors=false", "cpu"}, {"-tensors=false", "device"}, {"-tensors", "device"}} {
		args := []string{"-loaded", how[0], "-width", "4", "device=cpu", "threads=1", "data.size=32", "train.batch=2", "net.head=8", "channels_last=off", "augment.on=" + how[1]}
		got := answers(t, args, "paint 2\n1\n")
		if len(got) != 3 || !strings.HasPrefix(got[0].Work, "6 pictures of 32 px") || got[1].Processor <= 0 {
			t.Errorf("%v: %+v", how, got)
		}
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
