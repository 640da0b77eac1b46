package synth

import (
	"math"
	"math/rand/v2"
)

// blister is a pack of six tablets under clear domes on embossed foil, lying on a dark bench. Lengths are
// fractions of the picture's side.
type blister struct {
	pose    pose
	sun     point
	seed    uint32
	colour  rgb // of the tablets
	tablets [rows * cols]tablet
}

type tablet struct {
	missing  bool
	off      point // from the middle of its cavity
	cos, sin float64
	chip     *blob // a piece broken off
	lift     float64
}

const (
	rows, cols   = 2, 3
	spacing      = .285
	cavityEdge   = .122
	tabletEdge   = .092
	cardX, cardY = .450, .33 // half sizes
)

func newBlister(r *rand.Rand) subject {
	a := between(r, 0, 2*math.Pi)
	b := &blister{
		pose: newPose(r, .035, .014, .02), sun: point{math.Cos(a), math.Sin(a)}, seed: r.Uint32(),
		colour: rgb{.84, .54, .44}.times(between(r, .94, 1.05)),
	}
	for i := range b.tablets {
		s, c := math.Sincos(between(r, 0, math.Pi)) // tablets turn freely in their cavities
		b.tablets[i] = tablet{off: point{between(r, -.009, .009), between(r, -.009, .009)}, cos: c, sin: s}
	}
	return b
}

// cavity returns the index of the cavity nearest to a local point, and the point as seen from its middle.
func cavity(lx, ly float64) (index int, x, y float64) {
	col := min(max(math.Floor(lx/spacing+cols/2.), 0), cols-1)
	row := min(max(math.Floor(ly/spacing+rows/2.), 0), rows-1)
	return int(row)*cols + int(col), lx - (col-(cols-1)/2.)*spacing, ly - (row-(rows-1)/2.)*spacing
}

func (b *blister) shade(x, y float64) rgb {
	lx, ly := b.pose.local(x, y)
	edge := card(lx, ly)
	if edge < -.004 {
		return b.bench(x, y)
	}
	c := b.foil(x, y, lx, ly)
	i, cx, cy := cavity(lx, ly)
	c = b.dome(c, i, cx, cy)
	if edge < .004 {
		c = b.bench(x, y).toward(c, ramp(-.004, .004, edge))
	}
	return c
}

// card is the distance inside the pack's rounded outline.
func card(lx, ly float64) float64 {
	const corner = .05
	qx, qy := max(math.Abs(lx)-cardX+corner, 0), max(math.Abs(ly)-cardY+corner, 0)
	return corner - math.Hypot(qx, qy)
}

func (b *blister) bench(x, y float64) rgb {
	c := rgb{.19, .20, .22}.times(1 + .12*fractal(b.seed, 6*x, 6*y, 2) + .14*fractal(b.seed+1, 90*x+30*y, 90*y-30*x, 2))
	lx, ly := b.pose.local(x+.014*b.sun.x, y+.014*b.sun.y)
	return c.times(1 - .45*ramp(-.012, .012, card(lx, ly)))
}

func (b *blister) foil(x, y, lx, ly float64) rgb {
	emboss := math.Sin(210*(lx+ly)) * math.Sin(210*(lx-ly))
	crinkle := fractal(b.seed+2, 6*x, 6*y, 3)
	return rgb{.64, .66, .69}.times(1 + .06*emboss + .12*crinkle)
}

// dome lays cavity i with its tablet and its clear cover over the foil.
func (b *blister) dome(c rgb, i int, x, y float64) rgb {
	t := &b.tablets[i]
	rho := math.Hypot(x, y)
	facing := 0.0
	if rho > 0 {
		facing = (x*b.sun.x + y*b.sun.y) / rho
	}
	if rho < cavityEdge {
		// The cover's wall is lit where it faces the light and throws its shade to the far side.
		wall := ramp(.095, .114, rho) * (1 - ramp(.114, cavityEdge, rho))
		c = c.times(.82 + .34*wall*facing)
	}
	if t.missing {
		c = c.times(1 - .38*(1-ramp(.6*tabletEdge, 1.1*tabletEdge, rho))) // looking into the empty cavity
	} else {
		c = b.tablet(c, t, x-t.off.x, y-t.off.y)
	}
	if rho < cavityEdge {
		gx, gy := x-.066*b.sun.x, y-.066*b.sun.y
		c = c.plus(.34 * (1 - ramp(.006, .026, math.Hypot(gx, gy)))) // the lamp's image in the cover
	}
	return c
}

// tablet lays a tablet whose middle is at (0, 0), with its shadow, over c.
func (b *blister) tablet(c rgb, t *tablet, x, y float64) rgb {
	whole := func(x, y float64) float64 {
		d := tabletEdge - math.Hypot(x, y)
		if t.chip != nil {
			d = min(d, -tabletEdge*t.chip.depth(x, y))
		}
		return d
	}
	reach := .010 + t.lift
	c = c.times(1 - .42*ramp(-.008, .008, whole(x+reach*b.sun.x, y+reach*b.sun.y)))
	d := whole(x, y)
	if d < -.003 {
		return c
	}
	rho := math.Hypot(x, y)
	tone := 1 + .04*value(b.seed+3, 300*x, 300*y)
	if rho > 0 {
		tone += .26 * ramp(.6*tabletEdge, tabletEdge, rho) * (x*b.sun.x + y*b.sun.y) / rho
	}
	if line := math.Abs(x*t.cos + y*t.sin); rho < .85*tabletEdge {
		tone -= .22 * (1 - ramp(.003, .009, line)) // the score to break it along
	}
	if t.chip != nil {
		tone -= .2 * (1 - ramp(0, .012, -tabletEdge*t.chip.depth(x, y))) // the broken edge
	}
	return c.toward(b.colour.times(tone), ramp(-.003, .003, d))
}

func (b *blister) damage(kind string, r *rand.Rand) shader {
	d := *b
	t := &d.tablets[r.IntN(len(d.tablets))]
	switch kind {
	case "broken":
		s, c := math.Sincos(between(r, 0, 2*math.Pi))
		far := between(r, .55, .9) * tabletEdge
		chip := newBlob(r, point{far * c, far * s}, between(r, .6, .8)*tabletEdge, .25, .6)
		t.chip = &chip
	case "contamination":
		at := point{between(r, -.8, .8) * cardX, between(r, -.8, .8) * cardY}
		at.x, at.y = b.pose.picture(at.x, at.y)
		if r.Uint64()&1 == 0 {
			return over(b.shade, fibre(r, at, between(r, .2, .36), between(r, .009, .013), rgb{.10, .08, .07}, b.sun))
		}
		return over(b.shade, speck(r, at, between(r, .025, .045), rgb{.17, .13, .10}, b.sun))
	case "misplaced":
		s, c := math.Sincos(between(r, 0, 2*math.Pi))
		far := between(r, .034, .055)
		t.off, t.lift = point{far * c, far * s}, .012
	case "missing":
		t.missing = true
	default:
		panic("synth: blister has no defect " + kind)
	}
	return d.shade
}
