// Package progress shows how far a long piece of work is: a bar on a terminal,
// and elsewhere (a log, CI) one line every ten seconds.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Unit is what is counted.
type Unit int

const (
	Bytes Unit = iota // shown in kB, MB, GB
	Files             // shown as a count
)

// every is the time between two lines where there is no terminal.
const every = 10 * time.Second

// Bar is one piece of work of a known size. Its methods may be called from
// several goroutines.
type Bar struct {
	bar *progressbar.ProgressBar // on a terminal, else nil

	mu          sync.Mutex
	out         io.Writer
	what        string
	unit        Unit
	done, total int64
	skipped     int64 // done before this run, not part of the speed
	start, last time.Time
	now         func() time.Time
}

// New starts a bar on out, for total units of what.
func New(out io.Writer, what string, unit Unit, total int64) *Bar {
	b := &Bar{out: out, what: what, unit: unit, total: total, now: time.Now}
	b.start = b.now()
	b.last = b.start
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetDescription(what),
			progressbar.OptionShowBytes(unit == Bytes),
			progressbar.OptionShowTotalBytes(true),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionFullWidth(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetRenderBlankState(true),
		)
	}
	return b
}

// Skip counts n units as done before the bar was started: a resumed download.
// A negative n takes units back, when a server makes a download start over.
func (b *Bar) Skip(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += n
	b.skipped += n
	if b.bar != nil {
		_ = b.bar.Add64(n) // its speed is of the last seconds, so it is soon right
	}
}

// Add counts n more units.
func (b *Bar) Add(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += n
	if b.bar != nil {
		_ = b.bar.Add64(n) // fails only past the total, and then the bar is full
		return
	}
	if now := b.now(); now.Sub(b.last) >= every && b.done < b.total { // Done says the rest
		b.last = now
		fmt.Fprintln(b.out, b.line(now))
	}
}

// Done ends the bar. Off a terminal it prints a last line with the time taken.
func (b *Bar) Done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	took := b.now().Sub(b.start)
	if b.bar != nil {
		_ = b.bar.Exit() // leaves the bar as it stands
		fmt.Fprintln(b.out)
		return
	}
	if b.done == b.total {
		fmt.Fprintf(b.out, "%s: %s in %s\n", b.what, b.amount(b.total-b.skipped), round(took))
	}
}

// line is the state in words: "Fetching torch: 120 MB of 531 MB, 12 MB/s, 35s left".
func (b *Bar) line(now time.Time) string {
	s := fmt.Sprintf("%s: %s of %s", b.what, b.amount(b.done), b.amount(b.total))
	fresh := b.done - b.skipped
	seconds := now.Sub(b.start).Seconds()
	if fresh <= 0 || seconds <= 0 {
		return s
	}
	speed := float64(fresh) / seconds
	if b.unit == Bytes {
		s += fmt.Sprintf(", %s/s", Size(int64(speed)))
	}
	left := time.Duration(float64(b.total-b.done) / speed * float64(time.Second))
	return s + fmt.Sprintf(", %s left", round(left))
}

func (b *Bar) amount(n int64) string {
	if b.unit == Bytes {
		return Size(n)
	}
	return fmt.Sprint(n)
}

// Size writes a number of bytes as people say it: "531 MB", "2.2 GB".
func Size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%d MB", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%d kB", n/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

func round(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
