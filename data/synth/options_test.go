package synth

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestCatalogue(t *testing.T) {
	if n := len(Categories()); n < 4 {
		t.Errorf("%d categories, want at least 4", n)
	}
	for _, c := range Categories() {
		d := Defects(c)
		if len(d) < 3 {
			t.Errorf("%s has %d defects, want at least 3", c, len(d))
		}
		if !slices.IsSorted(d) || slices.Contains(d, "good") {
			t.Errorf("%s: defects %v must be sorted and none be called good", c, d)
		}
	}
	if d := Defects("no_such_category"); d != nil {
		t.Errorf("a category that does not exist has defects %v", d)
	}
	Defects("gear")[0] = "changed" // must not reach the catalogue
	if Defects("gear")[0] == "changed" {
		t.Error("Defects hands out the catalogue's own slice")
	}
}

func TestResolveFillsInDefaults(t *testing.T) {
	o, err := Options{Seed: 9, Train: 3}.resolve()
	if err != nil {
		t.Fatal(err)
	}
	if o.Seed != 9 || o.Train != 3 || o.Size != 128 || o.TestGood != 16 || o.TestPerDefect != 8 ||
		o.Workers != runtime.GOMAXPROCS(0) || !slices.Equal(o.Categories, Categories()) {
		t.Errorf("resolved to %+v", o)
	}
}

func TestWrongOptions(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want []string
	}{
		{Options{Size: 31}, []string{"size", "31", "32 to 1024"}},
		{Options{Size: 1025}, []string{"size", "1025", "32 to 1024"}},
		{Options{Train: -1}, []string{"training pictures", "-1"}},
		{Options{TestGood: -1}, []string{"good test pictures", "-1"}},
		{Options{TestPerDefect: 100_001}, []string{"per defect", "100001", "1 to 100000"}},
		{Options{Workers: -2}, []string{"workers", "-2"}},
		{Options{Categories: []string{}}, Categories()},
		{Options{Categories: []string{"gear", "geer"}}, append(Categories(), `"geer"`)},
	} {
		dir := filepath.Join(t.TempDir(), "set")
		err := Write(context.Background(), dir, c.o)
		for _, part := range c.want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%+v: error %v, want one with %q", c.o, err, part)
			}
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%+v: a folder was made", c.o)
		}
	}
}

func ExampleDefects() {
	for _, c := range Categories() {
		fmt.Println(c, Defects(c))
	}
	// Output:
	// weave [hole loose_thread stain thread_cut]
	// stone [chip crack scratch stain]
	// gear [bent_tooth broken_tooth rust scratch]
	// blister [broken contamination misplaced missing]
}
