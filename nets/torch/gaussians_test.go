package torch

import (
	"math"
	"slices"
	"testing"
)

// draws are n rows of features [n,places,d], whole numbers of up to 2^12, so that
// they are exact in float32 wherever they lie.
func draws(n, places, d int, offset float32) []float32 {
	w, x := wave(n*places*d, 3), make([]float32, n*places*d)
	for i := range x {
		x[i] = float32(math.Round(float64(w[i]*1000+300*w[i-i%d]))) + offset
	}
	return x
}

// measured are the distances of x from the Gaussians of moments, which are gone
// then.
func measured(m *Moments, x []float32, n int) ([]float64, []Fitted) {
	g, fitted := m.Gaussians(true, 0)
	defer g.Free()
	out := make([]float64, n*m.places)
	g.Distances(out, x, n)
	return out, fitted
}

// Merged sums are those of all rows, whatever points they were taken about; and
// adding rows in parts is adding them.
func TestMomentsMerge(t *testing.T) {
	const n, places, d = 30, 3, 5
	x := draws(n, places, d, 0)
	inScope(t, func() {
		of := func(from, to int) *Moments {
			m := NewMoments(places, d, false)
			m.Add(x[from*places*d:to*places*d], to-from)
			return m
		}
		want, fitted := measured(of(0, n), x, n)
		parts := of(0, 7)
		parts.Add(x[7*places*d:], n-7)
		merged := of(20, n)
		others := []*Moments{of(0, 1), NewMoments(places, d, false), of(1, 20)}
		again := NewMoments(places, d, false)
		for _, m := range others {
			merged.Merge(m) // twice from the same sums, which stay
		}
		for _, m := range append(others, of(20, n)) {
			again.Merge(m)
			defer m.Free()
		}
		about := NewMoments(places, d, false) // of rows elsewhere, with sums about the same point
		about.About(merged)
		about.Add(x[10*places*d:], n-10)
		if !slices.Equal(Read[float64](about.point), Read[float64](merged.point)) {
			t.Error("the sums are about another point")
		}
		first := of(0, 10)
		about.About(first) // which does nothing: it has rows
		about.Merge(first)
		first.Free()
		for name, m := range map[string]*Moments{"in parts": parts, "merged": merged, "merged into none": again, "about one point": about} {
			if m.n != n {
				t.Errorf("%s: %d rows", name, m.n)
			}
			got, other := measured(m, x, n)
			wantNear(t, name, got, want, 1e-10)
			for p := range other {
				if math.Abs(other[p].Shrinkage-fitted[p].Shrinkage) > 1e-12 || !(fitted[p].Shrinkage > 0) {
					t.Errorf("%s: shrinkage %v, want %v", name, other[p], fitted[p])
				}
			}
		}
		a, b := NewMoments(places, d, false), NewMoments(places, d+1, false)
		defer a.Free()
		defer b.Free()
		wantMisuse(t, "no point", "no rows", func() { a.About(a) })
		wantMisuse(t, "other features", "3 x 6 features", func() { a.Merge(b) })
	})
}

// Sums merged into no rows are the same sums, to the bit.
func TestMomentsMergedIntoNone(t *testing.T) {
	const n, places, d = 12, 2, 3
	inScope(t, func() {
		m, empty := NewMoments(places, d, true), NewMoments(places, d, true)
		m.Add(draws(n, places, d, 1<<20), n)
		empty.Merge(m)
		for i, sum := range m.tensors() {
			if !slices.Equal(Read[float64](sum), Read[float64](empty.tensors()[i])) {
				t.Errorf("sum %d differs", i)
			}
		}
		m.Free()
		empty.Free()
	})
}

// A place's Gaussian is copied and put back to the bit, and others stay.
func TestGaussiansPlaceByPlace(t *testing.T) {
	const n, places, d = 9, 3, 4
	x := draws(n, places, d, 0)
	inScope(t, func() {
		m := NewMoments(places, d, true)
		m.Add(x, n)
		g, _ := m.Gaussians(true, 0)
		defer g.Free()
		m.Free() // does nothing
		h := NewGaussians(places, d, true)
		defer h.Free()
		mean, factor := make([]float64, d), make([]float64, Triangle(d))
		for _, place := range []int{2, 0, 1} {
			g.Place(place, mean, factor)
			h.SetPlace(place, mean, factor)
		}
		want, got := make([]float64, n*places), make([]float64, n*places)
		g.Distances(want, x, n)
		h.Distances(got, x, n)
		if !slices.Equal(got, want) || !(want[0] > 0) {
			t.Errorf("%v, want %v", got, want)
		}
		wantMisuse(t, "another place", "place 3 of 3", func() { g.Place(3, mean, factor) })
		wantMisuse(t, "too few numbers", "features", func() { g.SetPlace(0, mean, factor[1:]) })
	})
}

// Far from 0 no digits are lost, merged or not.
func TestMomentsFarFromZero(t *testing.T) {
	const n, d = 40, 4
	inScope(t, func() {
		var distances [][]float64
		for _, offset := range []float32{0, 1 << 23} {
			x := draws(n, 1, d, offset)
			m, merged := NewMoments(1, d, false), NewMoments(1, d, false)
			m.Add(x[:10*d], 10)
			merged.Merge(m)
			m.Add(x[10*d:], n-10)
			rest := NewMoments(1, d, false)
			rest.Add(x[10*d:], n-10)
			merged.Merge(rest)
			rest.Free()
			for _, m := range []*Moments{m, merged} {
				got, _ := measured(m, x, n)
				distances = append(distances, got)
			}
		}
		wantNear(t, "merged", distances[1], distances[0], 1e-9)
		wantNear(t, "moved by 2^23", distances[2], distances[0], 1e-9)
		wantNear(t, "merged, moved by 2^23", distances[3], distances[0], 1e-9)
	})
}

// A covariance without a factor has an infinite condition number.
func TestGaussiansWithoutAFactor(t *testing.T) {
	inScope(t, func() {
		m := NewMoments(2, 2, false)
		m.Add([]float32{1, 2, 5, 0, 1, 2, 0, 3, 1, 2, 2, 2}, 3)
		g, fitted := m.Gaussians(false, 0)
		defer g.Free()
		if !math.IsInf(fitted[0].Condition, 1) || !(fitted[1].Condition >= 1 && fitted[1].Condition < 1e6) {
			t.Errorf("%+v", fitted)
		}
	})
}
