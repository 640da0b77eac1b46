package suite

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/published"
	"github.com/cutpaste/cutpaste/experiments/run/runtest"
)

const tablesFolder = "../../configs/experiments"

// mvtec is a folder with the 15 categories' names.
func mvtec(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, c := range published.MVTec {
		if err := runtest.Category(root, c.Name, 2, 1, 1); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Every suite of the repository can be prepared, finds its published figures and has
// controls; those of the paper's tables have its configuration, others say where theirs
// is another.
func TestSuitesOfTheRepository(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(tablesFolder, "*.yaml"))
	if err != nil || len(files) < 9 {
		t.Fatalf("%d suites, %v", len(files), err)
	}
	root := mvtec(t)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			s, err := Read(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Override([]string{"data.root=" + root, "out=" + t.TempDir()}); err != nil {
				t.Fatal(err)
			}
			w, err := s.Prepare(nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(w.Jobs) == 0 || len(w.Missing) > 0 {
				t.Errorf("%d jobs, missing %v", len(w.Jobs), w.Missing)
			}
			if !slices.ContainsFunc(s.Methods, func(m Method) bool { return m.Control }) {
				t.Error("there is no control")
			}
			table := strings.HasPrefix(name, "table")
			for _, m := range s.Methods {
				why, err := w.departs(m)
				if err != nil {
					t.Fatal(err)
				}
				if table && !m.Control && len(m.Published) == 0 {
					t.Errorf("%s is held against nothing", m.Name)
				}
				if has := len(m.Published) > 0; (why != "") != (has && !table) {
					t.Errorf("%s departs from what is published in %q", m.Name, why)
				}
			}
		})
	}
}

// The paper's tables leave no method out that the paper's have, but for those that have
// no run here (beside) and the second name of a setting that is trained once.
func TestTablesAreWhole(t *testing.T) {
	twice := map[string]string{
		"CutPaste (3-way), epochs (of 256 steps)=256": "CutPaste (3-way), learning rate=0.03",
		"CutPaste (3-way), max patch area=0.15":       "CutPaste (3-way), max jitter intensity=0.1",
	}
	paper, err := published.Open("cutpaste")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range paper.Tables() {
		number, ok := strings.CutPrefix(name, "Table ")
		if !ok {
			continue // figures of the text
		}
		s, err := Read(filepath.Join(tablesFolder, "table"+number+".yaml"))
		if err != nil {
			t.Error(err)
			continue
		}
		var have []string
		for _, m := range s.Methods {
			for _, of := range m.Published {
				have = append(have, of.Method)
			}
		}
		for _, of := range s.Beside {
			have = append(have, of.Method)
		}
		printed, err := paper.Table(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range printed.Methods() {
			same, ok := twice[method]
			if !ok {
				same = method
			}
			if !slices.Contains(have, same) {
				t.Errorf("%s has no %s", s.File, same)
			}
			if ok && figures(t, printed, same) != figures(t, printed, method) {
				t.Errorf("%s and %s have other figures in %s", same, method, name)
			}
		}
	}
}

// figures are a method's, as one text.
func figures(t *testing.T, table *published.Table, method string) string {
	t.Helper()
	m, err := table.Method(method)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range m.Figures() {
		b.WriteString(f.Category + " " + f.Metric + " " + f.String() + "\n")
	}
	return b.String()
}

// Each suite opens with what it is, its command, what to expect, and how long it takes.
func TestSuitesOpenWithWhatTheyAre(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(tablesFolder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, want := range []string{"# Reproduces: ", "\n# Command:    ", "\n# Expected:   ", "\n# Time:       ", "\ntitle: "} {
			i := strings.Index(string(text)[at:], want)
			if i < 0 {
				t.Errorf("%s has no %q, or in another order", file, want)
				break
			}
			at += i
		}
		if !strings.Contains(string(text), " bin/cutpaste experiment configs/experiments/"+filepath.Base(file)+" data.root=FOLDER\n") {
			t.Errorf("%s does not say its command", file)
		}
	}
}

// A table's keys can be overridden for a short trial, which is not the paper's then.
func TestTablesWithOtherKeys(t *testing.T) {
	s, err := Read(filepath.Join(tablesFolder, "table5.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Override([]string{"data.root=" + mvtec(t), "out=" + t.TempDir(), "data.size=64", "train.batch=8", "seeds=0"}); err != nil {
		t.Fatal(err)
	}
	w, err := s.Prepare(nil)
	if err != nil {
		t.Fatal(err)
	}
	why, err := w.departs(s.Methods[0])
	if want := "data.size=64 (published: 256), train.batch=8 (published: 32)"; err != nil || why != want {
		t.Errorf("departs in %q, want %q; %v", why, want, err)
	}
	if c := w.Jobs[0].Config; c.Data.Size != 64 || c.Train.Batch != 8 || len(w.Jobs) < 5*15 {
		t.Errorf("%d jobs of size %d", len(w.Jobs), c.Data.Size)
	}
}
