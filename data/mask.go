package data

import "fmt"

// Mask is where a picture's defect is: On is [H,W] row-major, 1 there and 0
// elsewhere.
type Mask struct {
	W, H int
	On   []uint8
}

// ReadMask reads a mask as [DecodeMask] does.
func ReadMask(path string, maxPixels int) (*Mask, error) {
	w, h, on, err := DecodeMask(path, maxPixels)
	if err != nil {
		return nil, err
	}
	m := &Mask{w, h, make([]uint8, len(on))}
	for i, v := range on {
		if v {
			m.On[i] = 1
		}
	}
	return m, nil
}

// Empty says whether it marks nothing.
func (m *Mask) Empty() bool {
	for _, v := range m.On {
		if v != 0 {
			return false
		}
	}
	return true
}

// Resize brings a mask to another size by nearest pixels, Pillow's NEAREST: each
// pixel is that of the old ones which its centre lies in. Where it gets smaller,
// fine parts may be lost and regions be joined. It panics if w or h is below 1.
func (m *Mask) Resize(w, h int) *Mask {
	if w < 1 || h < 1 {
		panic(fmt.Sprintf("data: a mask of %d x %d", w, h))
	}
	out := &Mask{w, h, make([]uint8, w*h)}
	for y := range h {
		row := m.On[(2*y+1)*m.H/(2*h)*m.W:][:m.W]
		for x := range w {
			out.On[y*w+x] = row[(2*x+1)*m.W/(2*w)]
		}
	}
	return out
}
