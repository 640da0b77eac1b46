package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		values  []float64
		q, want float64
	}{
		{[]float64{7}, 0.5, 7},
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{4, 1, 2, 3}, 0.5, 2.5},
		{[]float64{5, 1, 2, 3, 4}, 0.25, 2},
		{[]float64{1, 2, 3, 4}, 1, 4},
	} {
		if got := quantile(c.values, c.q); got != c.want {
			t.Errorf("quantile %g of %v is %g, want %g", c.q, c.values, got, c.want)
		}
	}
}

// By hand: medians 20 and 10; the turns' ratios 1, 2, 3 have quartiles 1.5 and
// 2.5, half of their distance is a quarter of the ratio 2.
func TestComparedIsOfMedians(t *testing.T) {
	r := compared([]float64{10, 20, 30}, []float64{10, 10, 10}, "images/s")
	if r.Ours != 20 || *r.Reference != 10 || *r.Ratio != 2 || *r.Spread != 0.25 || r.Unit != "images/s" {
		t.Errorf("got %+v, %g, %g, %g", r, *r.Reference, *r.Ratio, *r.Spread)
	}
}

// By hand, of costs: medians 4 and 8, so ours is twice as good.
func TestComparedCosts(t *testing.T) {
	r := comparedCosts([]float64{4, 2, 8}, []float64{8, 8, 8}, "ms")
	// Ratios 2, 4, 1: quartiles 1.5 and 3.
	if r.Ours != 4 || *r.Reference != 8 || *r.Ratio != 2 || *r.Spread != 0.375 {
		t.Errorf("got %+v, %g, %g, %g", r, *r.Reference, *r.Ratio, *r.Spread)
	}
	if one := comparedCosts([]float64{4}, []float64{8}, "s"); *one.Ratio != 2 || one.Spread != nil {
		t.Errorf("of a single turn: %+v", one)
	}
	if once := comparedOnce(200, 300, "MiB"); *once.Ratio != 1.5 || once.Spread != nil {
		t.Errorf("of a single look: %+v", once)
	}
}

func TestTableAndJSON(t *testing.T) {
	one, two, small := 1234.5, 1.256, 0.0123
	rows := []row{
		{Name: "update", Ours: 98.76, Reference: &one, Ratio: &two, Spread: &small, Unit: "images/s"},
		{Name: "host", Ours: 0.0421, Unit: "%"},
	}
	want := `| name | ours | reference | ratio | spread | unit |
| --- | ---: | ---: | ---: | ---: | --- |
| update | 98.8 | 1234 | 1.26 | ±1.2 % | images/s |
| host | 0.0421 | – | – | – | % |
`
	if got := markdown(rows); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	file := filepath.Join(t.TempDir(), "build", "bench.json")
	if err := writeJSON(file, rows); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var back []map[string]any
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if len(back) != 2 || back[0]["reference"] != one || back[0]["ratio"] != two || back[0]["spread"] != small {
		t.Errorf("read back %v", back)
	}
	if v, there := back[1]["ratio"]; v != nil || !there {
		t.Errorf("a row without a reference has the ratio %v, want null", v)
	}
}

func TestChoose(t *testing.T) {
	names := func(only string) string {
		chosen, err := choose(only)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range chosen {
			out = append(out, m.key)
		}
		return strings.Join(out, " ")
	}
	for only, want := range map[string]string{
		"":                    strings.Join(keys(), " "),
		"memory":              "memory",
		"memory,update":       "update-64 update-256 memory",
		"augment":             "augment augment-independent augment-tensors",
		"bf16":                "bf16-64 bf16-256 bf16-fp32-64 bf16-fp32-256",
		"augment-independent": "augment-independent",
	} {
		if got := names(only); got != want {
			t.Errorf("--only %q chose %q, want %q", only, got, want)
		}
	}
	if _, err := choose("update,up"); err == nil || !strings.Contains(err.Error(), `"up"`) || !strings.Contains(err.Error(), "update-64") {
		t.Errorf("an unknown name: %v", err)
	}
}

// share by hand: 300 moments of the update, 3 of them not in C, and one of the
// collector.
func TestShare(t *testing.T) {
	const update = "github.com/cutpaste/cutpaste/trainer.(*Updater).Update"
	looks := []look{
		{[]string{"runtime.cgocall", "nets.(*Net).Train", update}, 297},
		{[]string{"runtime.mallocgc", update}, 3},
		{[]string{"runtime.scanobject", "runtime.gcBgMarkWorker"}, 1},
		{[]string{"libtorch_cpu.so", "runtime._ExternalCode"}, 500},
	}
	got, err := share(looks)
	if err != nil || math.Abs(got-4./300) > 1e-12 {
		t.Errorf("got %g, %v", got, err)
	}
	if _, err := share(looks[1:]); err == nil {
		t.Error("three moments were enough")
	}
}
