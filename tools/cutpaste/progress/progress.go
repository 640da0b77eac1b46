// Package progress tells a person how far long work is, on standard error.
//
// On a terminal a task that lasts longer than two seconds gets a bar with its
// rate, the time left and a line of details such as the loss. Elsewhere (a log
// file, CI) it gets a line every ten seconds. In both it leaves one line behind
// when it is done. Short tasks leave nothing, and a quiet printer prints
// nothing at all.
//
// Setting a task's progress only stores numbers; drawing happens on a timer, so
// it costs the work nothing however often it reports.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	patience = 2 * time.Second        // a task shorter than this is not shown
	redraw   = 200 * time.Millisecond // of a bar
	interval = 10 * time.Second       // between lines where there is no terminal
)

// Printer is where progress goes. Its methods may be called from any
// goroutine. One task is shown at a time: of several, the one started last.
type Printer struct {
	out   io.Writer
	width func() int // columns of the terminal; nil where out is none
	color bool

	mu    sync.Mutex
	quiet bool
	tasks []*Task // unfinished, in the order of their start
	drawn *bar    // what stands on the terminal now
}

// New prints to out. It draws bars if out is a terminal that can move its
// cursor (TERM is not dumb), in color unless NO_COLOR is set; getenv is
// os.Getenv or the like.
func New(out io.Writer, getenv func(string) string) *Printer {
	p := &Printer{out: out}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) && getenv("TERM") != "dumb" {
		p.width = func() int {
			w, _, err := term.GetSize(int(f.Fd()))
			if err != nil || w <= 0 {
				return 80
			}
			return w
		}
		p.color = getenv("NO_COLOR") == ""
	}
	return p
}

// Quiet makes the printer print nothing from now on.
func (p *Printer) Quiet() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.quiet = true
}

// Note prints a sentence on a line of its own, above the bar if there is one.
func (p *Printer) Note(sentence string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line(sentence)
}

// line prints a line in place of the bar, which comes back with the next redraw.
func (p *Printer) line(text string) {
	if p.quiet {
		return
	}
	p.clear()
	fmt.Fprintln(p.out, text)
}

// Clear takes the bar off the terminal until it is drawn again. Results that go
// to the same terminal are printed after it.
func (p *Printer) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *Printer) clear() {
	if p.drawn != nil {
		p.drawn.clear()
		p.drawn = nil
	}
}

// Task is one piece of work of a known size.
type Task struct {
	p     *Printer
	label string
	unit  string // plural: "pictures"
	total int
	began time.Time
	timer *time.Timer

	// The rate is that of everything after the first report: what had been done
	// before a resumed run, and the slow first unit, are not part of it.
	first, done int
	firstAt, at time.Time
	detail      string
}

// Task starts a task of total units, such as "pictures". Done must be called in
// the end.
func (p *Printer) Task(label string, total int, unit string) *Task {
	now := time.Now()
	t := &Task{p: p, label: label, unit: unit, total: total, began: now}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tasks = append(p.tasks, t)
	first, next := interval, interval
	if p.width != nil {
		first, next = patience, redraw
	}
	t.timer = time.AfterFunc(first, func() { t.tick(next) })
	return t
}

// Set says how many units are done, and what else is worth knowing (may be "").
func (t *Task) Set(done int, detail string) {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	t.at = time.Now()
	if t.firstAt.IsZero() {
		t.first, t.firstAt = done, t.at
	}
	t.done, t.detail = done, detail
}

// tick shows the task and sets its timer anew.
func (t *Task) tick(next time.Duration) {
	p := t.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.tasks) == 0 {
		return // the timer went off while Done was at work
	}
	if p.tasks[len(p.tasks)-1] == t && !p.quiet {
		p.show(t)
	}
	t.timer.Reset(next)
}

// show draws the bar, or prints a line.
func (p *Printer) show(t *Task) {
	if p.width == nil {
		p.line(t.label + ": " + join(t.state(time.Now()), t.detail))
		return
	}
	if t.total <= 0 {
		return // nothing that a share could be taken of
	}
	if p.drawn == nil || p.drawn.task != t {
		p.clear()
		p.drawn = newBar(p, t)
	}
	p.drawn.draw(t.state(time.Now()))
}

// Done ends the task. One that lasted leaves a line that says so.
func (t *Task) Done() {
	p := t.p
	p.mu.Lock()
	defer p.mu.Unlock()
	t.timer.Stop()
	for i, other := range p.tasks {
		if other == t {
			p.tasks = append(p.tasks[:i], p.tasks[i+1:]...)
			break
		}
	}
	if p.drawn != nil && p.drawn.task == t {
		p.clear()
	}
	if took := time.Since(t.began); took >= patience {
		p.line(t.label + ": " + join(t.summary(took), t.detail))
	}
}
