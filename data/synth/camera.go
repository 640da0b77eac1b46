package synth

import (
	"math"
	"math/rand/v2"
)

// shader is a surface: its colour at a point of the unit square.
type shader func(x, y float64) rgb

// camera is everything between a surface and the bytes of its picture. It is drawn anew for every picture and is
// most of what makes the normal pictures differ.
type camera struct {
	exposure         float64
	tint             rgb     // white balance, about 1
	slopeX, slopeY   float64 // how the light falls off across the picture
	vignette         float64
	shade            float64 // depth of a broad soft shadow behind a straight edge
	shadeCos         float64
	shadeSin         float64
	shadeAt, shadeTo float64 // where that edge begins and ends
	glare, glareSize float64 // a soft reflection
	glareAt          point
	blur             float64 // radius as a fraction of the picture's side
	noise            float64 // standard deviation in grey levels
}

func newCamera(r *rand.Rand) *camera {
	a := between(r, 0, 2*math.Pi)
	c := &camera{
		exposure: between(r, .72, 1.06),
		tint:     rgb{1 + between(r, -.06, .06), 1 + between(r, -.03, .03), 1 + between(r, -.06, .06)},
		slopeX:   between(r, -.22, .22), slopeY: between(r, -.22, .22),
		vignette: between(r, 0, .22),
		shade:    between(r, 0, .22), shadeCos: math.Cos(a), shadeSin: math.Sin(a), shadeAt: between(r, -.45, .45),
		glare: between(r, 0, .11), glareSize: between(r, .15, .4), glareAt: point{between(r, 0, 1), between(r, 0, 1)},
		blur: between(r, .002, .010), noise: between(r, 1, 2.5),
	}
	c.shadeTo = c.shadeAt + between(r, .12, .4)
	return c
}

// light returns the factor and the offset that the illumination applies to a surface at (x, y).
func (c *camera) light(x, y float64) (gain, offset float64) {
	x, y = x-.5, y-.5
	gain = c.exposure * (1 + c.slopeX*x + c.slopeY*y) * (1 - c.vignette*2*(x*x+y*y))
	gain *= 1 - c.shade*ramp(c.shadeAt, c.shadeTo, x*c.shadeCos+y*c.shadeSin)
	gx, gy := (x+.5-c.glareAt.x)/c.glareSize, (y+.5-c.glareAt.y)/c.glareSize
	q := 1 + gx*gx + gy*gy
	return gain, c.glare / (q * q)
}

// take photographs a surface: size x size pixels of RGB bytes. noise is read in pixel order, three deviates a
// pixel and one for all three channels.
func (c *camera) take(surface shader, size int, noise *rand.Rand) []uint8 {
	lit := c.expose(surface, size)
	soften(lit, size, c.blur*float64(size))
	pix := make([]uint8, len(lit))
	for i := 0; i < len(lit); i += 3 {
		common := .8 * normal(noise)
		for k := range 3 {
			v := 255*lit[i+k] + c.noise*(common+.6*normal(noise)) // .8*.8 + .6*.6 = 1
			pix[i+k] = uint8(min(max(v, 0), 255) + .5)
		}
	}
	return pix
}

// expose averages the lit surface over every pixel: float64 RGB, 1 is white. It looks at 2 x 2 points a pixel or
// more: never at fewer than 192 a side, so that a small picture is the antialiased view of a large one.
func (c *camera) expose(surface shader, size int) []float64 {
	n := max(2, (192+size-1)/size)
	step := 1 / float64(size*n)
	lit := make([]float64, 3*size*size)
	for row := range size {
		for col := range size {
			var sum rgb
			for j := range n {
				y := (float64(row*n+j) + .5) * step
				for i := range n {
					p := surface((float64(col*n+i)+.5)*step, y)
					sum.r += p.r
					sum.g += p.g
					sum.b += p.b
				}
			}
			gain, offset := c.light((float64(col)+.5)/float64(size), (float64(row)+.5)/float64(size))
			gain /= float64(n * n)
			o := lit[3*(row*size+col):]
			o[0] = (sum.r*gain + offset) * c.tint.r
			o[1] = (sum.g*gain + offset) * c.tint.g
			o[2] = (sum.b*gain + offset) * c.tint.b
		}
	}
	return lit
}

// soften blurs in place with a bell of the given radius in pixels, first along rows, then along columns; the
// border repeats. A radius of one pixel or less reaches no neighbour and leaves the picture as it is.
func soften(pix []float64, size int, radius float64) {
	reach := int(math.Ceil(radius)) - 1
	if reach < 1 {
		return
	}
	weights := make([]float64, reach+1)
	total := 0.0
	for k := range weights {
		t := float64(k) / radius
		weights[k] = (1 - t*t) * (1 - t*t)
		total += weights[k]
		if k > 0 {
			total += weights[k]
		}
	}
	line := make([]float64, size)
	pass := func(start, stride int) {
		for i := range line {
			line[i] = pix[start+i*stride]
		}
		for i := range line {
			sum := weights[0] * line[i]
			for k := 1; k <= reach; k++ {
				sum += weights[k] * (line[max(i-k, 0)] + line[min(i+k, size-1)])
			}
			pix[start+i*stride] = sum / total
		}
	}
	for i := range size {
		for k := range 3 {
			pass(3*i*size+k, 3)
		}
	}
	for i := range size {
		for k := range 3 {
			pass(3*i+k, 3*size)
		}
	}
}
