package data

import "slices"

// Resize returns src in w x h pixels by antialiased bilinear interpolation,
// the same as Pillow's Image.resize((w, h), BILINEAR) to the bit: a triangle
// as wide as the step between output pixels when shrinking (so that every
// input pixel counts) and as wide as an input pixel when enlarging.
//
// Two passes, as the triangle is a product: along rows into bytes, then along
// columns; the other way round where columns shrink by more than twice as many
// pixels as rows do, as Pillow does since version 13 (it is faster; older
// versions differ there by a level here and there). Weights are fixed-point
// integers of weightBits, sums are rounded to the nearest byte after each pass.
// A pass that would not change the size is left out, so resizing to the same
// size is a copy.
//
// It panics if w or h is below 1 or src is empty.
func Resize(src *Image, w, h int) *Image {
	if w < 1 || h < 1 || src.W < 1 || src.H < 1 {
		panic("data: Resize needs sizes of at least 1")
	}
	pix := src.Pix
	switch {
	case w == src.W && h == src.H:
		pix = slices.Clone(pix)
	case h < src.H && src.H-h > 2*(src.W-w):
		pix = resizeColumns(pix, src.W, src.H, h)
		pix = resizeRows(pix, src.W, h, w)
	default:
		pix = resizeRows(pix, src.W, src.H, w)
		pix = resizeColumns(pix, w, src.H, h)
	}
	return &Image{W: w, H: h, Pix: pix}
}

// weightBits is how many bits a weight has: 32, less 8 for a pixel's value and
// 2 to spare, as in Pillow.
const weightBits = 32 - 8 - 2

const half = 1 << (weightBits - 1)

// taps are the input pixels that one output pixel is made of.
type taps struct {
	first   int
	weights []int32 // sum to 1<<weightBits, nearly
}

// triangle makes the taps for going from in to out pixels.
//
// Each product is rounded by itself (float64(...)): a fused multiply-add, which
// Go may use on some processors, would move a weight by one now and then.
func triangle(in, out int) []taps {
	scale := float64(in) / float64(out)
	support := max(scale, 1) // half the triangle's base
	inverse := 1 / support
	all := make([]taps, out)
	store := make([]int32, 0, out*(2*int(support)+3))
	var w []float64
	for x := range all {
		centre := float64((float64(x) + 0.5) * scale)
		first := max(int(centre-support+0.5), 0)
		end := min(int(centre+support+0.5), in)
		w = w[:0]
		sum := 0.0
		for i := first; i < end; i++ {
			d := float64((float64(i) - centre + 0.5) * inverse)
			v := max(1-max(d, -d), 0)
			w = append(w, v)
			sum += v
		}
		from := len(store)
		for _, v := range w {
			store = append(store, int32(0.5+float64(v/sum*(1<<weightBits))))
		}
		all[x] = taps{first, store[from:len(store):len(store)]}
	}
	return all
}

// resizeRows turns h rows of in pixels into h rows of out pixels.
func resizeRows(pix []uint8, in, h, out int) []uint8 {
	if in == out {
		return pix
	}
	all := triangle(in, out)
	dst := make([]uint8, 3*out*h)
	for y := range h {
		src, to := pix[3*in*y:3*in*(y+1)], dst[3*out*y:3*out*(y+1)]
		for x, t := range all {
			s := src[3*t.first:]
			r, g, b := int32(half), int32(half), int32(half)
			for _, w := range t.weights {
				r += int32(s[0]) * w
				g += int32(s[1]) * w
				b += int32(s[2]) * w
				s = s[3:]
			}
			to[3*x], to[3*x+1], to[3*x+2] = toByte(r), toByte(g), toByte(b)
		}
	}
	return dst
}

// resizeColumns turns in rows of w pixels into out rows of w pixels. Sums are
// kept for a whole row, so that memory is read along rows.
func resizeColumns(pix []uint8, w, in, out int) []uint8 {
	if in == out {
		return pix
	}
	row := 3 * w
	sums := make([]int32, row)
	dst := make([]uint8, row*out)
	for y, t := range triangle(in, out) {
		for i := range sums {
			sums[i] = half
		}
		for k, weight := range t.weights {
			src := pix[row*(t.first+k) : row*(t.first+k+1)]
			for i, v := range src[:len(sums)] {
				sums[i] += int32(v) * weight
			}
		}
		to := dst[row*y : row*(y+1)]
		for i, s := range sums[:len(to)] {
			to[i] = toByte(s)
		}
	}
	return dst
}

// toByte takes a sum to a byte. Weights rounded upwards can lift it over 255.
func toByte(sum int32) uint8 { return uint8(min(sum>>weightBits, 255)) }
