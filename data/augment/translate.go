package augment

import "encoding/binary"

// translate writes src, moved by (dx,dy), to dst: dst(x,y) = src(x+dx, y+dy),
// where a coordinate beyond the border is reflected at the middle of the
// outermost pixel. |dx| and |dy| are below size.
func translate(dst, src []uint8, size, dx, dy int) {
	stride := 3 * size
	for y := range size {
		out := dst[y*stride:]
		in := src[reflect(y+dy, size)*stride:]
		// The mirrored strip is written first: what is written beyond its end
		// is overwritten afterwards. Only a picture's last row has nothing
		// after it.
		mirror(out, in, 0, max(0, -dx), -dx)
		copy(out[3*max(0, -dx):3*min(size, size-dx)], in[3*max(0, dx):])
		mirror(out, in, size-max(0, dx), size, 2*(size-1)-dx)
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
