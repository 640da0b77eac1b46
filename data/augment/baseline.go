package augment

// The paper holds CutPaste against tasks of others (table 1, 5.1): Rotation, Cutout
// and Confetti noise. They too are a Paste. The paper prints neither the sizes of
// their patches nor the strength of Confetti's jitter; here they are CutPaste's, so
// that the tasks differ in what is done to a patch and in nothing else.

// inPlace draws the large patch at a uniform place, from which it is not moved.
func (p *Planner) inPlace(s *stream) Paste {
	w, h := p.patch(s)
	x, y := int32(s.between(0, p.size-w)), int32(s.between(0, p.size-h))
	return Paste{
		CutX: x, CutY: y, CutW: int32(w), CutH: int32(h),
		X: x, Y: y, W: int32(w), H: int32(h),
		Map: straight(w, h).m,
	}
}

// fill is the colour that Cutout fills with: 128 is grey, as it is halfway between
// black and white. Of "mean" the paper says no more than that; data.mean is what
// Random Erasing fills with too.
func (p *Planner) fill(s *stream) Fill {
	switch p.a.Cutout.Fill {
	case "mean":
		return p.mean
	case "random":
		return Filled(uint8(s.between(0, 255)), uint8(s.between(0, 255)), uint8(s.between(0, 255)))
	}
	return Filled(128, 128, 128)
}

// whole turns all of the picture by quarters of a turn.
func (p *Planner) whole(quarters int) Paste {
	n := int32(p.size)
	return Paste{CutW: n, CutH: n, W: n, H: n, Map: turn(p.size, p.size, float64(90*quarters)).m}
}
