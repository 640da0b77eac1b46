package synth

import (
	"math"
	"math/rand/v2"
)

// Flaws that lie on top of a surface of any kind. Those that change a subject's own structure (a cut thread, a
// bent tooth) stand with the subject.

// flaw changes the colour c that the surface has at (x, y).
type flaw func(x, y float64, c rgb) rgb

// over lays a flaw on a surface.
func over(s shader, f flaw) shader {
	return func(x, y float64) rgb { return f(x, y, s(x, y)) }
}

// spot draws a place at least margin away from the picture's border.
func spot(r *rand.Rand, margin float64) point {
	return point{between(r, margin, 1-margin), between(r, margin, 1-margin)}
}

// scratch is a thin, nearly straight groove through the given middle: a bright or a dark core with the opposite
// tone along one side, tapering at both ends.
func scratch(r *rand.Rand, middle point, length, width float64) flaw {
	heading := between(r, 0, 2*math.Pi)
	start := point{middle.x - length/2*math.Cos(heading), middle.y - length/2*math.Sin(heading)}
	line := walk(r, start, heading, length, .12, 7)
	core, rim := .85, -.3
	if r.Uint64()&1 == 0 {
		core, rim = -.62, .3
	}
	return func(x, y float64, c rgb) rgb {
		d, along, side := line.near(x, y, 3*width)
		if d > 3*width {
			return c
		}
		w := width * (.35 + .65*ramp(0, .2, min(along, 1-along)))
		if side > 0 {
			c = c.times(1 + rim*(1-ramp(w, 2.5*w, d)))
		}
		return c.times(1 + core*(1-ramp(.3*w, w, d)))
	}
}

// stain is a rough-edged spot that multiplies the surface by a colour, a little stronger along its rim, as a
// dried liquid leaves it.
func stain(r *rand.Rand, at point, radius float64, ink rgb) flaw {
	b := newBlob(r, at, radius, .35, .8)
	return func(x, y float64, c rgb) rgb {
		d := b.depth(x, y)
		t := ramp(-.04, .14, d) * (.8 + .2*(1-ramp(.1, .4, d)))
		return c.toward(rgb{c.r * ink.r, c.g * ink.g, c.b * ink.b}, t)
	}
}

// speck is an opaque particle of the given colour with a lit and a shaded side.
func speck(r *rand.Rand, at point, radius float64, colour rgb, sun point) flaw {
	b := newBlob(r, at, radius, .45, .7)
	grainSeed := r.Uint32()
	return func(x, y float64, c rgb) rgb {
		shadow := ramp(-.1, .2, b.depth(x+.35*radius*sun.x, y+.35*radius*sun.y))
		c = c.times(1 - .4*shadow)
		tone := 1 + .35*((x-b.x)*sun.x+(y-b.y)*sun.y)/radius + .25*fractal(grainSeed, x*60, y*60, 2)
		return c.toward(colour.times(tone), ramp(-.05, .15, b.depth(x, y)))
	}
}

// fibre is a curved hair or thread of the given width and colour that lies on the surface and casts a shadow.
func fibre(r *rand.Rand, middle point, length, width float64, colour rgb, sun point) flaw {
	heading := between(r, 0, 2*math.Pi)
	start := point{middle.x - length/2*math.Cos(heading), middle.y - length/2*math.Sin(heading)}
	line := walk(r, start, heading, length, .9, 14)
	return func(x, y float64, c rgb) rgb {
		if d, _, _ := line.near(x+.9*width*sun.x, y+.9*width*sun.y, width); d < width {
			c = c.times(.55 + .45*ramp(.5*width, width, d))
		}
		d, _, _ := line.near(x, y, width)
		if d > width {
			return c
		}
		return c.toward(colour.times(1.15-.5*d/width), 1-ramp(.6*width, width, d))
	}
}
