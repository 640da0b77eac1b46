package synth

import (
	"math"
	"math/rand/v2"
)

// stone is a polished slab of gneiss: grains of a few minerals, flakes of mica, and dark layers that run nearly
// level, as a slab is cut along them.
type stone struct {
	seed   uint32
	pose   pose
	coarse float64 // grains across the picture
	level  float64 // phase of the layers, 0 to 1
	sun    point
	warmth float64
}

func newStone(r *rand.Rand) subject {
	a := between(r, 0, 2*math.Pi)
	return &stone{
		seed: r.Uint32(), pose: newPose(r, .2, 0, .06), coarse: between(r, 30, 34), level: between(r, 0, 1),
		sun: point{math.Cos(a), math.Sin(a)}, warmth: between(r, -.03, .03),
	}
}

// layers is how many dark layers the picture shows from top to bottom.
const layers = 3.2

// minerals are those of the pale layers, with the share of grains that each takes.
var minerals = [...]struct {
	upTo   float64
	colour rgb
}{
	{.46, rgb{.74, .69, .63}}, // feldspar
	{.78, rgb{.70, .67, .63}}, // quartz
	{.90, rgb{.62, .58, .54}}, // oligoclase
	{1.0, rgb{.79, .76, .71}}, // pale feldspar
}

func (s *stone) shade(x, y float64) rgb {
	lx, ly := s.pose.local(x, y)
	// Noise bends the grid, so that grains are not polygons.
	wx, wy := lx+.012*value(s.seed+1, 30*lx, 30*ly), ly+.012*value(s.seed+2, 30*lx, 30*ly)
	id, border := grain(s.seed, wx*s.coarse, wy*s.coarse)
	c := mineral(id)
	layer := math.Sin(2 * math.Pi * (s.level + layers*wy + .45*fractal(s.seed+6, 2*wx, 3*wy, 2)))
	c = c.toward(rgb{.28, .29, .33}, .62*ramp(.10, .45, layer))
	flakes := value(s.seed+3, 60*wx+25*wy, 60*wy-25*wx)
	c = c.toward(rgb{.20, .19, .20}, .45*ramp(.66, .76, flakes)) // fine flakes of mica
	tone := 1 + .14*(unit(id*31)-.5) + .05*fractal(s.seed+4, 90*lx, 90*ly, 2) + .05*fractal(s.seed+5, 3*lx, 3*ly, 2)
	tone *= .88 + .12*ramp(0, .12, border)
	c = c.times(tone)
	return rgb{c.r * (1 + s.warmth), c.g, c.b * (1 - s.warmth)}
}

func mineral(id uint32) rgb {
	u := unit(id)
	for _, m := range minerals {
		if u < m.upTo {
			return m.colour
		}
	}
	panic("synth: the minerals' shares do not add up to 1")
}

func (s *stone) damage(kind string, r *rand.Rand) shader {
	switch kind {
	case "chip":
		return over(s.shade, s.chip(r))
	case "crack":
		return over(s.shade, crack(r))
	case "scratch":
		return over(s.shade, scratch(r, spot(r, .2), between(r, .22, .45), between(r, .011, .017)))
	case "stain":
		return over(s.shade, stain(r, spot(r, .12), between(r, .05, .10), rgb{.70, .42, .22}))
	}
	panic("synth: stone has no defect " + kind)
}

// chip is a shallow crater: rough, unpolished, its far wall lit and its near wall in shadow.
func (s *stone) chip(r *rand.Rand) flaw {
	b := newBlob(r, spot(r, .1), between(r, .04, .07), .35, .55)
	rough := r.Uint32()
	const e = .004
	return func(x, y float64, c rgb) rgb {
		d := b.depth(x, y)
		if d <= 0 {
			return c
		}
		// The wall slopes the more the nearer it is to the edge; its slope along the light is a difference.
		wall := 1 - ramp(0, .7, d)
		slope := (b.depth(x+e*s.sun.x, y+e*s.sun.y) - d) / e * b.rx
		tone := .66 + .42*wall*min(max(-slope, -1), 1) + .12*fractal(rough, 70*x, 70*y, 3)
		return c.toward(rgb{.70, .66, .63}, .45).times(tone).toward(c, 1-ramp(0, .12, d))
	}
}

// crack is a dark, jagged line of uneven width.
func crack(r *rand.Rand) flaw {
	heading := between(r, 0, 2*math.Pi)
	length := between(r, .25, .45)
	middle := spot(r, .22)
	start := point{middle.x - length/2*math.Cos(heading), middle.y - length/2*math.Sin(heading)}
	line := walk(r, start, heading, length, .8, 16)
	width, seed := between(r, .009, .015), r.Uint32()
	return func(x, y float64, c rgb) rgb {
		d, along, side := line.near(x, y, 3*width)
		if d > 3*width {
			return c
		}
		w := width * (.7 + .4*value(seed, 9*along, 0)) * (.4 + .6*ramp(0, .15, min(along, 1-along)))
		if side > 0 {
			c = c.times(1 + .18*(1-ramp(w, 2.5*w, d))) // the chipped upper edge catches light
		}
		return c.toward(rgb{.10, .09, .09}, .9*(1-ramp(.5*w, w, d)))
	}
}
