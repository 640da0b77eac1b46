package pictures

import "image"

// barHeight is that of a colour bar with its frame, in units.
const barHeight = 14

// bar draws a colour bar with its numbers: the ends of the scale, and round ones
// between them where there is room. Its colours are those of the map over a picture of
// middle grey, since that is what maps look like. A mark stands at the threshold.
func (c *canvas) bar(m Map, at image.Point, width int) {
	u := c.unit
	frame := image.Rect(at.X, at.Y, at.X+width, at.Y+barHeight*u)
	c.fill(frame, ink)
	inner := frame.Inset(u)
	for x := inner.Min.X; x < inner.Max.X; x++ {
		place := float64(x-inner.Min.X) / float64(inner.Dx()-1)
		c.fill(image.Rect(x, inner.Min.Y, x+1, inner.Max.Y), heatOver(place, 128))
	}
	if !m.Scale.usable() {
		return
	}

	round, step := ticks(m.Scale.Low, m.Scale.High)
	base := frame.Max.Y + 16*u
	column := func(v float64) int {
		return inner.Min.X + int(m.Scale.place(v)*float64(inner.Dx()-1)+0.5)
	}
	low, high := number(m.Scale.Low, step, 1), number(m.Scale.High, step, 1)
	from := c.write(low, frame.Min.X, base, width, c.plain) + 6*u
	to := frame.Max.X - widthOf(high, c.plain)
	c.write(high, to, base, width, c.plain)
	for _, v := range round {
		x := column(v)
		c.fill(image.Rect(x, frame.Max.Y, x+u, frame.Max.Y+3*u), ink)
		text := number(v, step, 0)
		w := widthOf(text, c.plain)
		if x-w/2 < from || x-w/2+w > to-6*u {
			continue
		}
		from = c.write(text, x-w/2, base, w, c.plain) + 6*u
	}

	if m.Threshold != nil && *m.Threshold >= m.Scale.Low && *m.Threshold <= m.Scale.High {
		x := column(*m.Threshold)
		c.fill(image.Rect(x-2*u, frame.Min.Y-3*u, x+3*u, frame.Max.Y), black)
		c.fill(image.Rect(x-u, frame.Min.Y-2*u, x+2*u, frame.Max.Y-u), orange)
	}
}

// key draws a small square as a mask or what is found looks, and says what it is.
func (c *canvas) key(text string, at image.Point, width int, mask, found bool) {
	size := barHeight * c.unit
	square := image.Rect(at.X, at.Y, at.X+size, at.Y+size)
	c.fill(square, rgb{128, 128, 128})
	r := region{size, size, make([]bool, size*size)}
	edge := 0
	if mask {
		edge = 3 * c.unit
	}
	for y := edge; y < size-edge; y++ {
		for x := edge; x < size-edge; x++ {
			r.in[y*size+x] = true
		}
	}
	if found {
		c.tint(r, at, orange)
		c.outline(r, at, orange, false)
	}
	if mask {
		c.outline(r, at, skyBlue, true)
	}
	c.write(text, at.X+size+6*c.unit, at.Y+12*c.unit, width-size-6*c.unit, c.plain)
}
