package progress

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// work reports every second for a number of seconds, one unit each.
func work(p *Printer, label string, seconds int, detail string) {
	t := p.Task(label, seconds, "updates")
	for i := range seconds {
		time.Sleep(time.Second)
		t.Set(i+1, detail)
	}
	t.Done()
}

// screen takes what is printed, by whichever goroutine.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// take is everything printed since the last time.
func (s *screen) take() string {
	synctest.Wait() // for what is being drawn
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.text.Reset()
	return s.text.String()
}

func noEnv(string) string { return "" }

// onTerminal is a printer on a terminal of so many columns.
func onTerminal(b *screen, columns int) *Printer {
	p := New(b, noEnv)
	p.width = func() int { return columns }
	return p
}

func TestLinesWithoutATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b screen
		p := New(&b, noEnv)
		work(p, "training", 25, "loss 0.5")
		p.Note("A note.")
		want := `training: 9/25 updates, 1.0/s, 15s left, loss 0.5
training: 19/25 updates, 1.0/s, 5.0s left, loss 0.5
training: 25 updates in 25s, 1.0/s, loss 0.5
A note.
`
		// At 10 s the tenth report and the line are due in either order.
		printed := b.take()
		got := regexp.MustCompile(`: 10/25 (.*), 15s`).ReplaceAllString(printed, ": 9/25 $1, 15s")
		got = regexp.MustCompile(`: 20/25 (.*), 5.0s`).ReplaceAllString(got, ": 19/25 $1, 5.0s")
		if got != want {
			t.Errorf("printed\n%swant\n%s", printed, want)
		}
	})
}

func TestShortTasksLeaveNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines, bars screen
		work(New(&lines, noEnv), "short", 1, "")
		work(onTerminal(&bars, 80), "short", 1, "")
		if l, b := lines.take(), bars.take(); l+b != "" {
			t.Errorf("printed %q and %q", l, b)
		}
	})
}

func TestQuietPrintsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b screen
		p := New(&b, noEnv)
		p.Quiet()
		work(p, "training", 25, "")
		p.Note("A note.")
		if got := b.take(); got != "" {
			t.Errorf("printed %q", got)
		}
	})
}

// A task that is not done says so: it was interrupted, or failed.
func TestStoppedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b screen
		task := New(&b, noEnv).Task("training", 100, "updates")
		time.Sleep(3 * time.Second)
		task.Set(7, "")
		task.Done()
		if got, want := b.take(), "training: stopped at 7 of 100 updates after 3.0s\n"; got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
	})
}

// What was done before a resumed run must not count as speed: from 1000 to 1010
// in 10 s is 1/s, and 90 are left.
func TestRateOfAResumedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b screen
		task := New(&b, noEnv).Task("training", 1100, "updates")
		for i := range 11 {
			task.Set(1000+i, "")
			if i < 10 {
				time.Sleep(time.Second)
			}
		}
		if got, want := task.state(time.Now()), "1010/1100 updates, 1.0/s, 1m30s left"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		task.Done()
	})
}

var (
	escape = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)
	colors = regexp.MustCompile(`\x1b\[[0-9;]*m`)
)

// Every line of a bar fits the terminal, shows state and detail, and is gone
// when the task is done, where one line stays.
func TestBarOnATerminal(t *testing.T) {
	for _, columns := range []int{20, 40, 80, 200} {
		synctest.Test(t, func(t *testing.T) {
			var b screen
			p := onTerminal(&b, columns)
			p.color = true
			task := p.Task("training [red]", 100, "updates")
			for i := range 50 {
				task.Set(i, "loss 0.312, accuracy 0.85, waiting for data 0 %")
				time.Sleep(100 * time.Millisecond)
			}
			during := b.take()
			for line := range strings.FieldsFuncSeq(escape.ReplaceAllString(during, ""), func(r rune) bool { return r == '\r' || r == '\n' }) {
				if n := len([]rune(line)); n >= columns {
					t.Errorf("a line has %d of %d columns: %q", n, columns, line)
				}
			}
			if !colors.MatchString(during) {
				t.Error("there is no color")
			}
			if columns == 80 {
				// At 4 s the report of 40 and the drawing are due in either order.
				for _, want := range []string{`  (39|40)% \|`, `training \(red\): (39|40)/100 updates, 10/s, \d`, "\n       loss 0.312, accuracy 0.85, waiting for data 0 %\n"} {
					if !regexp.MustCompile(want).MatchString(escape.ReplaceAllString(strings.ReplaceAll(during, "\r", ""), "")) {
						t.Errorf("%q is not in %q", want, during)
					}
				}
			}
			task.Done()
			if got, want := b.take(), "\r\x1b[Jtraining [red]: stopped at 49 of 100 updates after 5.0s, loss 0.312, accuracy 0.85, waiting for data 0 %\n"; got != want {
				t.Errorf("the end is %q, want %q", got, want)
			}
		})
	}
}

// A note stands above the bar, and the bar comes back.
func TestNoteClearsTheBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b screen
		p := onTerminal(&b, 80)
		task := p.Task("training", 100, "updates")
		task.Set(1, "")
		time.Sleep(3 * time.Second)
		b.take()
		p.Note("A note.")
		if got, want := b.take(), "\r\x1b[JA note.\n"; got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
		p.Clear() // there is nothing to clear
		if got := b.take(); got != "" {
			t.Errorf("printed %q", got)
		}
		time.Sleep(time.Second)
		again := b.take()
		if !strings.Contains(again, "1/100 updates") {
			t.Errorf("the bar did not come back: %q", again)
		}
		if colors.MatchString(again) {
			t.Errorf("there is color without a color terminal: %q", again)
		}
		task.Done()
	})
}

// A full bar stays until Done, and a task without units does no harm.
func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, total := range []int{0, 1, 5} {
			var b screen
			task := onTerminal(&b, 80).Task("work", total, "files")
			task.Set(total, "")
			time.Sleep(3 * time.Second)
			task.Done()
			if got, want := b.take(), fmt.Sprintf("work: %d files in 3.0s\n", total); !strings.HasSuffix(got, want) {
				t.Errorf("the end of %q should be %q", got, want)
			}
		}
	})
}

func TestTheLastTaskIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b screen
		p := New(&b, noEnv)
		outer := p.Task("outer", 2, "jobs")
		inner := p.Task("inner", 2, "files")
		time.Sleep(11 * time.Second)
		if got, want := b.take(), "inner: 0/2 files\n"; got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
		inner.Done()
		b.take()
		time.Sleep(10 * time.Second)
		if got, want := b.take(), "outer: 0/2 jobs\n"; got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
		outer.Done()
	})
}

// By hand.
func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0s", 3210 * time.Millisecond: "3.2s", 44600 * time.Millisecond: "45s", 59700 * time.Millisecond: "1m00s",
		124 * time.Second: "2m04s", 3*time.Hour + 5*time.Minute: "3h05m", 51 * time.Hour: "2d03h",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for rate, want := range map[float64]string{153.2: "153/s", 2.13: "2.1/s", 0.5: "30/min", 0.001: "3.6/h"} {
		if got := perTime(rate); got != want {
			t.Errorf("%v is %q, want %q", rate, got, want)
		}
	}
	for columns, want := range map[int]string{-1: "", 0: "", 1: "…", 3: "ab…", 4: "abcd", 9: "abcd"} {
		if got := fit("abcd", columns); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
	if got := fit("日本語", 5); got != "日本…" { // two columns each
		t.Errorf("%q", got)
	}
}

func TestWhatIsATerminal(t *testing.T) {
	pty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this machine has no pseudo-terminals: ", err)
	}
	defer pty.Close()
	for _, c := range []struct {
		env          map[string]string
		bars, colors bool
	}{
		{map[string]string{"TERM": "xterm"}, true, true},
		{map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, true, false},
		{map[string]string{"TERM": "dumb"}, false, false},
	} {
		p := New(pty, func(name string) string { return c.env[name] })
		if bars := p.width != nil; bars != c.bars || p.color != c.colors {
			t.Errorf("%v: bars %v, colors %v", c.env, bars, p.color)
		}
	}
	if p := New(new(bytes.Buffer), noEnv); p.width != nil || p.color {
		t.Error("a buffer is no terminal")
	}
}
