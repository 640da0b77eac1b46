// Package report writes a suite's results as one HTML file that opens offline: the
// table, and for each of its cells a card that says how it came about, with the curves
// of its runs.
package report

import (
	_ "embed"
	"fmt"
	"html"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/cutpaste/cutpaste/experiments/board"
	"github.com/cutpaste/cutpaste/experiments/launch"
	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

// File is the report's name in the suite's folder.
const File = "report.html"

//go:embed style.css
var style string

// Write writes the report of the suite in dir, of which b is the table, and returns its
// path. What a run's folder lacks is not in its card.
func Write(dir string, b *board.Board) (path string, err error) {
	var s strings.Builder
	title := html.EscapeString(b.Suite.Title)
	fmt.Fprintf(&s, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", title, style)
	fmt.Fprintf(&s, "<h1>%s</h1>\n<p class=\"small\">Suite %s, %s. Made %s from stored rows and scores by:</p>\n", title, html.EscapeString(b.Suite.Name), html.EscapeString(b.Suite.File), time.Now().UTC().Format("2 January 2006, 15:04 MST"))
	for _, c := range b.Suite.Commands {
		fmt.Fprintf(&s, "<pre>%s</pre>\n", html.EscapeString(launch.Quote(c)))
	}
	fmt.Fprintf(&s, "<nav><a href=\"#table\">Table</a>")
	for i, l := range b.Lines {
		if !l.Average() {
			fmt.Fprintf(&s, " <a href=\"#line-%d\">%s</a>", i, html.EscapeString(l.Name))
		}
	}
	s.WriteString("</nav>\n<section id=\"table\">\n<h2>Table</h2>\n")
	s.WriteString(b.Section(func(line, column int) string {
		if !hasCard(b, line, column) {
			return ""
		}
		return "#" + cardID(line, column)
	}))
	s.WriteString("</section>\n")
	cards := cards(dir, b)
	for i, l := range b.Lines {
		if l.Average() {
			continue
		}
		fmt.Fprintf(&s, "<section id=\"line-%d\">\n<h2>%s</h2>\n", i, html.EscapeString(l.Name))
		if l.Missing != "" {
			fmt.Fprintf(&s, "<p>Without values: %s.</p>\n", html.EscapeString(l.Missing))
		}
		for k := range b.Columns {
			s.WriteString(cards[[2]int{i, k}])
		}
		s.WriteString("</section>\n")
	}
	s.WriteString("</main>\n</body>\n</html>\n")
	path = filepath.Join(dir, File)
	return path, wholefile.Write(path, []byte(s.String()))
}

// hasCard says whether a cell has something to tell: runs of its own.
func hasCard(b *board.Board, line, column int) bool {
	return !b.Lines[line].Average() && len(b.Cells[line][column].Rows) > 0
}

func cardID(line, column int) string { return fmt.Sprintf("card-%d-%d", line, column) }

// cards are those of all cells, made by all cores.
func cards(dir string, b *board.Board) map[[2]int]string {
	out := map[[2]int]string{}
	var mu sync.Mutex
	var working sync.WaitGroup
	places := make(chan [2]int)
	for range runtime.NumCPU() {
		working.Go(func() {
			for at := range places {
				text := card(dir, b, at[0], at[1])
				mu.Lock()
				out[at] = text
				mu.Unlock()
			}
		})
	}
	for i := range b.Lines {
		for k := range b.Columns {
			if hasCard(b, i, k) {
				places <- [2]int{i, k}
			}
		}
	}
	close(places)
	working.Wait()
	return out
}
