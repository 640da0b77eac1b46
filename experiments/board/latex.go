package board

import (
	"fmt"
	"strings"
)

// LaTeX is the table for the package booktabs, a table environment.
func (b *Board) LaTeX() string {
	var s strings.Builder
	s.WriteString("% Needs \\usepackage{booktabs}.\n\\begin{table}\n\\centering\n")
	fmt.Fprintf(&s, "\\caption{%s. %s.}\n", latex(b.Suite.Title), latex(b.Measure()+", percent, mean ± standard error over seeds"))
	fmt.Fprintf(&s, "\\begin{tabular}{l%s}\n\\toprule\n", strings.Repeat("r", len(b.Columns)))
	for _, c := range b.Columns {
		s.WriteString(" & " + latex(c.Heading()))
	}
	s.WriteString(" \\\\\n\\midrule\n")
	for i, l := range b.Lines {
		if l.Average() && i > 0 && !b.Lines[i-1].Average() {
			s.WriteString("\\midrule\n")
		}
		s.WriteString(latex(l.Name))
		for k := range b.Columns {
			text := latex(b.shown(i, k, "±"))
			if b.Cells[i][k].Best {
				text = "\\textbf{" + text + "}"
			}
			s.WriteString(" & " + text)
		}
		s.WriteString(" \\\\\n")
		if places := b.inPaper(i); places != "" {
			s.WriteString(places)
		}
	}
	s.WriteString("\\bottomrule\n\\end{tabular}\n\\end{table}\n")
	return s.String()
}

// inPaper is a line of the published figures below an average.
func (b *Board) inPaper(i int) string {
	if !b.Lines[i].Average() {
		return ""
	}
	var s strings.Builder
	some := false
	s.WriteString("\\quad published")
	for k, c := range b.Columns {
		text := undefined
		if c.Kind != Published {
			text = b.Cells[i][k].published("±")
		}
		some = some || text != undefined
		s.WriteString(" & " + latex(text))
	}
	if !some {
		return ""
	}
	return s.String() + " \\\\\n"
}

var latexLetters = strings.NewReplacer(
	`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`,
	"±", `$\pm$`, "–", "--", "<", `$<$`, ">", `$>$`,
)

func latex(s string) string { return latexLetters.Replace(s) }
