package augment

// A colour operation other than hue is a blend: out = m + (c-m)*factor, rounded
// towards black, held within 0..255. Only m differs: black for brightness, the
// mean grey of the whole picture for contrast, the pixel's own grey for
// saturation. So brightness, saturation and their like run through one pass over
// the pixels; contrast has to wait for a mean and begins a new pass; hue has a
// pass of its own. A picture is read and written two or three times in all.

// blend is one such operation as the kernels take it.
type blend struct {
	by   int16 // factor in units of 1/One
	mean int16 // m, unless grey
	grey int16 // 1: m is the pixel's own grey
	_    int16
}

// apply carries the jitter out on packed RGB pixels that are a whole picture.
func (j *Jitter) apply(pix []uint8) {
	ops := j.ops()
	at := contrastIn(ops)
	if at == len(ops) {
		carryOut(pix, ops, 0, false)
		return
	}
	mean := roundedMean(carryOut(pix, ops[:at], 0, true), len(pix)/3)
	carryOut(pix, ops[at:], mean, false)
}

// ops are the operations there are.
func (j *Jitter) ops() []Adjust {
	for i, a := range j {
		if a.Op == None {
			return j[:i]
		}
	}
	return j[:]
}

// contrastIn is the place of contrast among operations, or their number if it is
// not there.
func contrastIn(ops []Adjust) int {
	for i, a := range ops {
		if a.Op == Contrast {
			return i
		}
	}
	return len(ops)
}

// carryOut carries operations out on packed RGB pixels, contrast towards this
// mean, and returns the sum of the greys that result, if asked for, or 0.
func carryOut(pix []uint8, ops []Adjust, mean int, sum bool) int {
	var waiting [len(Jitter{})]blend
	n := 0
	for _, a := range ops {
		if a.Op == Hue {
			blendPixels(pix, waiting[:n])
			n = 0
			turnHue(pix, uint8(a.By))
			continue
		}
		waiting[n] = blend{by: int16(a.By)}
		switch a.Op {
		case Contrast:
			waiting[n].mean = int16(mean)
		case Saturation:
			waiting[n].grey = 1
		}
		n++
	}
	if sum {
		return blendAndSum(pix, waiting[:n])
	}
	blendPixels(pix, waiting[:n])
	return 0
}

// valid reports whether every operation is known and there once at most, and its
// strength in range.
func (j *Jitter) valid() bool {
	seen := 0
	for _, a := range j {
		if a.Op > Hue || a.By < 0 || a.By > 2*One || (a.Op == Hue && a.By > 255) {
			return false
		}
		if a.Op != None && seen&(1<<a.Op) != 0 {
			return false
		}
		seen |= 1 << a.Op
	}
	return true
}

// roundedMean is sum/n to the nearest integer, halves up, as Pillow's Contrast
// takes the mean of the greys; 0 for no pixels.
func roundedMean(sum, n int) int {
	if n == 0 {
		return 0
	}
	return (2*sum + n) / (2 * n)
}

// grey is Pillow's conversion to L: 0.299 R + 0.587 G + 0.114 B in 16.16 fixed
// point (ITU-R 601-2), rounded.
func grey(r, g, b uint8) int {
	return (19595*int(r) + 38470*int(g) + 7471*int(b) + 1<<15) >> 16
}
