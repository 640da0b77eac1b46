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
		// The mirrored strip is written first: a pixel is moved as four bytes,
		// and what the fourth spoils is written afterwards. Only a picture's
		// last row has nothing after it.
		for x := 0; x < -dx; x++ {
			movePixel(out[3*x:], in[3*(-dx-x):])
		}
		copy(out[3*max(0, -dx):3*min(size, size-dx)], in[3*max(0, dx):])
		for x := size - dx; x < size; x++ {
			movePixel(out[3*x:], in[3*(2*(size-1)-x-dx):])
		}
	}
}

// movePixel copies one pixel, and a byte more where there is room.
func movePixel(out, in []uint8) {
	if len(out) >= 4 && len(in) >= 4 {
		binary.LittleEndian.PutUint32(out, binary.LittleEndian.Uint32(in))
		return
	}
	copy(out[:3], in[:3])
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
