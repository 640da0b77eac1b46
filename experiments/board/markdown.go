package board

import (
	"fmt"
	"strings"
)

// Markdown is the table, and below it how it stands to the published figures, how
// methods compare, and what further models brought.
func (b *Board) Markdown() string {
	var s strings.Builder
	fmt.Fprintf(&s, "# %s\n\n%s. %s\n\n", b.Suite.Title, b.Measure(), explanation)
	head := []string{"category"}
	if b.Suite.Metric == "defects" {
		head[0] = "defect"
	}
	for _, c := range b.Columns {
		head = append(head, c.Heading())
	}
	var rows [][]string
	for i, l := range b.Lines {
		row := []string{l.Name}
		for k := range b.Columns {
			text := b.shown(i, k, "±")
			if b.Cells[i][k].Best {
				text = "**" + text + "**"
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	markdownTable(&s, head, rows, 1)
	s.WriteString(b.markdownHeld())
	s.WriteString(b.markdownAgainst())
	s.WriteString(b.markdownSizes())
	s.WriteString("\n## How it was measured\n\n")
	for _, c := range b.Columns {
		if c.Protocol != "" {
			fmt.Fprintf(&s, "- %s: %s\n", c.Title, c.Protocol)
		}
	}
	for _, n := range b.Notes {
		fmt.Fprintf(&s, "- %s\n", n)
	}
	for _, c := range b.Columns {
		if c.Kind == Published {
			fmt.Fprintf(&s, "- %s: not measured here; %s, %s%s\n", c.Title, c.source.Collection, c.source.Table, because(c.Departs))
		}
	}
	return s.String()
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return "; " + why
}

// Heading is a column's title with what it is.
func (c Column) Heading() string {
	switch c.Kind {
	case Control:
		return c.Title + " (control)"
	case Published:
		return c.Title + " (published)"
	}
	return c.Title
}

func (b *Board) markdownHeld() string {
	places := b.held()
	if len(places) == 0 {
		return ""
	}
	var s strings.Builder
	fmt.Fprintf(&s, "\n## Held against %s\n\n%s\n\n", b.Suite.Published.Table, verdicts)
	var rows [][]string
	reasons := newFootnotes()
	for _, at := range places {
		c := b.Cells[at[0]][at[1]]
		verdict := string(c.Verdict)
		if c.Verdict == NotComparable {
			verdict += reasons.mark(c.Why)
		}
		if c.Verdict == None {
			verdict = undefined
		}
		n := undefined
		if c.Has() {
			n = fmt.Sprint(c.N)
		}
		rows = append(rows, []string{b.Columns[at[1]].Title, b.Lines[at[0]].Name, WithError(c.Value, c.Stderr, "±"), n, c.Interval(), c.published("±"), Signed(c.Difference()), verdict})
	}
	markdownTable(&s, []string{"method", "category", "here", "n", "95 % over pictures", "published", "difference", "verdict"}, rows, 2)
	s.WriteString(reasons.list())
	return s.String()
}

func (b *Board) markdownAgainst() string {
	if len(b.Against) == 0 {
		return ""
	}
	var s strings.Builder
	fmt.Fprintf(&s, "\n## Against %s\n\n%s\n\n", b.Reference, against)
	var rows [][]string
	for _, a := range b.Against {
		better, worse, tested := a.tests()
		rows = append(rows, []string{a.Title, a.Tally, Signed(a.Mean), fmt.Sprint(better), fmt.Sprint(worse), fmt.Sprint(tested)})
	}
	markdownTable(&s, []string{"method", "win-tie-loss", "mean difference", "DeLong better", "worse", "of"}, rows, 1)
	return s.String()
}

// against says how methods are compared.
const against = "Wins, ties and losses over categories; a tie is a difference within the spread of the two. Better and worse count the categories on which DeLong's test, of the first seed that both have on the same pictures, gives a chance below 0.05."

// sizes says what ensembles of every size are.
const sizes = "Means over all subsets of so many models, and over categories."

// significant is the chance below which a difference is called one.
const significant = 0.05

// tests counts DeLong's: on how many categories the method is better and worse, and how
// many could be tested.
func (a Against) tests() (better, worse, tested int) {
	for _, t := range a.Tests {
		if t.P != t.P { // NaN
			continue
		}
		tested++
		switch {
		case t.P >= significant:
		case t.Difference > 0:
			better++
		default:
			worse++
		}
	}
	return better, worse, tested
}

func (b *Board) markdownSizes() string {
	if len(b.Sizes) == 0 {
		return ""
	}
	var s strings.Builder
	fmt.Fprintf(&s, "\n## What each further model brings\n\n%s\n\n", sizes)
	most := 0
	for _, size := range b.Sizes {
		most = max(most, len(size.Values))
	}
	head := []string{"ensemble", "categories"}
	for i := range most {
		head = append(head, fmt.Sprint(i+1))
	}
	var rows [][]string
	for _, size := range b.Sizes {
		row := []string{size.Title, fmt.Sprint(size.Categories)}
		for _, v := range size.Values {
			row = append(row, Percent(v))
		}
		rows = append(rows, row)
	}
	markdownTable(&s, head, rows, 1)
	return s.String()
}

// markdownTable writes a table whose first columns are text and the others numbers.
func markdownTable(s *strings.Builder, head []string, rows [][]string, texts int) {
	line := func(cells []string) {
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		s.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line(head)
	s.WriteString("|")
	for i := range head {
		if i < texts {
			s.WriteString("---|")
		} else {
			s.WriteString("--:|")
		}
	}
	s.WriteString("\n")
	for _, row := range rows {
		line(row)
	}
}

// footnotes number reasons.
type footnotes struct{ texts []string }

func newFootnotes() *footnotes { return new(footnotes) }

// mark is the number of a reason, as " (1)".
func (f *footnotes) mark(text string) string {
	for i, t := range f.texts {
		if t == text {
			return fmt.Sprintf(" (%d)", i+1)
		}
	}
	f.texts = append(f.texts, text)
	return fmt.Sprintf(" (%d)", len(f.texts))
}

func (f *footnotes) list() string {
	var s strings.Builder
	for i, t := range f.texts {
		if i == 0 {
			s.WriteString("\nNot comparable:\n\n")
		}
		fmt.Fprintf(&s, "%d. %s\n", i+1, t)
	}
	return s.String()
}
