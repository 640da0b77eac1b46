package augment

import "fmt"

// Painter carries plans out on pictures of one size. It owns scratch memory, so
// every goroutine needs its own; painting allocates nothing.
type Painter struct {
	size  int     // of the source
	input int     // of what is painted
	patch []uint8 // the cut, jittered, before it is pasted
	strip []uint8 // rows of a picture whose mean is taken; none where there are no crops
}

// NewPainter paints out of square pictures of size pixels those of input pixels,
// crops or for input=size whole ones. An input that is not 1 to size panics.
func NewPainter(size, input int) *Painter {
	checkSizes(size, input)
	p := &Painter{size: size, input: input, patch: make([]uint8, input*input*3)}
	if input < size {
		p.strip = make([]uint8, 3*size*min(size, max(1, stripBytes/(3*size))))
	}
	return p
}

// Paint makes the views of one source picture: dst[i], RGB bytes [I,I,3], becomes
// plans[i] carried out on src, [S,S,3]. None may overlap another. Views with equal
// bases share the work on the whole picture.
//
// It panics if a length is wrong or a plan does not fit the picture; plans of a
// Planner of the same sizes always do.
func (p *Painter) Paint(dst [][]uint8, src []uint8, plans []Plan) {
	p.check(dst, src, plans)
	for i := range plans {
		if first := sameBase(plans, i); first < i {
			continue // copied when the first of its kind was made
		}
		p.base(dst[i], src, &plans[i].Base)
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
	stride := 3 * p.input
	cutW, cutH := int(m.CutW), int(m.CutH)
	row := 3 * cutW
	cut := p.patch[:row*cutH]
	for v := range cutH {
		copy(cut[v*row:(v+1)*row], pix[(int(m.CutY)+v)*stride+3*int(m.CutX):])
	}
	m.Patch.apply(cut)
	if m.Fill != 0 {
		r, g, b := m.Fill.RGB()
		for p := cut; len(p) >= 3; p = p[3:] {
			p[0], p[1], p[2] = r, g, b
		}
	}

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
	if want := p.size * p.size * 3; len(src) != want {
		panic(fmt.Sprintf("augment: source of %d bytes, want %d for %d px", len(src), want, p.size))
	}
	size, n := int32(p.size), int32(p.input)
	for i := range plans {
		if want := p.input * p.input * 3; len(dst[i]) != want {
			panic(fmt.Sprintf("augment: picture of %d bytes, want %d for %d px", len(dst[i]), want, p.input))
		}
		a, m := &plans[i], &plans[i].Paste
		ok := max(a.DX, -a.DX, a.DY, -a.DY) < size && a.Jitter.valid() && m.Patch.valid() &&
			inside(a.CropX, n, size) && inside(a.CropY, n, size) &&
			inside(m.X, m.W, n) && inside(m.Y, m.H, n) && inside(m.CutX, m.CutW, n) && inside(m.CutY, m.CutH, n)
		if !ok {
			panic(fmt.Sprintf("augment: plan does not fit %d px of %d px: %+v", n, size, *a))
		}
	}
}

func inside(at, length, size int32) bool { return at >= 0 && length >= 0 && at+length <= size }
