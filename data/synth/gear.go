package synth

import (
	"math"
	"math/rand/v2"
)

// gear is a turned steel gear with hub, keyway and six holes, lying on a bench. Lengths are fractions of the
// picture's side.
type gear struct {
	pose  pose
	sun   point
	shine float64 // direction of the turned face's reflection, radians
	seed  uint32

	tooth  int // which tooth is damaged
	shear  float64
	broken float64 // how much of the tooth is gone, 0 to 1
}

const (
	teeth    = 12
	rootLine = .305
	tipLine  = .400
	boreEdge = .080
	holeRing = .205
	holeEdge = .040
)

func newGear(r *rand.Rand) subject {
	a := between(r, 0, 2*math.Pi)
	return &gear{
		pose: newPose(r, .05, .018, .025), sun: point{math.Cos(a), math.Sin(a)},
		shine: between(r, 0, math.Pi), seed: r.Uint32(), tooth: -1,
	}
}

// inside is the distance to the gear's nearest edge: positive in the metal, negative outside.
func (g *gear) inside(x, y float64) float64 {
	lx, ly := g.pose.local(x, y)
	radius := math.Hypot(lx, ly)
	if radius > tipLine+.05 {
		return tipLine - radius
	}
	turn := math.Atan2(ly, lx)/(2*math.Pi) + .5 // 0 to 1
	d := min(g.rim(radius, turn), radius-boreEdge)
	d = min(d, max(math.Abs(lx)-.020, math.Abs(ly+boreEdge)-.032)) // keyway, above the bore
	sector := (math.Round(turn*6-.5) + .5) / 6                     // the nearest hole's place on the ring
	s, c := math.Sincos((sector - .5) * 2 * math.Pi)
	return min(d, math.Hypot(lx-holeRing*c, ly-holeRing*s)-holeEdge)
}

// rim is the distance to the toothed outline.
func (g *gear) rim(radius, turn float64) float64 {
	body := rootLine - radius
	k := math.Floor(turn * teeth)
	if int(k) != g.tooth {
		body = max(body, toothAt(turn*teeth-k-.5, radius, tipLine))
	}
	if g.tooth < 0 {
		return body
	}
	// The damaged tooth may lean into its neighbour's sector.
	t := turn*teeth - float64(g.tooth) - .5
	t -= teeth * math.Round(t/teeth)
	t -= g.shear * max(radius-rootLine, 0) / (tipLine - rootLine)
	return max(body, toothAt(t, radius, tipLine-g.broken*(tipLine-rootLine-.010*value(g.seed+7, 6*t, 0))))
}

// toothAt is the distance inside a tooth, t pitches to the side of its middle: it narrows towards its tip.
func toothAt(t, radius, tip float64) float64 {
	const pitch = 2 * math.Pi * (rootLine + tipLine) / 2 / teeth
	lift := (radius - rootLine) / (tipLine - rootLine)
	return min((.31-.13*lift-math.Abs(t))*pitch, tip-radius)
}

func (g *gear) shade(x, y float64) rgb {
	d := g.inside(x, y)
	metal := ramp(-.003, .003, d)
	var c rgb
	if metal < 1 {
		c = g.bench(x, y)
	}
	if metal > 0 {
		c = c.toward(g.face(x, y, d), metal)
	}
	return c
}

func (g *gear) bench(x, y float64) rgb {
	c := rgb{.17, .20, .26}.times(1 + .10*fractal(g.seed, 7*x, 7*y, 2) + .16*fractal(g.seed+1, 90*x+30*y, 90*y-30*x, 2))
	return c.times(1 - .5*ramp(-.014, .014, g.inside(x+.02*g.sun.x, y+.02*g.sun.y)))
}

func (g *gear) face(x, y, d float64) rgb {
	lx, ly := g.pose.local(x, y)
	radius, angle := math.Hypot(lx, ly), math.Atan2(ly, lx)
	tone := 1 + .15*math.Cos(2*(angle-g.shine)) // a turned face reflects like a record: two bright fans
	tone += .07*value(g.seed+2, 110*radius, 2*math.Cos(angle)) + .05*fractal(g.seed+3, 5*x, 5*y, 2)
	if groove := math.Abs(radius - .135); groove < .012 {
		tone -= .24 * (1 - ramp(.003, .012, groove))
	}
	const bevel, e = .014, .002
	if d < bevel {
		slope := (g.inside(x+e*g.sun.x, y+e*g.sun.y) - d) / e // rises away from the light: the edge faces it
		tone -= .4 * (1 - ramp(.2*bevel, bevel, d)) * min(max(slope, -1), 1)
	}
	return rgb{.68, .69, .69}.times(tone)
}

// onFace draws a place on the metal, away from edges by clearance.
func (g *gear) onFace(r *rand.Rand, clearance float64) point {
	for {
		s, c := math.Sincos(between(r, 0, 2*math.Pi))
		radius := between(r, boreEdge, tipLine)
		x, y := g.pose.picture(radius*c, radius*s)
		if g.inside(x, y) > clearance {
			return point{x, y}
		}
	}
}

func (g *gear) damage(kind string, r *rand.Rand) shader {
	switch kind {
	case "bent_tooth":
		bent := *g
		bent.tooth, bent.shear = r.IntN(teeth), either(r, .26, .40)
		return bent.shade
	case "broken_tooth":
		broken := *g
		broken.tooth, broken.broken = r.IntN(teeth), between(r, .5, 1)
		return broken.shade
	case "rust":
		ink := rgb{.80, .50, .30}.times(between(r, .85, 1.1))
		return over(g.shade, g.onMetal(stain(r, g.onFace(r, .02), between(r, .045, .085), ink)))
	case "scratch":
		return over(g.shade, g.onMetal(scratch(r, g.onFace(r, .02), between(r, .18, .36), between(r, .012, .018))))
	}
	panic("synth: gear has no defect " + kind)
}

// onMetal keeps a flaw off the bench.
func (g *gear) onMetal(f flaw) flaw {
	return func(x, y float64, c rgb) rgb {
		if g.inside(x, y) <= 0 {
			return c
		}
		return f(x, y, c)
	}
}
