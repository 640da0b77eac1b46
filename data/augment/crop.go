package augment

// A crop is painted alone: what lies around it is never moved, jittered or written.
// One thing reaches beyond it. Contrast goes towards the mean grey of the whole
// picture as the operations before it leave that, so the picture is read once, a
// strip of rows at a time that stays in the processor's nearest cache.

// stripBytes is the size of a strip: half of a cache of the smallest usual kind.
const stripBytes = 16 << 10

// base moves, crops and jitters.
func (p *Painter) base(dst, src []uint8, b *Base) {
	translate(dst, src, p.size, box{int(b.DX + b.CropX), int(b.DY + b.CropY), p.input, p.input})
	if p.input == p.size {
		b.Jitter.apply(dst)
		return
	}
	ops, mean := b.Jitter.ops(), 0
	if at := contrastIn(ops); at < len(ops) {
		mean = p.wholeMean(src, b, ops[:at])
	}
	carryOut(dst, ops, mean, false)
}

// wholeMean is the mean grey of the whole picture, moved and after some operations.
func (p *Painter) wholeMean(src []uint8, b *Base, before []Adjust) int {
	sum, rows := 0, len(p.strip)/(3*p.size)
	for y := 0; y < p.size; y += rows {
		h := min(rows, p.size-y)
		strip := p.strip[:3*p.size*h]
		translate(strip, src, p.size, box{int(b.DX), y + int(b.DY), p.size, h})
		sum += carryOut(strip, before, 0, true)
	}
	return roundedMean(sum, p.size*p.size)
}
