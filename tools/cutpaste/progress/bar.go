package progress

import (
	"io"
	"strings"

	"github.com/rivo/uniseg"
	"github.com/schollz/progressbar/v3"
)

// bar is a task on a terminal: a line with the bar and the state, and below it
// the detail.
//
//	45% |#######         |  training bottle: 115/256 updates, 2.1/s, 1m07s left
//	     loss 0.312, accuracy 0.85
type bar struct {
	task  *Task
	out   io.Writer
	width func() int // columns of the terminal
	cells int        // of the bar itself
	inner *progressbar.ProgressBar
}

const (
	frame  = len("  45% |") + len("|  ") + len(" ^C") // the columns around bar and state
	indent = "       "                                // of the detail, to stand under the bar
)

func newBar(p *Printer, t *Task) *bar {
	theme := progressbar.Theme{Saucer: "█", SaucerHead: "█", SaucerPadding: " ", BarStart: "|", BarEnd: "|"}
	if p.color {
		theme.Saucer, theme.SaucerHead = "[green]█[reset]", "[green]█[reset]"
	}
	b := &bar{task: t, out: p.out, width: p.width, cells: max(1, min(p.width()/6, 30))}
	b.inner = progressbar.NewOptions(t.total,
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionSetWidth(b.cells),
		progressbar.OptionSetTheme(theme),
		progressbar.OptionEnableColorCodes(p.color),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetPredictTime(false), // state has its own, which knows of resumed runs
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetMaxDetailRow(1),
	)
	return b
}

// draw puts the task on the terminal, or brings up to date what is there.
func (b *bar) draw(state string) {
	t := b.task
	columns := b.width()
	text := fit(plain(t.label+": "+state), columns-frame-b.cells-1)
	// The library ends a bar by itself when it is full; Done is what ends this one.
	// Its errors are of writing to the terminal, and of a task that does more
	// than it said: neither is the work's business.
	_ = b.inner.Set(min(t.done, t.total-1))
	b.inner.Describe(text)
	if t.detail != "" {
		_ = b.inner.AddDetail(fit(indent+t.detail, columns-1))
	}
}

// clear erases the bar's line and the one below.
func (b *bar) clear() { io.WriteString(b.out, "\r\x1b[J") }

// plain keeps the library from taking [red] in a name for a color.
func plain(s string) string { return strings.NewReplacer("[", "(", "]", ")").Replace(s) }

// fit cuts text to a number of columns, with an ellipsis for what is missing.
func fit(text string, columns int) string {
	if uniseg.StringWidth(text) <= columns {
		return text
	}
	var b strings.Builder
	room := columns - 1
	for g := uniseg.NewGraphemes(text); g.Next() && g.Width() <= room; room -= g.Width() {
		b.WriteString(g.Str())
	}
	if columns < 1 {
		return ""
	}
	return b.String() + "…"
}
