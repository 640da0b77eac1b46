package augment

// blendGo carries steps out on packed RGB pixels and returns the sum of the
// resulting greys. It is the plain form of the kernels, and what runs where
// there is no faster one: everything that treats the channels alike is folded
// into tables of 256, so that a pass costs a table look-up a byte.
func blendGo(pix []uint8, steps []blend, sum bool) int {
	var table, after [256]uint8
	for len(steps) > 0 {
		n := foldBlends(&table, steps)
		if n == len(steps) {
			for i, v := range pix {
				pix[i] = table[v]
			}
			break
		}
		// steps[n] is a saturation; what follows it, up to the next one, is
		// folded into the table that also holds its result within 0..255.
		by := int(steps[n].by)
		m := foldBlends(&after, steps[n+1:])
		var hold [1024]uint8 // index: value + 255; a blend of bytes is within [-255, 510]
		for i := range hold {
			hold[i] = after[min(max(i-255, 0), 255)]
		}
		for p := pix; len(p) >= 3; p = p[3:] {
			r, g, b := table[p[0]], table[p[1]], table[p[2]]
			l := grey(r, g, b)
			p[0] = hold[(255+l+(int(r)-l)*by>>12)&1023]
			p[1] = hold[(255+l+(int(g)-l)*by>>12)&1023]
			p[2] = hold[(255+l+(int(b)-l)*by>>12)&1023]
		}
		steps = steps[n+1+m:]
	}
	if !sum {
		return 0
	}
	total := 0
	for p := pix; len(p) >= 3; p = p[3:] {
		total += grey(p[0], p[1], p[2])
	}
	return total
}

// foldBlends fills table with the leading steps that treat all channels alike,
// and returns how many they are.
func foldBlends(table *[256]uint8, steps []blend) int {
	for i := range table {
		table[i] = uint8(i)
	}
	for n, s := range steps {
		if s.grey != 0 {
			return n
		}
		m, by := int(s.mean), int(s.by)
		for i, c := range table {
			table[i] = uint8(min(max(m+(int(c)-m)*by>>12, 0), 255))
		}
	}
	return len(steps)
}
