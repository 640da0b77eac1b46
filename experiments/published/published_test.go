package published

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// each goes through the methods of all collections.
func each(t *testing.T, do func(m *Method)) {
	t.Helper()
	for _, name := range Names() {
		c, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range c.tables {
			for _, m := range table.methods {
				do(m)
			}
		}
	}
}

// How many rows the files have was counted where they were taken from.
func TestEveryRowIsThere(t *testing.T) {
	rows, unconfirmed := map[string]int{}, map[string]int{}
	each(t, func(m *Method) {
		for _, f := range m.Figures() {
			rows[m.Collection]++
			if f.Unconfirmed {
				unconfirmed[m.Table+" "+m.Name+" "+f.Metric]++
			}
			if f.Source == "" || !f.HasValue || math.IsNaN(f.Value) || f.Printed == "" {
				t.Errorf("%+v", f)
			}
			if (f.PrintedStderr == "") != math.IsNaN(f.Stderr) {
				t.Errorf("a standard error %q is %v", f.PrintedStderr, f.Stderr)
			}
		}
	})
	if rows["cutpaste"] != 405 || rows["padim"] != 157 || rows["reimplementations"] != 334 {
		t.Errorf("%v", rows)
	}
	if len(unconfirmed) != 1 || unconfirmed["Table III PaDiM-R18-Rd100 aupro_0.3"] != 15 {
		t.Errorf("unconfirmed: %v", unconfirmed)
	}
}

// Cells of each kind of row, as they were printed.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		collection, table, method, category, metric string
		value, stderr                               float64 // stderr -1: none
		text                                        string
	}{
		{"cutpaste", "Table 1", "CutPaste (3-way)", "average", "image_auroc", 0.952, 0.006, "95.2 ± 0.6"},
		{"CutPaste", "table_1", "cutpaste (3-Way)", "Metal Nut", "image-auroc", 0.993, 0.002, "99.3 ± 0.2"},
		{"cutpaste", "Table 1", "Ensemble of 5 CutPaste (3-way)", "average", "image_auroc", 0.961, -1, "96.1"},
		{"cutpaste", "Table 2", "CutPaste (3-way) patch model", "average", "pixel_auroc", 0.96, 0.001, "96.0 ± 0.1"},
		{"cutpaste", "Table 3", "EfficientNet-B4 pool, pretrained", "Average texture", "image_auroc", 0.989, -1, "98.9"},
		{"cutpaste", "Table 4", "Cutout (grey)", "average_texture", "image_auroc", 0.649, 0.023, "64.9 ± 2.3"},
		{"cutpaste", "Table 5", "Binary (union of CutPaste and scar)", "average object", "image_auroc", 0.928, 0.005, "92.8 ± 0.5"},
		{"cutpaste", "Table 6", "Cutout", "heart (natural image)", "image_auroc", 0.807, -1, "80.7"},
		{"padim", "Table III", "PaDiM-WR50-Rd550", "average", "pixel_auroc", 0.975, -1, "97.5"},
		{"padim", "Table III", "PaDiM-R18-Rd100", "carpet", "aupro_0.3", 0.96, -1, "96.0 (unconfirmed)"},
		{"padim", "Table VI", "SPADE", "Rd-MVTec AD average", "pixel_auroc_drop_points", 0.088, -1, "8.8"},
		{"padim", "Table VIII", "PaDiM-WR50-Rd550", "MVTec AD", "model_memory", 3.8, -1, "3.8"},
		{"reimplementations", "issue 6", "ImageNet ResNet-18, no CutPaste training, Runinho eval code", "average", "image_auroc", 0.908, -1, "90.8"},
	} {
		m, err := Find(c.collection, c.table, c.method)
		if err != nil {
			t.Error(err)
			continue
		}
		f, ok := m.Lookup(c.category, c.metric)
		stderr := f.Stderr
		if math.IsNaN(stderr) {
			stderr = -1
		}
		if !ok || math.Abs(f.Value-c.value) > 1e-12 || math.Abs(stderr-c.stderr) > 1e-12 || f.String() != c.text {
			t.Errorf("%s of %s in %s is %v, %v, %s, want %v, %v, %s", c.category, c.method, c.table, f.Value, stderr, f, c.value, c.stderr, c.text)
		}
	}
	m, err := Find("cutpaste", "Table 1", "CutPaste")
	if err != nil {
		t.Fatal(err)
	}
	for _, not := range [][2]string{{"average", "pixel_auroc"}, {"lens", "image_auroc"}} {
		if f, ok := m.Lookup(not[0], not[1]); ok || f.HasValue {
			t.Errorf("%v: %v", not, f)
		}
	}
}

func TestWrongNamesNameTheNearest(t *testing.T) {
	for _, c := range []struct{ collection, table, method, says string }{
		{"cutpast", "Table 1", "CutPaste", `no collection of published figures "cutpast"; the nearest is "cutpaste";`},
		{"imagenet", "", "", `no collection of published figures "imagenet"; there are "cutpaste", "padim", "reimplementations"`},
		{"cutpaste", "Tabel 1", "CutPaste", `no table "Tabel 1" in cutpaste; the nearest is "Table 1"; there are "Table 1", "Table 2"`},
		{"padim", "Figure", "", `no table "Figure" in padim; there are "Table III"`},
		{"cutpaste", "Table 1", "CutPaste (3way)", `no method "CutPaste (3way)" in Table 1 of cutpaste; the nearest is "CutPaste (3-way)"; there are "DOCC"`},
		{"cutpaste", "Table 5", "", `no method "" in Table 5 of cutpaste; there are "CutPaste", "CutPaste (scar)", "Binary (union of CutPaste and scar)", "3-way"`},
	} {
		if _, err := Find(c.collection, c.table, c.method); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %s", err, c.says)
		}
	}
}

func TestListsAreInTheOrderOfTheFile(t *testing.T) {
	c, err := Open("cutpaste")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Tables(); got[0] != "Table 1" || got[len(got)-1] != "Table 8" || len(got) != 10 {
		t.Errorf("tables %q", got)
	}
	table, err := c.Table("Table 1")
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Methods(); got[0] != "DOCC" || got[9] != "Ensemble of 5 CutPaste (3-way)" || len(got) != 10 {
		t.Errorf("methods %q", got)
	}
	m, err := table.Method("Rotation")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i, c := range MVTec {
		if i == 5 {
			want = append(want, "average_texture")
		}
		want = append(want, c.Name)
	}
	want = append(want, "average_object", "average")
	if got := m.Categories(); !slices.Equal(got, want) {
		t.Errorf("categories %q, want %q", got, want)
	}
	if got := m.Metrics(); !slices.Equal(got, []string{"image_auroc"}) {
		t.Errorf("metrics %q", got)
	}
}

// Where cells of all categories are printed, their average is the mean of the printed
// cells, rounded, but for those below. Most of these were averaged before the cells
// were rounded, which moves a mean by half a unit of the last place at most.
func TestPrintedAveragesAreThoseOfTheCells(t *testing.T) {
	const half = 0.05 + 1e-9 // in percent
	exceptions := map[string]string{
		"cutpaste, Table 1, Cutout, image_auroc, average: error":                                                   "1.6 for 1.653", // Table 4 prints 1.7
		"cutpaste, Table 1, CutPaste (scar), image_auroc, average_texture":                                         "95.7 for 95.640",
		"cutpaste, Table 1, CutPaste (scar), image_auroc, average":                                                 "93.5 for 93.447",
		"cutpaste, Table 1, CutPaste (3-way), image_auroc, average_object":                                         "94.3 for 94.360",
		"cutpaste, Table 1, Ensemble of 5 CutPaste (3-way), image_auroc, average":                                  "96.1 for 96.160",
		"cutpaste, Table 2, FCDD, pixel_auroc, average_texture":                                                    "93 for 92.800", // whole percents
		"cutpaste, Table 2, FCDD, pixel_auroc, average":                                                            "92 for 91.600",
		"cutpaste, Table 3, EfficientNet-B4 pool, CutPaste (3-way) finetuned, image_auroc, average_texture: error": "0.0 for 0.060",
		"cutpaste, Table 3, EfficientNet-B4 level-7, pretrained, image_auroc, average_texture":                     "99 for 99.060",
		"cutpaste, Table 3, EfficientNet-B4 level-7, CutPaste (3-way) finetuned, image_auroc, average: error":      "0.0 for 0.093",
		"padim, Table III, PaDiM-R18-Rd100, pixel_auroc, average_texture":                                          "95.6 for 95.540",
		"padim, Table III, PaDiM-WR50-Rd550, aupro_0.3, average_texture":                                           "93.2 for 93.140",
		"reimplementations, liuxtakeoff comparison, liuxtakeoff CutPaste (3-way), Paddle, image_auroc, average":    "96.7 for 96.773",
		"reimplementations, xiahaifeng1995 README, xiahaifeng PaDiM R18-Rd100, pixel_auroc, average_texture":       "95.3 for 95.420",
	}
	compared := 0
	each(t, func(m *Method) {
		for _, metric := range m.Metrics() {
			for average, of := range map[string]func(MVTecCategory) bool{
				"average":         func(MVTecCategory) bool { return true },
				"average_texture": func(c MVTecCategory) bool { return c.Texture },
				"average_object":  func(c MVTecCategory) bool { return !c.Texture },
			} {
				printed, ok := m.Lookup(average, metric)
				if _, cells := m.Lookup("carpet", metric); !ok || !cells {
					continue
				}
				var value, stderr, n float64
				for _, c := range MVTec {
					if f, ok := m.Lookup(c.Name, metric); of(c) {
						if !ok {
							t.Fatalf("%s of %s in %s has no %s", metric, m.Name, m.Table, c.Name)
						}
						value += 100 * f.Value
						stderr += 100 * f.Stderr
						n++
					}
				}
				name := strings.Join([]string{m.Collection, m.Table, m.Name, metric, average}, ", ")
				compare := func(name, text string, printed, mean float64) {
					compared++
					want, exception := exceptions[name]
					delete(exceptions, name)
					says := fmt.Sprintf("%s for %.3f", text, mean)
					if exception && says != want || !exception && math.Abs(100*printed-mean) > half {
						t.Errorf("%s is %s", name, says)
					}
				}
				compare(name, printed.Printed, printed.Value, value/n)
				if printed.PrintedStderr != "" { // an average of errors
					compare(name+": error", printed.PrintedStderr, printed.Stderr, stderr/n)
				}
			}
		}
	})
	if compared < 100 {
		t.Errorf("only %d averages were compared", compared)
	}
	for name := range exceptions {
		t.Errorf("the exception %q is not in the files, or is none", name)
	}
}

// The paper's later tables repeat cells of Table 1, all but one.
func TestTablesAgree(t *testing.T) {
	figure := func(table, method, category string) Figure {
		m, err := Find("cutpaste", table, method)
		if err != nil {
			t.Fatal(err)
		}
		f, ok := m.Lookup(category, "image_auroc")
		if !ok {
			t.Fatalf("%s has no %s of %s", table, category, method)
		}
		return f
	}
	for _, same := range [][3]string{
		{"Table 4", "Cutout (grey)", "Cutout"}, {"Table 4", "CutPaste", "CutPaste"},
		{"Table 5", "CutPaste", "CutPaste"}, {"Table 5", "CutPaste (scar)", "CutPaste (scar)"}, {"Table 5", "3-way", "CutPaste (3-way)"},
		{"Table 7", "CutPaste (3-way), learning rate=0.03", "CutPaste (3-way)"},
		{"Table 7", "CutPaste (3-way), epochs (of 256 steps)=256", "CutPaste (3-way)"},
		{"Table 8", "CutPaste (3-way), max jitter intensity=0.1", "CutPaste (3-way)"},
		{"Table 8", "CutPaste (3-way), max patch area=0.15", "CutPaste (3-way)"},
	} {
		for _, category := range []string{"average", "average_texture", "average_object"} {
			later, first := figure(same[0], same[1], category).String(), figure("Table 1", same[2], category).String()
			if same[1] == "Cutout (grey)" && category == "average" {
				if later != "71.3 ± 1.7" || first != "71.3 ± 1.6" {
					t.Errorf("the one exception is %s and %s", later, first)
				}
			} else if later != first {
				t.Errorf("%v, %s: %s, and first %s", same, category, later, first)
			}
		}
	}
}

func TestConditions(t *testing.T) {
	all, err := readConditions()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	each(t, func(m *Method) {
		c, ok := m.Conditions()
		if ok != (m.Collection == "reimplementations") {
			t.Errorf("%s in %s: %v, %v", m.Name, m.Table, c, ok)
		}
		if !ok {
			return
		}
		used[normal(m.Table)] = true
		padim := strings.Contains(m.Name, "adim") || strings.Contains(m.Name, "PaDiM")
		if c.Checkpoint == "best test AUROC" && c.Comparable != NotComparable || c.Weights == "ImageNet" && !padim && c.Comparable != NotComparable {
			t.Errorf("%s in %s is %s", m.Name, m.Table, c)
		}
	})
	if len(used) != len(all) {
		t.Errorf("%d of %d conditions belong to a table", len(used), len(all))
	}
	for table, want := range map[string]string{
		"Lieberk comparison":       "not comparable: starts from ImageNet weights; checkpoint chosen by best test AUROC; 500 updates; 96 pictures per class in a batch",
		"Runinho comparison":       "comparable: starts from random weights; last checkpoint; 10,000 updates instead of 65,536; one run; no translation; density by Ledoit-Wolf shrinkage",
		"issue 6":                  "not comparable: starts from ImageNet weights; nothing trained; a control: nothing is trained on normal pictures",
		"PP-Industry PaDiM README": "comparable or not is not known: starting weights not stated; nothing trained; size and crop not stated",
	} {
		if got := all[normal(table)].String(); got != want {
			t.Errorf("%s: %s, want %s", table, got, want)
		}
	}
}
