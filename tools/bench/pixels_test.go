package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Both ways measure a file of maps and answer each line, with all but the same.
func TestMeasurePixels(t *testing.T) {
	file := filepath.Join(t.TempDir(), "maps")
	if err := writeMaps(file, 6, 64); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() != 5*6*64*64 {
		t.Fatalf("the file is %v, %v", info, err)
	}
	var results [2][]float64
	for i, way := range []string{"exact", "histogram"} {
		var out bytes.Buffer
		if err := measurePixels([]string{way, "2", file, "6", "64"}, strings.NewReader("1\n2\n"), &out); err != nil {
			t.Fatal(err)
		}
		var a answer
		d := json.NewDecoder(&out)
		for _, want := range []string{"6 maps of 64 px", "", ""} {
			a = answer{}
			if err := d.Decode(&a); err != nil || a.Work != want {
				t.Fatalf("%s says %+v (%v), want the work %q", way, a, err, want)
			}
		}
		results[i] = a.Results
		// Anomalous scores are higher by less than a standard deviation.
		if auroc := results[i][0]; auroc < 0.6 || auroc > 0.8 || a.Seconds <= 0 || a.Peak < a.Resident {
			t.Errorf("%s: %+v", way, a)
		}
	}
	if err := sameResults(results, 1e-4); err != nil {
		t.Error(err)
	}
	for _, wrong := range [][2][]float64{{{1, 1, 1}, {1, 1}}, {{1, 0.5, 0}, {1, 0.5, 0.1}}} {
		if sameResults(wrong, 1e-4) == nil {
			t.Errorf("%v are the same", wrong)
		}
	}
}

func TestMeasurePixelsRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "maps")
	if err := writeMaps(file, 2, 32); err != nil {
		t.Fatal(err)
	}
	for args, line := range map[string]string{
		"exact 2 " + file + " 2":         "",
		"nearly 2 " + file + " 2 32":     "",
		"exact two " + file + " 2 32":    "",
		"exact 2 " + file + " 3 32":      "", // it holds two
		"exact 2 " + file + ".none 2 32": "",
		"histogram 2 " + file + " 2 32":  "many",
	} {
		if err := measurePixels(strings.Fields(args), strings.NewReader(line), &bytes.Buffer{}); err == nil {
			t.Errorf("pixels %s started", args)
		}
	}
}
