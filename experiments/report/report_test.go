package report

import (
	"context"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/board"
	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/experiments/run/runtest"
	"github.com/cutpaste/cutpaste/experiments/suite"
)

type quiet struct{}

func (q quiet) Task(string, int, string) run.Task { return q }
func (quiet) Set(int, string)                     {}
func (quiet) Done()                               {}
func (quiet) Note(string)                         {}

// written is the report of a suite of finished runs on two categories, one of which is
// missing a third.
func written(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range map[string]string{"base.yaml": "{}\n", "odd.yaml": `
title: Odd <names> & "quotes"
base: base.yaml
categories: [a, b&c, gone]
seeds: [0, 1]
published: {in: cutpaste, table: Table 1}
methods:
  one: {title: "<One>", set: {augment.variant: cutpaste}, published: CutPaste}
  two: {title: Two, set: {augment.variant: 3way}, ensemble: 2}
controls:
  random: {set: {train.steps: 0}, seeds: [0]}
`} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "b&c"} {
		if err := runtest.Category(filepath.Join(dir, "data"), name, 4, 3, 4); err != nil {
			t.Fatal(err)
		}
	}
	s, err := suite.Read(filepath.Join(dir, "odd.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Override([]string{"data.root=" + filepath.Join(dir, "data"), "out=" + dir}); err != nil {
		t.Fatal(err)
	}
	prepare := func() *suite.Work {
		w, err := s.Prepare(nil)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, j := range prepare().Jobs {
		category, err := data.Open(j.Config.Data.Root, j.Config.Data.Category)
		if err != nil {
			t.Fatal(err)
		}
		print, err := category.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		if err := runtest.Finish(j.Config, category, print); err != nil {
			t.Fatal(err)
		}
		if j.Config.Train.Steps > 0 {
			curves := "update,loss,accuracy,lr,images_per_second,data_wait,seconds\n1,0.7,0.5,0.03,9,0,1\n2,0.6,0.6,0.03,9,0,2\n"
			if err := os.WriteFile(filepath.Join(j.Dir, "metrics.csv"), []byte(curves), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	sheet(t, filepath.Join(dir, "odd", "one", "a", "seed-0", "pictures", "hardest.png"))
	w := prepare()
	if _, err := w.Run(context.Background(), suite.Options{Command: []string{"cutpaste", "experiment", "a b"}}, quiet{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Ensembles(quiet{}); err != nil {
		t.Fatal(err)
	}
	b, err := board.Read(w.Dir)
	if err != nil {
		t.Fatal(err)
	}
	path, err := Write(w.Dir, b)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sheet is a picture that is wider than a page shows.
func sheet(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img := image.NewGray(image.Rect(0, 0, 2*widest, 20))
	img.SetGray(3, 3, color.Gray{200})
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

var (
	ids   = regexp.MustCompile(` id="([^"]*)"`)
	links = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
)

// The page is one file: whatever it links to is in it, and it asks for nothing else.
func TestReport(t *testing.T) {
	page := written(t)
	there := map[string]bool{}
	for _, m := range ids.FindAllStringSubmatch(page, -1) {
		if there[m[1]] {
			t.Errorf("the id %q is there twice", m[1])
		}
		there[m[1]] = true
	}
	cards := 0
	for _, m := range links.FindAllStringSubmatch(page, -1) {
		to, inside := strings.CutPrefix(m[1], "#")
		switch {
		case inside && !there[to]:
			t.Errorf("nothing is at %q", m[1])
		case inside && strings.HasPrefix(to, "card-"):
			cards++
		case !inside && !strings.HasPrefix(m[1], "data:image/jpeg;base64,"):
			t.Errorf("the page asks for %q", m[1])
		}
	}
	if cards != 8 { // 3 methods and an ensemble on 2 categories
		t.Errorf("%d cells lead to a card", cards)
	}
	for _, part := range []string{
		"Odd &lt;names&gt; &amp; &#34;quotes&#34;", "&lt;One&gt;", "b&amp;c", "Without values: ", "cutpaste experiment &#39;a b&#39;",
		"histogram of the scores of a, &lt;One&gt;", "2 combined", "data:image/jpeg",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	// Two methods and an ensemble on two categories are trained, controls are not.
	if n := strings.Count(page, `aria-label="training curves of `); n != 6 {
		t.Errorf("%d plots of training", n)
	}
	wellFormed(t, page)
}

// wellFormed follows every element to its end.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var open []string
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if name := e.Name.Local; name != "meta" && name != "img" {
				open = append(open, name)
			}
		case xml.EndElement:
			if n := len(open); n == 0 || open[n-1] != e.Name.Local {
				if e.Name.Local == "meta" || e.Name.Local == "img" {
					continue
				}
				t.Fatalf("%s is closed in %s", e.Name.Local, fmt.Sprint(open))
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %v", open)
	}
}
