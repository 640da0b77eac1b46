package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
)

func (a *app) dataCheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check CONFIG|ROOT [CATEGORY] [key=value ...]",
		Short: "Look into every picture and mask and list what is wrong",
		Args:  arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.checkConfig(cmd, args)
			if err != nil {
				return err
			}
			return a.checkData(cmd.Context(), c)
		},
	}
	document(cmd, help{
		about: `
Read every picture and mask of a category to its end, or of all categories where
none is named, and report how many there are and everything that is wrong. An
error would stop training or make its figures wrong: a file that cannot be read,
a mask of another size than its picture, a picture that is both trained on and
tested on. A note is worth knowing and stops nothing.

The category is the argument CATEGORY or the key data.category; with CONFIG the
folder is that of the key data.root.`,
		files: `
  reads   ROOT/CATEGORY/train, test and ground_truth; CONFIG, a YAML file
  writes  nothing but standard output`,
		examples: `
  cutpaste data check mvtec
  cutpaste data check mvtec bottle
  cutpaste data check configs/demo.yaml data.root=mvtec data.category=screw
  cutpaste data check mvtec --json | jq '.categories[].findings'`,
		status: []exit{
			{exitDone, "everything can be used"},
			{exitFailed, "something is broken, or could not be read"},
			{exitWrong, "the command or the configuration is wrong, or there is no such category"},
			interrupted,
		},
	})
	return cmd
}

// checkConfig makes a configuration of CONFIG|ROOT [CATEGORY] [key=value ...].
func (a *app) checkConfig(cmd *cobra.Command, args []string) (*configs.Config, error) {
	names, overrides := splitOverrides(args)
	if len(names) == 0 {
		return nil, usagef("CONFIG or ROOT is missing; write %s", cmd.UseLine())
	}
	if len(names) > 2 {
		return nil, usagef("%q is one argument too many; write %s", names[2], cmd.UseLine())
	}
	file := names[0]
	given := func(key, value string) error {
		for _, o := range overrides {
			if strings.HasPrefix(o, key+"=") {
				return usagef("%s is given twice, as %q and as %s; keep one of them", key, value, o)
			}
		}
		overrides = append(overrides, key+"="+value)
		return nil
	}
	switch info, err := os.Stat(file); {
	case err != nil && filepath.Ext(file) != ".yaml" && filepath.Ext(file) != ".yml":
		return nil, usagef("%s is neither a folder of categories nor a configuration file: it does not exist", file)
	case err == nil && info.IsDir():
		if err := given("data.root", file); err != nil {
			return nil, err
		}
		file = ""
	}
	if len(names) == 2 {
		if err := given("data.category", names[1]); err != nil {
			return nil, err
		}
	}
	return configs.Load(file, overrides, a.environ)
}

// checked is what was found out about one category.
type checked struct {
	*data.Report
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"` // why the category cannot be opened
}

func (a *app) checkData(ctx context.Context, c *configs.Config) error {
	names := []string{c.Data.Category}
	all := c.Data.Category == ""
	if all {
		var err error
		if names, err = data.Categories(c.Data.Root); err != nil {
			return err
		}
		if len(names) == 0 { // Open says why, and what to do
			_, err := data.Open(c.Data.Root, "")
			return err
		}
	}
	var found []checked
	var text strings.Builder
	broken := 0
	for _, name := range names {
		report, err := a.checkCategory(ctx, c, name)
		if err != nil && (!all || errors.Is(err, context.Canceled)) {
			return err
		}
		one := checked{Report: report, OK: err == nil && report.OK()}
		if err != nil {
			one.Report, one.Error = &data.Report{Root: c.Data.Root, Category: name}, err.Error()
		}
		if !one.OK {
			broken++
		}
		found = append(found, one)
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(one.text(a.columns()))
	}
	if all {
		fmt.Fprintf(&text, "\n%d of %s in %s can be used.\n", len(names)-broken, plural(len(names), "category"), c.Data.Root)
	}
	if err := a.result(map[string]any{"ok": broken == 0, "categories": found}, text.String()); err != nil {
		return err
	}
	if broken > 0 {
		return &exitError{code: exitFailed} // the report has said why
	}
	return nil
}

func (a *app) checkCategory(ctx context.Context, c *configs.Config, name string) (*data.Report, error) {
	report, done := a.track("checking "+name, "files")
	defer done()
	return data.Check(ctx, c.Data.Root, name, data.CheckOptions{
		Workers: c.Data.Workers, MaxPixels: c.Data.MaxPixels, Progress: report,
	})
}

// text is the report on one category for people.
func (c *checked) text(columns int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s\n\n", c.Category, c.Root)
	wide := 0
	for _, f := range c.Folders {
		wide = max(wide, len(f.Folder))
	}
	for _, f := range c.Folders {
		fmt.Fprintf(&b, "  %-*s  %6d %s", wide, f.Folder, f.Pictures, noun(f.Pictures, "picture"))
		if f.Masks > 0 {
			fmt.Fprintf(&b, ", %s", plural(f.Masks, "mask"))
		}
		b.WriteByte('\n')
	}
	for _, kind := range []struct {
		name   string
		values []data.ValueCount
	}{{"sizes", c.Sizes}, {"formats", c.Formats}, {"pixels", c.Modes}} {
		if len(kind.values) > 0 {
			b.WriteString(wrap(counts(kind.values), columns, fmt.Sprintf("  %-9s", kind.name), strings.Repeat(" ", 11)))
		}
	}
	if len(c.Folders) > 0 {
		b.WriteByte('\n')
	}
	errorsFound, notes := 0, 0
	for _, g := range groupFindings(c.Findings) {
		kind := "note"
		if g.Error {
			kind = "error"
			errorsFound += g.count
		} else {
			notes += g.count
		}
		b.WriteString(wrap(g.sentence(), columns, fmt.Sprintf("  %-7s", kind), strings.Repeat(" ", 9)))
	}
	if c.Error != "" {
		b.WriteString(wrap(c.Error, columns, "  error  ", strings.Repeat(" ", 9)))
		errorsFound++
	}
	if errorsFound+notes > 0 {
		b.WriteByte('\n')
	}
	verdict := c.Category + " can be used"
	if errorsFound > 0 {
		verdict = c.Category + " cannot be used as it is: " + plural(errorsFound, "error")
	}
	if notes > 0 {
		verdict += ", " + plural(notes, "note")
	}
	return b.String() + verdict + ".\n"
}

// counts lists values and how many pictures have each, of many only the first.
func counts(values []data.ValueCount) string {
	const most = 6
	var parts []string
	rest := 0
	for i, v := range values {
		switch {
		case i >= most:
			rest += v.Count
		case len(values) == 1:
			parts = append(parts, v.Value)
		default:
			parts = append(parts, fmt.Sprintf("%s (%d)", v.Value, v.Count))
		}
	}
	if rest > 0 {
		parts = append(parts, fmt.Sprintf("%d others (%d)", len(values)-most, rest))
	}
	return strings.Join(parts, ", ")
}

// finding is a finding that may be about many files.
type finding struct {
	data.Finding // File is the first one
	count        int
}

// groupFindings makes one of all findings that say the same.
func groupFindings(findings []data.Finding) []*finding {
	type same struct {
		isError bool
		text    string
	}
	at := map[same]*finding{}
	var groups []*finding
	for _, f := range findings {
		key := same{f.Error, f.Text}
		if g := at[key]; g != nil {
			g.count++
			continue
		}
		at[key] = &finding{f, 1}
		groups = append(groups, at[key])
	}
	return groups
}

func (f *finding) sentence() string {
	switch {
	case f.File == "":
		return f.Text
	case f.count > 1:
		return fmt.Sprintf("%s and %s: %s", f.File, plural(f.count-1, "other"), f.Text)
	}
	return f.File + " " + f.Text
}
