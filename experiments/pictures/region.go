package pictures

import "image"

// region is a part of a picture: rows of this width, true for what is in it.
type region struct {
	width, height int
	in            []bool
}

// maskRegion is what a mask marks.
func maskRegion(mask []uint8, width, height int) region {
	r := region{width, height, make([]bool, len(mask))}
	for i, v := range mask {
		r.in[i] = v != 0
	}
	return r
}

// found is where a map is at or above a threshold; NaN is not.
func found(scores []float32, threshold float64, width, height int) region {
	r := region{width, height, make([]bool, len(scores))}
	for i, v := range scores {
		r.in[i] = float64(v) >= threshold
	}
	return r
}

func (r region) has(x, y int) bool {
	return x >= 0 && x < r.width && y >= 0 && y < r.height && r.in[y*r.width+x]
}

// enlarged makes a square of factor x factor of every pixel.
func (r region) enlarged(factor int) region {
	out := region{factor * r.width, factor * r.height, make([]bool, factor*factor*len(r.in))}
	for i := range out.in {
		out.in[i] = r.has(i%out.width/factor, i/out.width/factor)
	}
	return out
}

// near tells whether a pixel at most this many rows and columns from (x,y) is in
// the region, where that is wanted, or not in it.
func (r region) near(x, y, far int, wanted bool) bool {
	for dy := -far; dy <= far; dy++ {
		for dx := -far; dx <= far; dx++ {
			if r.has(x+dx, y+dy) == wanted {
				return true
			}
		}
	}
	return false
}

// outline draws a line along the border of a region whose upper left corner is at,
// on the pixels that are just inside of it. A halo, if there is one, goes around on
// the pixels just outside: on whatever the line cannot be told from, the halo can.
// Nothing is drawn outside of the region's rectangle.
func (c *canvas) outline(r region, at image.Point, line rgb, halo bool) {
	for y := range r.height {
		for x := range r.width {
			switch {
			case r.has(x, y):
				if r.near(x, y, c.unit, false) {
					c.set(at.X+x, at.Y+y, line)
				}
			case halo && r.near(x, y, c.unit, true):
				c.set(at.X+x, at.Y+y, black)
			}
		}
	}
}

// tint lays a colour over a region, half covering.
func (c *canvas) tint(r region, at image.Point, colour rgb) {
	for y := range r.height {
		for x := range r.width {
			if r.has(x, y) {
				c.set(at.X+x, at.Y+y, colour.over(c.get(at.X+x, at.Y+y), 50))
			}
		}
	}
}
