package board

import (
	"path/filepath"

	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

// Files are the paths of what Write wrote.
type Files struct {
	Markdown string `json:"markdown"`
	CSV      string `json:"csv"`
	LaTeX    string `json:"latex"`
	HTML     string `json:"html"`
}

// Write writes table.md, table.csv, table.tex and table.html, a fragment, into a folder.
func (b *Board) Write(folder string) (f Files, err error) {
	for _, one := range []struct {
		path *string
		name string
		text string
	}{
		{&f.Markdown, "table.md", b.Markdown()}, {&f.CSV, "table.csv", b.CSV()}, {&f.LaTeX, "table.tex", b.LaTeX()}, {&f.HTML, "table.html", b.HTML()},
	} {
		*one.path = filepath.Join(folder, one.name)
		if err := wholefile.Write(*one.path, []byte(one.text)); err != nil {
			return f, err
		}
	}
	return f, nil
}
