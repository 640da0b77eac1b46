package augment

import "fmt"

// Painter carries plans out on pictures of one size. It owns scratch memory, so
// every goroutine needs its own; painting allocates nothing.
type Painter struct {
	size  int
	patch []uint8 // the cut, jittered, before it is pasted
}

// NewPainter paints square pictures of size pixels.
func NewPainter(size int) *Painter {
	if size < 1 {
		panic(fmt.Sprintf("augment: size %d", size))
	}
	return &Painter{size: size, patch: make([]uint8, size*size*3)}
}

// Paint makes the views of one source picture: dst[i] becomes plans[i] carried
// out on src. All are RGB bytes [S,S,3] and none may overlap another. Views with
// equal bases share the work on the whole picture.
//
// It panics if a length is wrong or a plan does not fit the picture; plans of a
// Planner of the same size always do.
func (p *Painter) Paint(dst [][]uint8, src []uint8, plans []Plan) {
	p.check(dst, src, plans)
	for i := range plans {
		if first := sameBase(plans, i); first < i {
			continue // copied when the first of its kind was made
		}
		translate(dst[i], src, p.size, int(plans[i].DX), int(plans[i].DY))
		plans[i].Jitter.apply(dst[i])
		for k := i + 1; k < len(plans); k++ {
			if plans[k].Base == plans[i].Base {
				copy(dst[k], dst[i])
			}
		}
	}
	for i := range plans {
		if plans[i].W > 0 {
			p.paste(dst[i], &plans[i].Paste)
		}
	}
}

// sameBase is the first plan whose base is that of plans[i].
func sameBase(plans []Plan, i int) int {
	for k := range i {
		if plans[k].Base == plans[i].Base {
			return k
		}
	}
	return i
}

// paste cuts out of pix, jitters the cut and writes it where it belongs.
func (p *Painter) paste(pix []uint8, m *Paste) {
	stride := 3 * p.size
	cutW, cutH := int(m.CutW), int(m.CutH)
	row := 3 * cutW
	cut := p.patch[:row*cutH]
	for v := range cutH {
		copy(cut[v*row:(v+1)*row], pix[(int(m.CutY)+v)*stride+3*int(m.CutX):])
	}
	m.Patch.apply(cut)

	w, h := int(m.W), int(m.H)
	if m.Map == straight(cutW, cutH).m && w == cutW && h == cutH {
		for y := range h {
			copy(pix[(int(m.Y)+y)*stride+3*int(m.X):], cut[y*row:(y+1)*row])
		}
		return
	}
	for y := range m.H {
		at := (int(m.Y)+int(y))*stride + 3*int(m.X)
		line := pix[at : at+3*w]
		u, v := m.Map[1]*y+m.Map[2], m.Map[4]*y+m.Map[5]
		for ; len(line) >= 3; line = line[3:] {
			// Unsigned, so that one comparison finds both sides.
			if cu, cv := uint32(u>>16), uint32(v>>16); cu < uint32(m.CutW) && cv < uint32(m.CutH) {
				from := cut[int(cv)*row+3*int(cu):]
				line[0], line[1], line[2] = from[0], from[1], from[2]
			}
			u += m.Map[0]
			v += m.Map[3]
		}
	}
}

// check finds what a caller got wrong before a byte is written.
func (p *Painter) check(dst [][]uint8, src []uint8, plans []Plan) {
	if len(dst) != len(plans) {
		panic(fmt.Sprintf("augment: %d pictures for %d plans", len(dst), len(plans)))
	}
	bytes := p.size * p.size * 3
	if len(src) != bytes {
		panic(fmt.Sprintf("augment: source of %d bytes, want %d for %d px", len(src), bytes, p.size))
	}
	n := int32(p.size)
	for i := range plans {
		if len(dst[i]) != bytes {
			panic(fmt.Sprintf("augment: picture of %d bytes, want %d for %d px", len(dst[i]), bytes, p.size))
		}
		a, m := &plans[i], &plans[i].Paste
		ok := max(a.DX, -a.DX, a.DY, -a.DY) < n && a.Jitter.valid() && m.Patch.valid() &&
			inside(m.X, m.W, n) && inside(m.Y, m.H, n) && inside(m.CutX, m.CutW, n) && inside(m.CutY, m.CutH, n)
		if !ok {
			panic(fmt.Sprintf("augment: plan does not fit %d px: %+v", p.size, *a))
		}
	}
}

func inside(at, length, size int32) bool { return at >= 0 && length >= 0 && at+length <= size }
