package augment

import (
	"math"
	"slices"

	"github.com/cutpaste/cutpaste/configs"
)

// LargestCuts are the sides in pixels of the largest cut of each view, 0 for the
// normal one. Room for it is room for every plan.
func (p *Planner) LargestCuts() (w, h []int) {
	for _, kind := range p.kinds {
		patchW, patchH := p.largestPatch()
		scarW, scarH := p.side(math.Round(p.a.Scar.Width.Max)), p.side(math.Round(p.a.Scar.Length.Max))
		cutW, cutH := p.size, p.size // of a turn
		switch kind {
		case Normal:
			cutW, cutH = 0, 0
		case CutPaste, Cutout, Confetti:
			cutW, cutH = patchW, patchH
		case Scar, ScarCutout:
			cutW, cutH = scarW, scarH
		case either:
			cutW, cutH = max(patchW, scarW), max(patchH, scarH)
		}
		w, h = append(w, cutW), append(h, cutH)
	}
	return w, h
}

// PatchJitter is the strength of the jitter of what is cut: none where whole
// pictures are turned or patches filled.
func (p *Planner) PatchJitter() configs.Jitter {
	for _, kind := range p.kinds {
		switch kind {
		case CutPaste, Scar, Confetti, either:
			return p.a.PatchJitter
		}
	}
	return configs.Jitter{}
}

// Fills reports whether patches are filled with a colour.
func (p *Planner) Fills() bool {
	return slices.Contains(p.kinds, Cutout) || slices.Contains(p.kinds, ScarCutout)
}

// largestPatch is the widest and the highest patch there is; rotation makes cuts
// smaller, if anything.
func (p *Planner) largestPatch() (w, h int) {
	area := p.a.Area.Max * float64(p.size*p.size)
	return p.side(math.Round(math.Sqrt(area * p.a.Aspect.Max))), p.side(math.Round(math.Sqrt(area / p.a.Aspect.Min)))
}
