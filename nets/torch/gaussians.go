package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Moments are sums over rows of features, from which Gaussians are made without
// keeping a row: for each of P places those of y, y y', |y|^2 y and |y|^4, where y
// is a row less the mean of the first rows. They are float64 and on the host,
// wherever rows were computed, so that the same rows give the same Gaussians.
//
// With the last two Ledoit and Wolf's shrinkage needs no second look at the rows:
// its sum of |row - mean|^4 follows from all four by moving them to the mean.
type Moments struct {
	places, dimension, n int
	normalize            bool
	placed               bool // whether the point is settled

	point, sum, gram, third, fourth Tensor
}

// NewMoments has no rows yet. Rows are scaled to length 1 first if normalize says
// so; one of zeros is left as it is. The sums are to be freed, or handed on to
// [Moments.Gaussians].
func NewMoments(places, dimension int, normalize bool) *Moments {
	m := &Moments{places: places, dimension: dimension, normalize: normalize}
	Scope(func() { // which frees the first ones if there is no room for all
		m.point, m.sum, m.third = zeros64(places, dimension), zeros64(places, dimension), zeros64(places, dimension)
		m.gram, m.fourth = zeros64(places, dimension, dimension), zeros64(places)
		for _, t := range m.tensors() {
			t.Keep()
		}
	})
	return m
}

func zeros64(shape ...int) Tensor {
	name := CPU.c()
	defer C.free(unsafe.Pointer(name))
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_zeros(C.CP_FLOAT64, cShape(shape), C.int64_t(len(shape)), name, flag(false), out)
	})
}

func (m *Moments) tensors() []Tensor {
	return []Tensor{m.point, m.sum, m.gram, m.third, m.fourth}
}

func (m *Moments) c() *C.cp_moments {
	return &C.cp_moments{point: m.point.c(), sum: m.sum.c(), gram: m.gram.c(), third: m.third.c(), fourth: m.fourth.c()}
}

// About takes the sums about the point of those of other, which has rows, so that
// merging the two moves nothing. Sums that have rows stay where they are.
func (m *Moments) About(other *Moments) {
	m.sameAs(other)
	if !other.placed {
		panic(misuse("moments about the point of others that have no rows"))
	}
	if m.placed {
		return
	}
	Overwrite(m.point, Read[float64](other.point))
	m.placed = true
}

func (m *Moments) sameAs(other *Moments) {
	if m.places != other.places || m.dimension != other.dimension || m.normalize != other.normalize {
		panic(misuse(fmt.Sprintf("moments of %d x %d features taken with those of %d x %d", other.places, other.dimension, m.places, m.dimension)))
	}
}

// Add adds n rows of every place: features [n,places,dimension].
func (m *Moments) Add(features []float32, n int) {
	Scope(func() {
		x := From(features, n, m.places, m.dimension)
		must(C.cp_moments_add(m.c(), flag(m.placed), x.c(), flag(m.normalize)))
	})
	m.n += n
	m.placed = true
}

// Merge adds the sums of from, which are those of other rows of the same places
// and stay as they are. Merged into no rows they are copied to the bit.
func (m *Moments) Merge(from *Moments) {
	m.sameAs(from)
	if from.n == 0 {
		return
	}
	must(C.cp_moments_merge(m.c(), flag(m.placed), from.c(), C.int64_t(from.n)))
	m.n += from.n
	m.placed = true
}

// Free frees the sums. Freeing them twice, or after [Moments.Gaussians], does
// nothing.
func (m *Moments) Free() { freeAll(m.tensors()) }

func freeAll(tensors []Tensor) {
	for _, t := range tensors {
		t.Free()
	}
}

// Gaussians are P distributions of D features: their means and the Cholesky
// factors of their covariances.
type Gaussians struct {
	places, dimension int
	normalize         bool
	mean, factor      Tensor // [P,D], [P,D,D]
}

// NewGaussians are to be filled by [Gaussians.SetPlace]; they are to be freed.
func NewGaussians(places, dimension int, normalize bool) *Gaussians {
	g := &Gaussians{places: places, dimension: dimension, normalize: normalize}
	Scope(func() {
		g.mean, g.factor = zeros64(places, dimension), zeros64(places, dimension, dimension)
		g.mean.Keep()
		g.factor.Keep()
	})
	return g
}

// Triangle is how many numbers a factor of so many features has.
func Triangle(dimension int) int { return dimension * (dimension + 1) / 2 }

// Place copies the mean [D] and the factor of a place: its lower triangle, row
// after row [Triangle(D)], which is all that is not 0.
func (g *Gaussians) Place(place int, mean, factor []float64) { g.copy(place, mean, factor, false) }

// SetPlace makes a place's Gaussian what [Gaussians.Place] copied.
func (g *Gaussians) SetPlace(place int, mean, factor []float64) { g.copy(place, mean, factor, true) }

func (g *Gaussians) copy(place int, mean, factor []float64, set bool) {
	if place < 0 || place >= g.places || len(mean) != g.dimension || len(factor) != Triangle(g.dimension) {
		panic(misuse(fmt.Sprintf("%d and %d numbers for place %d of %d Gaussians of %d features", len(mean), len(factor), place, g.places, g.dimension)))
	}
	must(C.cp_gaussian(g.mean.c(), g.factor.c(), C.int64_t(place),
		(*C.double)(unsafe.SliceData(mean)), (*C.double)(unsafe.SliceData(factor)), flag(set)))
}

// Fitted says how a place's Gaussian came out.
type Fitted struct {
	Shrinkage float64 // of Ledoit and Wolf's formula, else 0
	// Condition is the least that the covariance's condition number can be:
	// infinite where it has no Cholesky factor or the rows are all the same. Distances have lost as many digits.
	Condition float64
}

// Gaussians makes the Gaussians of the rows that were added, in the memory of the
// sums, which are gone afterwards. The covariance has the number of rows as its
// divisor and is shrunk by Ledoit and Wolf's formula if shrink says so; ridge is
// added to its diagonal.
func (m *Moments) Gaussians(shrink bool, ridge float64) (*Gaussians, []Fitted) {
	fitted := make([]Fitted, m.places)
	Scope(func() {
		found := zeros64(m.places, 2)
		must(C.cp_gaussians(m.c(), C.int64_t(m.n), flag(shrink), C.double(ridge), found.c()))
		for p, v := range Read[float64](found) {
			if p%2 == 0 {
				fitted[p/2].Shrinkage = v
			} else {
				fitted[p/2].Condition = v
			}
		}
	})
	g := &Gaussians{m.places, m.dimension, m.normalize, m.point, m.gram}
	m.point, m.gram = Tensor{}, Tensor{}
	m.Free()
	return g, fitted
}

// Distances are the Mahalanobis distances of n rows of every place, features
// [n,places,dimension], from its Gaussian: [n,places] into distances. It is one
// triangular solve a place.
func (g *Gaussians) Distances(distances []float64, features []float32, n int) {
	Scope(func() {
		x := From(features, n, g.places, g.dimension)
		ReadInto(distances, made(func(out *C.cp_tensor) *C.char {
			return C.cp_distances(g.factor.c(), g.mean.c(), x.c(), flag(g.normalize), out)
		}))
	})
}

// Free frees the Gaussians.
func (g *Gaussians) Free() { freeAll([]Tensor{g.mean, g.factor}) }
