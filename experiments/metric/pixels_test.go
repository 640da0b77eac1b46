package metric

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// adder is what both ways of gathering have in common.
type adder interface {
	stepper
	Add(scores []float32, mask []uint8, width int) error
}

func addAll(t *testing.T, a adder, maps []testMap) {
	t.Helper()
	for _, m := range maps {
		if err := a.Add(m.Scores, m.Mask, m.Width); err != nil {
			t.Fatal(err)
		}
	}
}

func exactly(t *testing.T, maps []testMap, limit float64) PixelMetrics {
	t.Helper()
	var p Pixels
	addAll(t, &p, maps)
	m, err := p.Metrics(limit)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pixelFixture is a case of testdata/pixel_metric.json, made by
// tools/golden/pixel_metric.py with scikit-learn, a definition of PRO of its own
// and anomalib.
type pixelFixture struct {
	Name   string
	Images []struct {
		Width  int
		Scores []float32
		Mask   []int
	}
	Regions   int
	AUROC, AP float64
	AUPRO     []struct{ Limit, Value, Anomalib float64 }
}

func (f pixelFixture) maps() (maps []testMap) {
	for _, im := range f.Images {
		m := testMap{Width: im.Width, Scores: im.Scores}
		for _, a := range im.Mask {
			m.Mask = append(m.Mask, uint8(a))
		}
		maps = append(maps, m)
	}
	return maps
}

func pixelFixtures(t *testing.T) (fixtures []pixelFixture) {
	t.Helper()
	text, err := os.ReadFile("testdata/pixel_metric.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &fixtures); err != nil {
		t.Fatal(err)
	}
	if len(fixtures) < 10 {
		t.Fatalf("only %d cases", len(fixtures))
	}
	return fixtures
}

func TestPixelParity(t *testing.T) {
	for _, f := range pixelFixtures(t) {
		t.Run(f.Name, func(t *testing.T) {
			for _, want := range f.AUPRO {
				m := exactly(t, f.maps(), want.Limit)
				if !near(m.AUROC, f.AUROC) || !near(m.AP, f.AP) || m.Regions != f.Regions {
					t.Errorf("AUROC %v, AP %v, %d regions; want %v, %v, %d", m.AUROC, m.AP, m.Regions, f.AUROC, f.AP, f.Regions)
				}
				if !near(m.AUPRO, want.Value) {
					t.Errorf("AUPRO to %v is %v, want %v", want.Limit, m.AUPRO, want.Value)
				}
				few := estimated(t, f.maps(), 8, want.Limit)
				if !few.AUROC.within(f.AUROC) || !few.AP.within(f.AP) || !few.AUPRO.within(want.Value) {
					t.Errorf("8 bins estimate AUROC %v, AP %v and AUPRO %v; want %v, %v, %v", few.AUROC, few.AP, few.AUPRO, f.AUROC, f.AP, want.Value)
				}
				if math.Abs(m.AUPRO-want.Anomalib) > 2e-7 { // it counts in float32
					t.Errorf("AUPRO to %v is %v, and anomalib's %v", want.Limit, m.AUPRO, want.Anomalib)
				}
			}
		})
	}
}

func TestPixelsAreMeasuredByTheDefinitions(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 2000 {
		maps := randomMaps(r)
		limit := []float64{1, DefaultFPRLimit, 0.01 + 0.98*r.Float64()}[r.IntN(3)]
		got, want := exactly(t, maps, limit), slowMetrics(maps, limit)
		if !near(got.AUROC, want.AUROC) || !near(got.AP, want.AP) || !near(got.AUPRO, want.AUPRO) ||
			!near(got.BestF1.F1, want.BestF1.F1) || got.PixelCounts != want.PixelCounts {
			t.Fatalf("limit %v: %+v, want %+v for %v", limit, got, want, maps)
		}
		if got.AUPRO < 0 || got.AUPRO > 1 || got.AUROC < 0 || got.AUROC > 1 || got.AP < 0 || got.AP > 1 {
			t.Fatalf("limit %v: %+v lies outside [0, 1] for %v", limit, got, maps)
		}
	}
}

// Many regions of sizes whose inverses are no round numbers, all found before any
// false alarm: the sum's rounding does not take AUPRO past 1.
func TestAUPROStaysBelowOne(t *testing.T) {
	var maps []testMap
	for size := 1; size < 120; size++ {
		m := testMap{Width: size + 1, Scores: make([]float32, size+1), Mask: slices.Repeat([]uint8{1}, size+1)}
		m.Mask[size] = 0
		for i := range size {
			m.Scores[i] = float32(1 + i*size)
		}
		maps = append(maps, m)
		for _, limit := range []float64{1e-9, 0.05, 0.3, 0.7, 1} {
			if m := exactly(t, maps, limit); m.AUPRO > 1 || m.AUPRO < 1-tolerance {
				t.Fatalf("%d regions to %v: AUPRO is %v", m.Regions, limit, m.AUPRO)
			}
		}
	}
}

func TestMapsMayBeAddedLater(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	maps := append(randomMaps(r), randomMaps(r)...)
	var p Pixels
	for i := range maps {
		addAll(t, &p, maps[i:i+1])
		if _, err := p.Metrics(1); err != nil && !errors.Is(err, ErrOneClass) {
			t.Fatal(err)
		}
	}
	got, err := p.Metrics(1)
	if want := exactly(t, maps, 1); err != nil || got != want {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
}

// A defect's picture with an empty mask is one of normal pixels.
func TestAnEmptyMaskIsNormal(t *testing.T) {
	one := testMap{2, []float32{4, 1, 2, 3}, []uint8{1, 0, 0, 0}}
	empty := testMap{2, []float32{5, 0}, []uint8{0, 0}}
	with := exactly(t, []testMap{one, empty}, 1)
	if without := exactly(t, []testMap{one, {2, empty.Scores, nil}}, 1); with != without {
		t.Errorf("with a mask of zeros %+v, with none %+v", with, without)
	}
	if want := (PixelCounts{Images: 2, Regions: 1, Normal: 5, Anomalous: 1}); with.PixelCounts != want || with.AUPRO != 0.8 {
		t.Errorf("AUPRO %v of %+v, want 0.8 of %+v", with.AUPRO, with.PixelCounts, want)
	}
}

// bothWays gives a test each way of gathering, empty, and its errors.
func bothWays(t *testing.T, f func(t *testing.T, a adder, measure func(limit float64) []error)) {
	t.Run("Pixels", func(t *testing.T) {
		var p Pixels
		f(t, &p, func(limit float64) []error {
			_, e1 := p.Metrics(limit)
			_, e2 := p.PRO(10)
			_, e3 := p.ROC(10)
			return []error{e1, e2, e3}
		})
	})
	t.Run("PixelHistogram", func(t *testing.T) {
		h := NewPixelHistogram(DefaultBins)
		f(t, h, func(limit float64) []error {
			_, e1 := h.Metrics(limit)
			_, e2 := h.PRO(10)
			_, e3 := h.ROC(10)
			return []error{e1, e2, e3}
		})
	})
}

func TestOneClassOfPixels(t *testing.T) {
	for says, maps := range map[string][]testMap{
		"no map at all":                 nil,
		"none of the 4 pixels is anom":  {{2, make([]float32, 2), nil}, {1, make([]float32, 2), make([]uint8, 2)}},
		"none of the 2 pixels is norma": {{2, make([]float32, 2), []uint8{1, 255}}},
	} {
		bothWays(t, func(t *testing.T, a adder, measure func(float64) []error) {
			addAll(t, a, maps)
			for _, err := range measure(1) {
				if !errors.Is(err, ErrOneClass) || !strings.Contains(err.Error(), says) {
					t.Errorf("want %q, got %v", says, err)
				}
			}
		})
	}
}

// Bad maps are refused by their index, and nothing of what was there is lost.
func TestWrongMapsAreNamed(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	good := testMap{3, []float32{3, 1, 2, 0, 1, 1}, []uint8{1, 0, 1, 0, 0, 0}}
	for _, c := range []struct {
		bad  testMap
		says string
	}{
		{testMap{3, []float32{0, 1, 2, 3, nan, inf}, nil}, "map 1 is NaN at column 1 of row 1"},
		{testMap{2, []float32{0, 1, 2, inf}, []uint8{0, 0, 0, 1}}, "map 1 is +Inf at column 1 of row 1"},
		{testMap{1, []float32{-inf}, nil}, "map 1 is -Inf at column 0 of row 0"},
		{testMap{2, []float32{0, 1, 2}, nil}, "map 1 has 3 scores, which are not rows of 2"},
		{testMap{0, []float32{0, 1, 2}, nil}, "not rows of 0"},
		{testMap{-1, []float32{0}, nil}, "not rows of -1"},
		{testMap{1, nil, nil}, "map 1 has no pixel"},
		{testMap{1, []float32{0, 1}, []uint8{1}}, "map 1 has 2 scores for the 1 pixels of its mask"},
		{testMap{1, []float32{0, 1}, []uint8{}}, "map 1 has 2 scores for the 0 pixels of its mask"},
	} {
		bothWays(t, func(t *testing.T, a adder, measure func(float64) []error) {
			addAll(t, a, []testMap{good})
			err := a.Add(c.bad.Scores, c.bad.Mask, c.bad.Width)
			if err == nil || errors.Is(err, ErrOneClass) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want %q, got %v", c.says, err)
			}
			if want := (PixelCounts{1, 2, 4, 2}); a.counts() != want {
				t.Errorf("after a bad map there is %+v, want %+v", a.counts(), want)
			}
			steps := 0
			for s := range a.steps() {
				steps++
				if s.tp+s.fp == 6 && (s.tp != 2 || s.fp != 4) {
					t.Errorf("the last step is %+v", s)
				}
			}
			if steps == 0 {
				t.Error("nothing is left")
			}
		})
	}
}

func TestWrongLimitsAndCurves(t *testing.T) {
	bothWays(t, func(t *testing.T, a adder, measure func(float64) []error) {
		addAll(t, a, []testMap{{2, []float32{1, 0}, []uint8{1, 0}}})
		for _, limit := range []float64{0, -0.1, 1.1, math.NaN()} {
			if err := measure(limit)[0]; err == nil || !strings.Contains(err.Error(), "false-positive rate") {
				t.Errorf("a limit of %v gives %v", limit, err)
			}
		}
		if _, err := proCurve(a, 0); err == nil {
			t.Error("a curve of no points was drawn")
		}
	})
}

// noisyMaps are n maps of side px, every second with squares of higher scores.
func noisyMaps(n, side int) (maps []testMap) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		m := testMap{Width: side, Scores: make([]float32, side*side)}
		for j := range m.Scores {
			m.Scores[j] = float32(20 + 5*r.NormFloat64())
		}
		if i%2 == 1 {
			m.Mask = make([]uint8, side*side)
			for range 3 {
				x, y, half := r.IntN(side), r.IntN(side), 1+side/32+r.IntN(1+side/8)
				for row := max(0, y-half); row < min(side, y+half); row++ {
					for column := max(0, x-half); column < min(side, x+half); column++ {
						m.Mask[row*side+column] = 255
						m.Scores[row*side+column] += 2
					}
				}
			}
		}
		maps = append(maps, m)
	}
	return maps
}

func BenchmarkPixels(b *testing.B) {
	maps := noisyMaps(100, 256)
	b.ReportAllocs()
	for b.Loop() {
		var p Pixels
		for _, m := range maps {
			if err := p.Add(m.Scores, m.Mask, m.Width); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := p.Metrics(DefaultFPRLimit); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(maps)*b.N)/b.Elapsed().Seconds(), "maps/s")
}
