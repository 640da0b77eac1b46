package ensemble

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/metric"
)

func members(n, pictures int) (all []Member, anomalous []bool) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range pictures {
		anomalous = append(anomalous, i%3 == 0)
	}
	for k := range n {
		// Each model has a scale and a place of its own.
		scale, place := math.Pow(10, float64(k)), 7*float64(k)
		var m Member
		for _, a := range anomalous {
			v := r.NormFloat64()
			if a {
				v++
			}
			m.Test = append(m.Test, place+scale*v)
		}
		for range 50 {
			m.Normal = append(m.Normal, place+scale*r.NormFloat64())
		}
		all = append(all, m)
	}
	return all, anomalous
}

// An ensemble of one equals its member.
func TestOfOne(t *testing.T) {
	all, anomalous := members(3, 40)
	for _, how := range []string{Standardised, Plain} {
		found, err := BySize(all, anomalous, how)
		if err != nil {
			t.Fatal(err)
		}
		var mean float64
		for _, m := range all {
			want, _ := metric.AUROC(m.Test, anomalous)
			scores, err := Scores([]Member{m}, how)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := metric.AUROC(scores, anomalous); got != want {
				t.Errorf("%s: an ensemble of one has AUROC %g, its member %g", how, got, want)
			}
			mean += want / 3
		}
		if math.Abs(found[0].AUROC-mean) > 1e-12 || len(found) != 3 || found[2].Lowest != found[2].Highest {
			t.Errorf("%s: found %+v, the members' mean is %g", how, found, mean)
		}
	}
}

// Standardised scores do not depend on a model's units; plain ones do: the model of the
// largest scale decides.
func TestUnits(t *testing.T) {
	all, anomalous := members(3, 300)
	before, err := Scores(all, Standardised)
	if err != nil {
		t.Fatal(err)
	}
	changed := append([]Member{}, all...)
	changed[1].Test, changed[1].Normal = affine(changed[1].Test), affine(changed[1].Normal)
	after, err := Scores(changed, Standardised)
	if err != nil {
		t.Fatal(err)
	}
	for i := range before {
		if math.Abs(before[i]-after[i]) > 1e-9 {
			t.Fatalf("picture %d scores %g and, in other units, %g", i, before[i], after[i])
		}
	}
	plain, err := Scores(all, Plain)
	if err != nil {
		t.Fatal(err)
	}
	auroc := func(s []float64) float64 { v, _ := metric.AUROC(s, anomalous); return v }
	if last := auroc(all[2].Test); math.Abs(auroc(plain)-last) > 0.05 || auroc(before) < last+0.1 {
		t.Errorf("standardised %g, plain %g, the model of the largest scale %g", auroc(before), auroc(plain), last)
	}
}

func affine(v []float64) []float64 {
	var out []float64
	for _, x := range v {
		out = append(out, 1000*x-3)
	}
	return out
}

func TestSubsets(t *testing.T) {
	if got := fmt.Sprint(Subsets(4, 2)); got != "[[0 1] [0 2] [0 3] [1 2] [1 3] [2 3]]" {
		t.Error(got)
	}
	n := 0
	for k := 1; k <= 5; k++ {
		n += len(Subsets(5, k))
	}
	if n != 31 || Subsets(2, 3) != nil {
		t.Errorf("%d subsets of 5", n)
	}
}

func TestWhatCannotBeCombined(t *testing.T) {
	good := Member{Test: []float64{1, 2}, Normal: []float64{1, 2, 3}}
	for want, m := range map[string]Member{
		"has 1 scores of normal":   {Test: []float64{1, 2}, Normal: []float64{1}},
		"the standard deviation 0": {Test: []float64{1, 2}, Normal: []float64{1, 1}},
		"scored 1 test pictures":   {Test: []float64{1}, Normal: []float64{1, 2}},
	} {
		if _, err := Scores([]Member{good, m}, Standardised); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// By hand: (1-0)/1 and (30-10)/10 make 1.5.
func TestMaps(t *testing.T) {
	a := Maps{[][]float32{{1, 2}}, Scale{0, 1}}
	b := Maps{[][]float32{{30, 10}}, Scale{10, 10}}
	got, err := Combine([]Maps{a, b})
	if err != nil || got[0][0] != 1.5 || got[0][1] != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := Combine([]Maps{a, {[][]float32{{1}}, Scale{0, 1}}}); err == nil {
		t.Error("maps of different sizes were combined")
	}
	if _, err := Combine([]Maps{a, {[][]float32{{1, 1}}, Scale{0, 0}}}); err == nil {
		t.Error("a map was divided by 0")
	}
	found := []Found{{Size: 1}, {Size: 2}}
	var seen []float32
	err = Measure(found, []Maps{a, b}, func(maps [][]float32) (m metric.PixelMetrics, err error) {
		seen = append(seen, maps[0][0])
		m.AUROC = float64(maps[0][0])
		return m, nil
	})
	if err != nil || fmt.Sprint(seen) != "[1 2 1.5]" || found[0].PixelAUROC != 1.5 || found[1].PixelAUROC != 1.5 {
		t.Errorf("measured %v, %+v, %v", seen, found, err)
	}
}
