package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/data/synth"
)

// By hand: two intervals of as many pictures at 10 and 40 images/s are one at
// 16; the waits, half of the first and none of the second, are 40 % of the time.
// The first interval is not counted.
func TestPace(t *testing.T) {
	header := []string{"update", "images_per_second", "data_wait"}
	rate, wait, err := pace([][]string{header, {"10", "1", "1"}, {"20", "10", "0.5"}, {"30", "40", "0"}})
	if err != nil || math.Abs(rate-16) > 1e-9 || math.Abs(wait-0.4) > 1e-9 {
		t.Errorf("%g images/s, %g, %v", rate, wait, err)
	}
	if rate, _, err = pace([][]string{header, {"6", "5", "0"}}); err != nil || rate != 5 {
		t.Errorf("of one interval: %g, %v", rate, err)
	}
	for _, broken := range [][][]string{{header}, {header, {"10", "many", "0"}}, {header, {"10", "1", "none"}}} {
		if _, _, err := pace(broken); err == nil {
			t.Errorf("%v has a pace", broken)
		}
	}
}

func TestFindCategory(t *testing.T) {
	root := filepath.Join(t.TempDir(), "drawn")
	o := synth.Options{Size: 32, Train: 2, TestGood: 1, TestPerDefect: 1, Categories: []string{"weave", "gear"}}
	if err := synth.Write(t.Context(), root, o); err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]string{"": "gear", "weave": "weave"} {
		if got, err := findCategory(root, asked); err != nil || got != want {
			t.Errorf("%q is %q, %v", asked, got, err)
		}
	}
	if _, err := findCategory(root, "bottle"); err == nil || !strings.Contains(err.Error(), "bottle") {
		t.Errorf("a category that is not there: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(root, "weave", "test")); err != nil {
		t.Fatal(err)
	}
	if _, err := findCategory(root, "weave"); err == nil || !strings.Contains(err.Error(), "no test pictures") {
		t.Errorf("a category without a test: %v", err)
	}
	if _, err := findCategory(t.TempDir(), ""); err == nil || !strings.Contains(err.Error(), "no category") {
		t.Errorf("an empty folder: %v", err)
	}
}
