package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func estimated(t *testing.T, maps []testMap, bins int, limit float64) PixelEstimates {
	t.Helper()
	h := NewPixelHistogram(bins)
	addAll(t, h, maps)
	m, err := h.Metrics(limit)
	if err != nil {
		t.Fatal(err)
	}
	if m.Bins > bins {
		t.Fatalf("%d bins were used of %d", m.Bins, bins)
	}
	return m
}

// within says whether exact is what the estimate promises, but for the rounding of
// exact itself.
func (e Estimate) within(exact float64) bool {
	return math.Abs(e.Value-exact) <= e.Bound+tolerance && e.Value >= 0 && e.Value <= 1 && e.Bound >= 0
}

// The exact value lies within the bound, by our sort and by the definitions,
// whatever the data and however few bins there are.
func TestBoundsHold(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 3000 {
		maps := randomMaps(r)
		limit := []float64{1, DefaultFPRLimit, 0.01 + 0.98*r.Float64()}[r.IntN(3)]
		bins := 2 + r.IntN(20)
		got, want, slow := estimated(t, maps, bins, limit), exactly(t, maps, limit), slowMetrics(maps, limit)
		for _, want := range []PixelMetrics{want, slow} {
			if !got.AUROC.within(want.AUROC) || !got.AP.within(want.AP) || !got.AUPRO.within(want.AUPRO) ||
				got.BestF1.F1 > want.BestF1.F1+tolerance || got.PixelCounts != want.PixelCounts {
				t.Fatalf("%d bins, limit %v: %+v, want %+v for %v", bins, limit, got, want, maps)
			}
		}
	}
}

// worst are maps whose scores all fall into two bins of 2, the anomalous of each
// before the normal, or after.
func worst(first bool) []testMap {
	m := testMap{Width: 1}
	for i := range uint32(100) {
		m.Mask = append(m.Mask, map[bool]uint8{true: 1}[i/25%2 == 0])
		score := math.Float32frombits(1<<30 + i%50 + i/50<<28)
		if first {
			score = -score
		}
		m.Scores = append(m.Scores, score)
	}
	return []testMap{m}
}

// The bounds are no larger than need be: the worst data of a histogram reach them.
func TestBoundsAreReached(t *testing.T) {
	for _, first := range []bool{false, true} {
		got, want := estimated(t, worst(first), 2, 1), exactly(t, worst(first), 1)
		for what, e := range map[string]struct {
			Estimate
			exact float64
		}{
			"AUROC": {got.AUROC, want.AUROC},
			"AUPRO": {got.AUPRO, want.AUPRO},
		} {
			if reached := math.Abs(e.Value-e.exact) / e.Bound; reached < 0.999 || reached > 1.001 {
				t.Errorf("anomalous first %v: %s is %v for %v, %v of the bound", first, what, e.Estimate, e.exact, reached)
			}
		}
		// The best order of AP needs equal scores besides.
		if reached := math.Abs(got.AP.Value-want.AP) / got.AP.Bound; reached < 0.8 || reached > 1.001 {
			t.Errorf("anomalous first %v: AP is %v for %v, %v of the bound", first, got.AP, want.AP, reached)
		}
	}
}

// Few distinct scores are measured exactly, wherever they lie.
func TestFewScoresAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	values := []float32{-math.MaxFloat32, -3, -1e-30, 0, 1e-40, 2, 2.0000002, math.MaxFloat32}
	m := testMap{Width: 10}
	for range 400 {
		m.Scores = append(m.Scores, values[r.IntN(len(values))])
		m.Mask = append(m.Mask, uint8(r.IntN(2)))
	}
	got, want := estimated(t, []testMap{m}, len(values), 0.3), exactly(t, []testMap{m}, 0.3)
	for _, e := range []struct {
		Estimate
		exact float64
	}{{got.AUROC, want.AUROC}, {got.AP, want.AP}, {got.AUPRO, want.AUPRO}} {
		if !near(e.Value, e.exact) || e.Bound > tolerance {
			t.Errorf("%v for %v", e.Estimate, e.exact)
		}
	}
	if got.BestF1 != want.BestF1 {
		t.Errorf("best F1 %v, want %v", got.BestF1, want.BestF1)
	}
}

// Maps of real sizes: the bound is small, smaller with more bins, and the order of
// the maps changes nothing but rounding.
func TestBoundsOfRealSizes(t *testing.T) {
	maps := noisyMaps(6, 128)
	want := exactly(t, maps, DefaultFPRLimit)
	for bins, limit := range map[int]float64{1 << 8: 2e-2, 1 << 12: 1e-3, 1 << 16: 1e-5} {
		got := estimated(t, maps, bins, DefaultFPRLimit)
		if !got.AUROC.within(want.AUROC) || !got.AP.within(want.AP) || !got.AUPRO.within(want.AUPRO) {
			t.Errorf("%d bins: %+v, want %+v", bins, got, want)
		}
		if max(got.AUROC.Bound, got.AP.Bound, got.AUPRO.Bound) > limit {
			t.Errorf("%d bins: %+v, want bounds below %v", bins, got, limit)
		}
		turned := slices.Clone(maps)
		slices.Reverse(turned)
		again := estimated(t, turned, bins, DefaultFPRLimit)
		if again.AUROC != got.AUROC || again.AP != got.AP || !near(again.AUPRO.Value, got.AUPRO.Value) || again.Bins != got.Bins {
			t.Errorf("%d bins: %+v, in another order %+v", bins, got, again)
		}
	}
}

// Maps after the first ones take a few small things each, and no place that stays.
func TestHistogramDoesNotGrow(t *testing.T) {
	maps := noisyMaps(4, 64)
	h := NewPixelHistogram(1 << 16)
	addAll(t, h, maps)
	if n := testing.AllocsPerRun(20, func() { addAll(t, h, maps) }); n > 4*float64(len(maps)) {
		t.Errorf("%v allocations for %d maps", n, len(maps))
	}
	if len(h.table) != 1<<17 {
		t.Errorf("the table has %d places", len(h.table))
	}
}

func TestHistogramOfOneBin(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a histogram of one bin was made")
		}
	}()
	NewPixelHistogram(1)
}

// By hand: the value is cut at the bound's first digit, and the bound takes up what
// that loses.
func TestEstimateString(t *testing.T) {
	for want, e := range map[string]Estimate{
		"0.98765 ± 0.00002":               {0.987651, 0.000011},
		"0.9877 ± 0.0003":                 {0.98765, 0.0002},
		"0.5 ± 0.5":                       {0.5, 0.49},
		"1.0 ± 0.2":                       {0.96, 0.12},
		"0.250000000000 ± 0.000000000000": {0.25, 0},
		"0.250000000000 ± 0.000000000001": {0.25, 1e-15},
	} {
		if got := e.String(); got != want {
			t.Errorf("%#v is %q, want %q", e, got, want)
		}
	}
}

func BenchmarkPixelHistogram(b *testing.B) {
	maps := noisyMaps(100, 256)
	b.ReportAllocs()
	for b.Loop() {
		h := NewPixelHistogram(DefaultBins)
		for _, m := range maps {
			if err := h.Add(m.Scores, m.Mask, m.Width); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := h.Metrics(DefaultFPRLimit); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(maps)*b.N)/b.Elapsed().Seconds(), "maps/s")
}
