package augment

import "math"

// turned is the picture of a w x h cut rotated by some degrees: the size of its
// bounding box and the map from the box's pixels to the cut's (see Paste.Map).
type turned struct {
	w, h int
	m    [6]int32
}

// straight is a cut that is not rotated.
func straight(w, h int) turned {
	return turned{w, h, [6]int32{1 << 16, 0, 1 << 15, 0, 1 << 16, 1 << 15}}
}

// turn rotates counter-clockwise about the centre and expands the box to hold
// the whole result, as Pillow's Image.rotate(degrees, expand=True) does: the
// same box and, pixel by pixel, the same source.
func turn(w, h int, degrees float64) turned {
	a := -degrees * math.Pi / 180
	// 15 decimals, so that a right angle has a cosine of 0.
	cos, sin := round15(math.Cos(a)), round15(math.Sin(a))
	fw, fh := float64(w), float64(h)
	cx, cy := fw/2, fh/2

	// The inverse map takes a pixel of the result to its source:
	// u = cos*x + sin*y + tx, v = -sin*x + cos*y + ty, centre to centre.
	// Products are rounded one by one (float64(...)) so that no processor fuses
	// them into something else.
	tx := float64(cos*-cx) + float64(sin*-cy) + cx
	ty := float64(-sin*-cx) + float64(cos*-cy) + cy
	var x, y [4]float64
	for i, p := range [4][2]float64{{0, 0}, {fw, 0}, {fw, fh}, {0, fh}} {
		x[i] = float64(cos*p[0]) + float64(sin*p[1]) + tx
		y[i] = float64(-sin*p[0]) + float64(cos*p[1]) + ty
	}
	nw := int(math.Ceil(max(x[0], x[1], x[2], x[3])) - math.Floor(min(x[0], x[1], x[2], x[3])))
	nh := int(math.Ceil(max(y[0], y[1], y[2], y[3])) - math.Floor(min(y[0], y[1], y[2], y[3])))

	// The box's centre goes to the cut's centre.
	ox, oy := -float64(nw-w)/2, -float64(nh-h)/2
	tx, ty = float64(cos*ox)+float64(sin*oy)+tx, float64(-sin*ox)+float64(cos*oy)+ty
	return turned{nw, nh, [6]int32{
		fixed(cos), fixed(sin), fixed(tx + float64(cos*0.5) + float64(sin*0.5)),
		fixed(-sin), fixed(cos), fixed(ty + float64(-sin*0.5) + float64(cos*0.5)),
	}}
}

func round15(v float64) float64 { return math.RoundToEven(v*1e15) / 1e15 }

// fixed is v in 16.16 fixed point, rounded.
func fixed(v float64) int32 { return int32(math.Floor(v*65536 + 0.5)) }

// turnInside is turn for a result that must fit into size x size. A cut whose
// rotated box is larger is made smaller, keeping its shape as far as whole
// pixels allow; it returns the sides it ended with. Only a picture of a single
// pixel cannot hold the smallest box; its box is clipped by the caller.
func turnInside(w, h int, degrees float64, size int) (int, int, turned) {
	t := turn(w, h, degrees)
	if t.w <= size && t.h <= size {
		return w, h, t
	}
	scale := float64(size) / float64(max(t.w, t.h))
	w, h = max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
	for t = turn(w, h, degrees); (t.w > size || t.h > size) && w*h > 1; t = turn(w, h, degrees) {
		// Rounding up to whole pixels left the box a pixel or two too large.
		if w >= h {
			w--
		} else {
			h--
		}
	}
	return w, h, t
}
