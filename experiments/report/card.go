package report

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/board"
	"github.com/cutpaste/cutpaste/experiments/launch"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// card says how a cell came about.
func card(dir string, b *board.Board, line, column int) string {
	cell, c := b.Cells[line][column], b.Columns[column]
	runs := c.Runs(cell.Rows)
	var s strings.Builder
	fmt.Fprintf(&s, "<details class=\"card\" id=\"%s\" open>\n<summary>%s: %s</summary>\n<dl>\n", cardID(line, column), html.EscapeString(c.Heading()), board.WithError(cell.Value, cell.Stderr, "±"))
	say := func(name, format string, args ...any) {
		fmt.Fprintf(&s, "<dt>%s</dt><dd>%s</dd>\n", name, html.EscapeString(fmt.Sprintf(format, args...)))
	}
	say("seeds", "%s", seeds(cell, c))
	if cell.Interval() != "–" {
		say("95 % over pictures", "%s", cell.Interval())
	}
	if f := cell.Published; f != nil {
		say("published", "%s (%s)", f.String(), f.Source)
		verdict := string(cell.Verdict)
		if cell.Why != "" {
			verdict += ": " + cell.Why
		}
		say("held against it", "%s, %s", board.Signed(cell.Difference()), verdict)
	}
	first := runs[0]
	say("pictures", "%d normal to train on; %d normal and %d anomalous to test; SHA-256 %s", first.Train, first.Normal, first.Anomalous, first.Data)
	say("starts from", "%s", first.Weights)
	say("hardware", "%s %s", first.Device, first.Hardware)
	say("code", "%s", first.Code)
	var took []string
	for _, r := range runs {
		took = append(took, fmt.Sprintf("%.0f s", r.Seconds))
	}
	say("time", "%s", strings.Join(took, ", "))
	folder := run.Of(filepath.Join(dir, filepath.FromSlash(first.Run)))
	if config, err := run.ReadConfig(folder); err == nil {
		say("configuration", "%s; SHA-256 %.16s...", strings.Join(config.Changed(configs.Training, configs.Scoring), " "), config.Identity())
	}
	s.WriteString("</dl>\n")
	if record, err := run.ReadRecord(folder); err == nil {
		fmt.Fprintf(&s, "<pre>%s</pre>\n", html.EscapeString(launch.Quote(record.Command)))
	}
	s.WriteString("<div class=\"plots\">\n")
	s.WriteString(plots(dir, b.Lines[line].Name+", "+c.Heading(), runs))
	s.WriteString("</div>\n")
	s.WriteString(gallery(folder))
	s.WriteString("</details>\n")
	return s.String()
}

// seeds are a cell's values, a seed each.
func seeds(cell board.Cell, c board.Column) string {
	if c.Kind == board.Ensemble {
		return fmt.Sprintf("%d combined", len(c.Runs(cell.Rows)))
	}
	var list []string
	for _, r := range cell.Rows {
		list = append(list, fmt.Sprintf("%d: %s", r.Seed, board.Percent(r.Value)))
	}
	return strings.Join(list, ", ")
}

// folderOf is the folder of a row's scores.
func folderOf(dir string, r results.Row) string {
	return filepath.Join(dir, filepath.FromSlash(r.Run))
}

// gallery is the contact sheet of a run, if `cutpaste pictures` has drawn one.
func gallery(folder string) string {
	b, err := os.ReadFile(filepath.Join(folder, "pictures", "hardest.png"))
	if err != nil {
		return ""
	}
	return dataPicture(b, "hardest cases: the normal pictures that score highest and the anomalous ones that score lowest")
}
