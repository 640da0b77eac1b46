package augment

// hueGo turns the hue of packed RGB pixels by shift, through Pillow's 8-bit HSV
// and back. The round trip loses colour depth even for a shift of 0, as it does
// in torchvision.
//
// Pillow computes in single and double precision. For every input it arrives at
// the integers below (all 256^3 were compared), except that its hue must be
// followed through single precision: where the exact value is a whole number,
// rounding decides.
func hueGo(pix []uint8, shift uint8) {
	for p := pix; len(p) >= 3; p = p[3:] {
		h, s, v := toHSV(p[0], p[1], p[2])
		p[0], p[1], p[2] = toRGB(h+shift, s, v)
	}
}

// toHSV is Pillow's RGB to HSV. The hue is in units of 1/255 turn.
func toHSV(r, g, b uint8) (h, s, v uint8) {
	v = max(r, g, b)
	chroma := int32(v) - int32(min(r, g, b))
	if chroma == 0 {
		return 0, 0, v
	}
	s = uint8(255 * chroma / int32(v))
	// Sixths of a turn. Of the two channels below the largest one is the
	// smallest, at distance 1; the other's distance is rise.
	var at float32
	switch v {
	case r:
		if b <= g {
			at = 1 - rise(v, g, chroma)
		} else {
			at = rise(v, b, chroma) - 1
		}
	case g:
		if b <= r {
			at = 1 + rise(v, r, chroma)
		} else {
			at = 3 - rise(v, b, chroma)
		}
	default:
		if r <= g {
			at = 3 + rise(v, g, chroma)
		} else {
			at = 5 - rise(v, r, chroma)
		}
	}
	at /= 6
	if at < 0 {
		at++
	}
	return uint8(float32(at * 255)), s, v
}

// rise is how far a channel lies below the largest, as a share of the chroma.
func rise(v, c uint8, chroma int32) float32 { return float32(v-c) / float32(chroma) }

// toRGB is Pillow's HSV to RGB.
func toRGB(h, s, v uint8) (r, g, b uint8) {
	// h*6/255 is a sector and the way through it in 1/255.
	sector, way := int(h)*6/255, int(h)*6%255
	top := int(v)
	low := uint8(top - (2*top*int(s)+255)/510)
	if sector%2 == 0 {
		way = 255 - way
	}
	mid := uint8(top - (2*top*int(s)*way+65025)/130050)
	switch sector {
	case 1:
		return mid, v, low
	case 2:
		return low, v, mid
	case 3:
		return low, mid, v
	case 4:
		return mid, low, v
	case 5:
		return v, low, mid
	}
	return v, mid, low // 0, and 6: a whole turn
}
