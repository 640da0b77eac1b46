package board

import (
	"fmt"
	"html"
	"strings"
)

// HTML is the table as a fragment of a page: the suite's title as a heading, and the
// [Board.Section].
func (b *Board) HTML() string {
	return fmt.Sprintf("<h2>%s</h2>\n%s", html.EscapeString(b.Suite.Title), b.Section(nil))
}

// Section is the table in HTML, and what stands below it in Markdown, without the
// suite's title. Classes are for a style sheet; link, where it is not nil, is what a
// cell's value leads to, such as its card in a report.
func (b *Board) Section(link func(line, column int) string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "<p>%s. %s</p>\n", html.EscapeString(b.Measure()), explanation)
	s.WriteString("<div class=\"wide\"><table class=\"scores\">\n<thead><tr><th scope=\"col\">category</th>")
	for _, c := range b.Columns {
		fmt.Fprintf(&s, "<th scope=\"col\" class=\"%s\">%s</th>", c.class(), html.EscapeString(c.Heading()))
	}
	s.WriteString("</tr></thead>\n<tbody>\n")
	for i, l := range b.Lines {
		class := ""
		if l.Average() {
			class = " class=\"average\""
		}
		fmt.Fprintf(&s, "<tr%s><th scope=\"row\">%s</th>", class, html.EscapeString(l.Name))
		for k := range b.Columns {
			s.WriteString(b.htmlCell(i, k, link))
		}
		s.WriteString("</tr>\n")
	}
	s.WriteString("</tbody></table></div>\n")
	if len(b.held()) > 0 {
		fmt.Fprintf(&s, "<p class=\"small\">Below a value stand the published one, the difference and the verdict. %s</p>\n", verdicts)
	}
	s.WriteString(b.htmlAgainst())
	s.WriteString(b.htmlSizes())
	s.WriteString("<ul class=\"notes\">\n")
	for _, c := range b.Columns {
		switch {
		case c.Protocol != "":
			fmt.Fprintf(&s, "<li>%s: %s</li>\n", html.EscapeString(c.Title), html.EscapeString(c.Protocol))
		case c.Kind == Published:
			fmt.Fprintf(&s, "<li>%s: not measured here; %s, %s%s</li>\n", html.EscapeString(c.Title), c.source.Collection, html.EscapeString(c.source.Table), html.EscapeString(because(c.Departs)))
		}
	}
	for _, n := range b.Notes {
		fmt.Fprintf(&s, "<li>%s</li>\n", html.EscapeString(n))
	}
	s.WriteString("</ul>\n")
	return s.String()
}

// class is what a column's cells are, for a style sheet.
func (c Column) class() string {
	return [...]string{"method", "ensemble", "control", "published"}[c.Kind]
}

func (b *Board) htmlCell(i, k int, link func(line, column int) string) string {
	c, column := b.Cells[i][k], b.Columns[k]
	text := html.EscapeString(b.shown(i, k, "±"))
	if c.Best {
		text = "<b>" + text + "</b>"
	}
	if link != nil {
		if to := link(i, k); to != "" {
			text = fmt.Sprintf("<a href=\"%s\">%s</a>", html.EscapeString(to), text)
		}
	}
	title := c.Why
	if c.Interval() != undefined {
		title = strings.TrimPrefix(title+"; 95 % over pictures: "+c.Interval(), "; ")
	}
	if c.Published != nil && column.Kind != Published {
		text += fmt.Sprintf("<span class=\"paper\">%s, %s</span>", html.EscapeString(c.published("±")), Signed(c.Difference()))
		if verdict := string(c.Verdict); verdict != "" {
			text += fmt.Sprintf("<span class=\"verdict %s\">%s</span>", strings.ReplaceAll(verdict, " ", "-"), verdict)
		}
	}
	return fmt.Sprintf("<td class=\"%s\" title=\"%s\">%s</td>", column.class(), html.EscapeString(title), text)
}

func (b *Board) htmlAgainst() string {
	if len(b.Against) == 0 {
		return ""
	}
	var s strings.Builder
	fmt.Fprintf(&s, "<h3>Against %s</h3>\n<p class=\"small\">%s</p>\n", html.EscapeString(b.Reference), against)
	s.WriteString("<div class=\"wide\"><table>\n<thead><tr><th>method</th><th>win-tie-loss</th><th>mean difference</th><th>DeLong better</th><th>worse</th><th>of</th></tr></thead>\n<tbody>\n")
	for _, a := range b.Against {
		better, worse, tested := a.tests()
		var each []string
		for _, t := range a.Tests {
			each = append(each, fmt.Sprintf("%s %s, p %s", t.Category, Signed(t.Difference), p(t.P)))
		}
		fmt.Fprintf(&s, "<tr title=\"%s\"><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%d</td><td>%d</td><td>%d</td></tr>\n",
			html.EscapeString(strings.Join(each, "; ")), html.EscapeString(a.Title), a.Tally, Signed(a.Mean), better, worse, tested)
	}
	s.WriteString("</tbody></table></div>\n")
	return s.String()
}

func (b *Board) htmlSizes() string {
	if len(b.Sizes) == 0 {
		return ""
	}
	var s strings.Builder
	fmt.Fprintf(&s, "<h3>What each further model brings</h3>\n<p class=\"small\">%s</p>\n<div class=\"wide\"><table>\n", sizes)
	for _, size := range b.Sizes {
		fmt.Fprintf(&s, "<tr><th scope=\"row\">%s, %d categories</th>", html.EscapeString(size.Title), size.Categories)
		for i, v := range size.Values {
			fmt.Fprintf(&s, "<td><span class=\"paper\">%d</span>%s</td>", i+1, Percent(v))
		}
		s.WriteString("</tr>\n")
	}
	s.WriteString("</table></div>\n")
	return s.String()
}
