package defects

import (
	"math"
	"math/rand/v2"
)

// point is one of a glyph: x to the right, y down, both about -1 to 1.
type point struct{ x, y float64 }

// glyphs are the digits as somebody writes them, each a few strokes.
var glyphs = [10][][]point{
	0: {arc(0, 0, 0.55, 0.9, 0, 360)},
	1: {{{-0.35, -0.5}, {0.05, -0.9}, {0.05, 0.9}}},
	2: {append(arc(0, -0.42, 0.5, 0.48, 180, 400), point{-0.55, 0.9}, point{0.58, 0.9})},
	3: {arc(0, -0.46, 0.45, 0.44, 200, 450), arc(0, 0.44, 0.53, 0.46, 270, 520)},
	4: {{{0.25, 0.9}, {0.25, -0.9}, {-0.55, 0.35}, {0.6, 0.35}}},
	5: {{{0.48, -0.9}, {-0.38, -0.9}, {-0.42, -0.1}}, arc(0, 0.32, 0.53, 0.58, 220, 505)},
	6: {arc(0.5, 0.42, 1.02, 1.32, 262, 180), arc(0, 0.42, 0.52, 0.48, 0, 360)},
	7: {{{-0.5, -0.9}, {0.52, -0.9}, {-0.1, 0.9}}},
	8: {arc(0, -0.45, 0.42, 0.45, 0, 360), arc(0, 0.45, 0.52, 0.45, 0, 360)},
	9: {arc(-0.5, -0.42, 1.02, 1.32, 82, 0), arc(0, -0.42, 0.52, 0.48, 0, 360)},
}

// arc is a part of an ellipse, as a line of short pieces, between two angles in
// degrees: 0 is right, 90 down.
func arc(x, y, rx, ry, from, to float64) []point {
	n := int(math.Ceil(math.Abs(to-from) / 10))
	line := make([]point, n+1)
	for i := range line {
		sin, cos := math.Sincos((from + (to-from)*float64(i)/float64(n)) * math.Pi / 180)
		line[i] = point{x + rx*cos, y + ry*sin}
	}
	return line
}

// newDigit draws how a digit is written this time: squeezed or stretched, slanted,
// leaning, thin or thick. Strokes are at least 1.5 pixels wide at a diameter in
// pixels, so that none breaks.
func newDigit(digit int, r *rand.Rand, diameter int) shape {
	stretch, slant := between(r, 0.8, 1.2), between(r, -0.2, 0.2)
	sin, cos := math.Sincos(between(r, -15, 15) * math.Pi / 180)
	half := max(between(r, 0.1, 0.18), 1.5/float64(diameter))

	var lines [][]point
	reach := 0.0 // of the farthest stroke's middle
	for _, stroke := range glyphs[digit] {
		line := make([]point, len(stroke))
		for i, p := range stroke {
			x, y := stretch*p.x+slant*p.y, p.y
			line[i] = point{cos*x - sin*y, sin*x + cos*y}
			reach = max(reach, math.Hypot(line[i].x, line[i].y))
		}
		lines = append(lines, line)
	}
	scale := (1 - half) / reach
	for _, line := range lines {
		for i := range line {
			line[i].x, line[i].y = scale*line[i].x, scale*line[i].y
		}
	}
	return func(x, y float64) bool {
		for _, line := range lines {
			for i := range len(line) - 1 {
				if near(line[i], line[i+1], point{x, y}, half) {
					return true
				}
			}
		}
		return false
	}
}

// near reports whether p is within a distance of the piece of line from a to b.
func near(a, b, p point, distance float64) bool {
	dx, dy := b.x-a.x, b.y-a.y
	t := min(max(((p.x-a.x)*dx+(p.y-a.y)*dy)/(dx*dx+dy*dy), 0), 1)
	x, y := p.x-a.x-t*dx, p.y-a.y-t*dy
	return x*x+y*y <= distance*distance
}
