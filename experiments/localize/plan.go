package localize

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// separate are the categories of MVTec AD that the paper gives a Gaussian per
// location: objects that stand in the same place in every picture (A.5).
var separate = []string{"bottle", "cable", "capsule", "metal_nut", "pill", "toothbrush", "transistor", "zipper"}

// PerLocation settles localize.gaussian for a category: whether every location of
// windows has its own Gaussian. auto goes by the paper's list; what is not on it,
// MVTec AD's textures, hazelnut and screw and every other category, shares one.
func PerLocation(gaussian, category string) bool {
	return gaussian == "per-location" || gaussian == "auto" && slices.Contains(separate, category)
}

// block is how many pictures are gathered before the sums of a location take them
// in, or it scores them: enough that its matrices are read for several rows.
const block = 64

// Plan is how the Gaussians of windows are fitted in the memory there is.
type Plan struct {
	Grid        configs.Grid
	PerLocation bool
	Dimension   int // features of a window
	Folds       int // of the normal pictures, for held-out distances; 0 or 1 for none

	Rows      int   // rows of windows that are embedded, fitted and scored at a time
	Bytes     int64 // that this takes
	AllAtOnce int64 // that all rows at a time would take
	Allowed   int64 // localize.memory
}

// NewPlan divides the rows of windows into groups whose Gaussians of this many
// features, and the sums of so many folds of the normal pictures, need no more than
// memory GB, of which localize.memory speaks. It fails where not even one row fits.
func NewPlan(g configs.Grid, perLocation bool, dimension, folds int, memory float64) (Plan, error) {
	return Plan{Grid: g, PerLocation: perLocation, Dimension: dimension, Folds: folds, Allowed: int64(memory * 1e9)}.divided()
}

// divided settles the groups of rows.
func (p Plan) divided() (Plan, error) {
	side := p.Grid.Side()
	p.Rows = side
	p.AllAtOnce = p.need(p.Rows)
	if p.PerLocation {
		for p.Rows > 1 && p.need(p.Rows) > p.Allowed {
			p.Rows--
		}
		groups := p.Groups()
		p.Rows = (side + groups - 1) / groups // of about the same size
	}
	p.Bytes = p.need(p.Rows)
	if p.Bytes <= p.Allowed {
		return p, nil
	}
	what, knobs := "one Gaussian of all windows", "raise it, "
	if p.PerLocation {
		what = fmt.Sprintf("a Gaussian for each of the %d windows of one row", side)
	}
	if p.Folds > 2 {
		knobs += "lower density.folds, "
	}
	knobs += "raise localize.stride, "
	if p.PerLocation {
		knobs += "set localize.gaussian to shared, "
	}
	return p, fmt.Errorf("%s, of %d features%s, takes %s, and localize.memory allows %s; %sor choose a net.name of fewer features", what, p.Dimension, p.withFolds(), Gigabytes(p.Bytes), Gigabytes(p.Allowed), knobs)
}

// withFolds says that the folds' sums take memory too.
func (p Plan) withFolds() string {
	if p.Folds < 2 {
		return ""
	}
	return fmt.Sprintf(" with the sums of %d folds", p.Folds)
}

// need is how many bytes so many rows of windows take: sums or Gaussians, those of
// every fold too, features of the pictures that are gathered for them and their
// copies, and what every core works with.
func (p Plan) need(rows int) int64 {
	d, windows, sums := int64(p.Dimension), int64(rows*p.Grid.Side()), int64(1)
	if p.Folds > 1 {
		sums += int64(p.Folds)
	}
	features := 4 * windows * d
	if !p.PerLocation {
		return sums*8*d*d + 2*8*d*d + features*(2+2*4) // of one picture: float32, and float64 at work
	}
	bytes := sums*windows*8*(d*d+3*d+3) + features*(1+block*(sums+1)) + int64(runtime.NumCPU())*8*(2*d*d+4*block*d)
	return bytes + bytes/12 // between blocks of memory, and what is read or written of a row on disk
}

// Stored is how many bytes the Gaussians take on disk, of which localize.store
// speaks.
func (p Plan) Stored() int64 {
	return int64(p.units()*p.units()) * 8 * int64(p.Dimension+torch.Triangle(p.Dimension))
}

// Groups is how many groups of rows there are: passes over the pictures.
func (p Plan) Groups() int { return (p.Grid.Side() + p.Rows - 1) / p.Rows }

// String is the plan for people: it stands above the hours of work.
func (p Plan) String() string {
	windows := fmt.Sprintf("%d x %d windows of %d px", p.Grid.Side(), p.Grid.Side(), p.Grid.Window)
	if !p.PerLocation {
		return fmt.Sprintf("one Gaussian of %d features for %s%s: %s", p.Dimension, windows, p.withFolds(), Gigabytes(p.Bytes))
	}
	s := fmt.Sprintf("%d Gaussians of %d features, one for each of %s%s: %s", p.Grid.Windows(), p.Dimension, windows, p.withFolds(), Gigabytes(p.Bytes))
	if p.Rows < p.Grid.Side() {
		s += fmt.Sprintf(" at a time, in %d groups of rows, where all at once would take %s (localize.memory allows %s)", p.Groups(), Gigabytes(p.AllAtOnce), Gigabytes(p.Allowed))
	}
	return s
}

// Gigabytes is a number of bytes for people.
func Gigabytes(bytes int64) string {
	if bytes < 100e6 {
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
}
