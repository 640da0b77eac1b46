package launch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func shell(dir, name, script string) Job {
	return Job{Name: name, Args: []string{"sh", "-c", script, "sh"}, Log: filepath.Join(dir, name, "log.txt")}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestJobsRunInTheirSlots(t *testing.T) {
	dir := t.TempDir()
	jobs := []Job{
		shell(dir, "good", `echo "on $1"`), shell(dir, "bad", `echo broken >&2; exit 3`),
		{Name: "missing", Args: []string{filepath.Join(dir, "no such program")}, Log: filepath.Join(dir, "missing", "log.txt")},
		shell(dir, "killed", `kill -9 $$`), shell(dir, "last", `echo "on $1"`),
	}
	var began []int
	codes := map[string]int{}
	Run(context.Background(), jobs, []Slot{{"device=a"}, {"device=b"}}, func(i int) { began = append(began, i) }, func(d Done) {
		codes[jobs[d.Job].Name] = d.Code
		if (d.Err == nil) != (d.Code == 0) {
			t.Errorf("%s: %v with status %d", jobs[d.Job].Name, d.Err, d.Code)
		}
	})
	if want := map[string]int{"good": 0, "bad": 3, "missing": -1, "killed": -1, "last": 0}; fmt.Sprint(codes) != fmt.Sprint(want) {
		t.Errorf("ended with %v, want %v", codes, want)
	}
	slices.Sort(began)
	if !slices.Equal(began, []int{0, 1, 2, 3, 4}) {
		t.Errorf("started %v", began)
	}
	log := read(t, jobs[0].Log)
	if !strings.HasSuffix(log, "on device=a\n") && !strings.HasSuffix(log, "on device=b\n") || !strings.Contains(log, "Z  sh -c 'echo \"on $1\"' sh device=") {
		t.Errorf("the log is %q", log)
	}
	if log := read(t, jobs[1].Log); !strings.HasSuffix(log, "broken\n") {
		t.Errorf("the log is %q", log)
	}
}

// A job that is interrupted ends in its own way, and no other is started.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	jobs := []Job{shell(dir, "first", `trap 'echo saved; exit 130' INT; echo ready; while :; do sleep 0.01; done`), shell(dir, "second", `echo never`)}
	ctx, cancel := context.WithCancel(context.Background())
	var ends []Done
	go func() {
		for {
			if b, _ := os.ReadFile(jobs[0].Log); strings.Contains(string(b), "\nready") {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	Run(ctx, jobs, []Slot{nil}, func(int) {}, func(d Done) { ends = append(ends, d) })
	if len(ends) != 1 || ends[0].Job != 0 || ends[0].Code != 130 {
		t.Errorf("ended as %+v", ends)
	}
	if log := read(t, jobs[0].Log); !strings.HasSuffix(log, "saved\n") {
		t.Errorf("the log is %q", log)
	}
}

// Jobs do not outlive a launcher that was killed.
func TestKilled(t *testing.T) {
	pid := os.Getenv("LAUNCH_TEST_PID")
	if pid != "" {
		job := Job{Args: []string{"sh", "-c", `echo $$ > "$LAUNCH_TEST_PID.part"; mv "$LAUNCH_TEST_PID.part" "$LAUNCH_TEST_PID"; exec sleep 100`}, Log: pid + ".log"}
		Run(context.Background(), []Job{job}, []Slot{nil}, func(int) {}, func(Done) {})
		return
	}
	pid = filepath.Join(t.TempDir(), "pid")
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "LAUNCH_TEST_PID="+pid)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var child string
	for child == "" {
		b, _ := os.ReadFile(pid)
		child = strings.TrimSpace(string(b))
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	// A test that waits for ever says that the child is still there.
	for {
		state, err := os.ReadFile("/proc/" + child + "/stat")
		if err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestQuote(t *testing.T) {
	for want, args := range map[string][]string{
		"a b=c,d": {"a", "b=c,d"}, "'' 'x y'": {"", "x y"}, `'it'\''s' '[1]'`: {"it's", "[1]"},
	} {
		if got := Quote(args); got != want {
			t.Errorf("%q is quoted %s, want %s", args, got, want)
		}
	}
}
