package synth

import (
	"math"
	"math/rand/v2"
)

// rgb is a surface colour: 0 is black, 1 is white under full light.
type rgb struct{ r, g, b float64 }

func (c rgb) times(k float64) rgb { return rgb{c.r * k, c.g * k, c.b * k} }

func (c rgb) plus(k float64) rgb { return rgb{c.r + k, c.g + k, c.b + k} }

// toward goes from c (t = 0) to d (t = 1).
func (c rgb) toward(d rgb, t float64) rgb {
	return rgb{c.r + (d.r-c.r)*t, c.g + (d.g-c.g)*t, c.b + (d.b-c.b)*t}
}

// point is a place on the unit square, y downwards.
type point struct{ x, y float64 }

// ramp is 0 below lo, 1 above hi, and smooth between.
func ramp(lo, hi, v float64) float64 {
	t := min(max((v-lo)/(hi-lo), 0), 1)
	return t * t * (3 - 2*t)
}

// pose is a small turn, shift and scale about the middle of the picture.
type pose struct{ cos, sin, scale, dx, dy float64 }

// newPose draws a pose within the given limits: radians, a fraction of the picture, a fraction of the size.
func newPose(r *rand.Rand, turn, shift, scale float64) pose {
	a := between(r, -turn, turn)
	return pose{
		cos: math.Cos(a), sin: math.Sin(a), scale: 1 + between(r, -scale, scale),
		dx: between(r, -shift, shift), dy: between(r, -shift, shift),
	}
}

// local maps a point of the picture to the subject's own coordinates, with the subject's middle at (0, 0).
func (p pose) local(x, y float64) (float64, float64) {
	x, y = (x-.5-p.dx)/p.scale, (y-.5-p.dy)/p.scale
	return x*p.cos + y*p.sin, y*p.cos - x*p.sin
}

// picture is the inverse of local.
func (p pose) picture(x, y float64) (float64, float64) {
	return (x*p.cos-y*p.sin)*p.scale + .5 + p.dx, (x*p.sin+y*p.cos)*p.scale + .5 + p.dy
}

// path is a polyline with its bounding box.
type path struct {
	points   []point
	min, max point
}

func newPath(points []point) *path {
	p := &path{points: points, min: points[0], max: points[0]}
	for _, q := range points[1:] {
		p.min = point{min(p.min.x, q.x), min(p.min.y, q.y)}
		p.max = point{max(p.max.x, q.x), max(p.max.y, q.y)}
	}
	return p
}

// walk draws a path of the given length that starts at from in direction heading (radians) and bends at random:
// by up to wobble radians at each of its steps, which pull back towards the heading.
func walk(r *rand.Rand, from point, heading, length, wobble float64, steps int) *path {
	points := make([]point, 0, steps+1)
	points = append(points, from)
	off := 0.0
	for range steps {
		off = .6*off + between(r, -wobble, wobble)
		from.x += length / float64(steps) * math.Cos(heading+off)
		from.y += length / float64(steps) * math.Sin(heading+off)
		points = append(points, from)
	}
	return newPath(points)
}

// near returns the distance from (x, y) to the path, the place along it (0 at its start, 1 at its end) and on
// which side the point lies (positive: to the right when looking along the path). Beyond reach it gives up and
// returns +Inf.
func (p *path) near(x, y, reach float64) (dist, along, side float64) {
	dist = math.Inf(1)
	if x < p.min.x-reach || x > p.max.x+reach || y < p.min.y-reach || y > p.max.y+reach {
		return dist, 0, 0
	}
	for i, a := range p.points[:len(p.points)-1] {
		b := p.points[i+1]
		dx, dy := b.x-a.x, b.y-a.y
		t := min(max(((x-a.x)*dx+(y-a.y)*dy)/(dx*dx+dy*dy), 0), 1)
		if d := math.Hypot(x-a.x-t*dx, y-a.y-t*dy); d < dist {
			dist = d
			along = (float64(i) + t) / float64(len(p.points)-1)
			side = dx*(y-a.y) - dy*(x-a.x)
		}
	}
	return dist, along, side
}

// blob is a rough-edged ellipse.
type blob struct {
	x, y       float64
	rx, ry     float64 // its half axes before roughness
	cos, sin   float64
	rough, fat float64 // depth of the ragged edge and size of its bumps, as fractions of the radius
	seed       uint32
}

func newBlob(r *rand.Rand, at point, radius, rough, fat float64) blob {
	a, stretch := between(r, 0, math.Pi), between(r, 1, 1.35)
	return blob{
		x: at.x, y: at.y, rx: radius * stretch, ry: radius / stretch,
		cos: math.Cos(a), sin: math.Sin(a), rough: rough, fat: fat, seed: r.Uint32(),
	}
}

// depth is positive inside (1 in the middle), 0 on the edge and negative outside.
func (b *blob) depth(x, y float64) float64 {
	x, y = x-b.x, y-b.y
	u, v := (x*b.cos+y*b.sin)/b.rx, (y*b.cos-x*b.sin)/b.ry
	d := math.Sqrt(u*u + v*v)
	if d > 1+b.rough {
		return 1 - d
	}
	return 1 - d + b.rough*fractal(b.seed, u/b.fat, v/b.fat, 3)
}
