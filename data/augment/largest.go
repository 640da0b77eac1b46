package augment

import "math"

// LargestCuts are the sides in pixels of the largest cut of each view, 0 for the
// normal one. Room for it is room for every plan.
func (p *Planner) LargestCuts() (w, h []int) {
	for _, kind := range p.kinds {
		patchW, patchH := p.largestPatch()
		scarW, scarH := p.side(math.Round(p.a.Scar.Width.Max)), p.side(math.Round(p.a.Scar.Length.Max))
		switch kind {
		case Normal:
			patchW, patchH, scarW, scarH = 0, 0, 0, 0
		case CutPaste:
			scarW, scarH = 0, 0
		case Scar:
			patchW, patchH = 0, 0
		}
		w, h = append(w, max(patchW, scarW)), append(h, max(patchH, scarH))
	}
	return w, h
}

// largestPatch is the widest and the highest patch there is; rotation makes cuts
// smaller, if anything.
func (p *Planner) largestPatch() (w, h int) {
	area := p.a.Area.Max * float64(p.size*p.size)
	return p.side(math.Round(math.Sqrt(area * p.a.Aspect.Max))), p.side(math.Round(math.Sqrt(area / p.a.Aspect.Min)))
}
