package augment

import "encoding/binary"

// box is a rectangle of the endless plane that a picture becomes when it is
// reflected at its borders; the picture itself begins at (0,0).
type box struct{ x, y, w, h int }

// translate writes the pixels of b, row by row, to dst: dst(x,y) = src(x+b.x,
// y+b.y), where a coordinate beyond the border of src [size,size,3] is reflected at
// the middle of the outermost pixel. b is no larger than the picture and reaches
// less than its size beyond any border.
func translate(dst, src []uint8, size int, b box) {
	left := min(max(0, -b.x), b.w)         // pixels before the picture
	right := max(min(b.w, size-b.x), left) // and up to its end
	for y := range b.h {
		out := dst[3*b.w*y:]
		in := src[3*size*reflect(y+b.y, size):]
		// A mirrored strip is written before what follows it: what is written beyond
		// its end is overwritten afterwards. Only the last row has nothing after it.
		mirror(out, in, 0, left, -b.x)
		if left < right {
			copy(out[3*left:3*right], in[3*(b.x+left):])
		}
		mirror(out, in, right, b.w, 2*(size-1)-b.x)
	}
}

// mirror writes out's pixels [from,to): pixel x is in's pixel centre-x. Where
// there is room two pixels are moved as one word, which writes two bytes too many.
func mirror(out, in []uint8, from, to, centre int) {
	x := from
	for ; x+1 < to; x += 2 {
		at, of := 3*x, 3*(centre-x-1)
		if at+8 > len(out) || of+8 > len(in) {
			break
		}
		w := binary.LittleEndian.Uint64(in[of:])
		binary.LittleEndian.PutUint64(out[at:], w>>24&0xffffff|w<<24)
	}
	for ; x < to; x++ {
		at, of := 3*x, 3*(centre-x)
		out[at], out[at+1], out[at+2] = in[of], in[of+1], in[of+2]
	}
}

func reflect(i, size int) int {
	if i < 0 {
		return -i
	}
	if i >= size {
		return 2*(size-1) - i
	}
	return i
}
