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

// apply carries the jitter out on packed RGB pixels.
func (j *Jitter) apply(pix []uint8) {
	var waiting [len(j)]blend
	n := 0
	for _, a := range j {
		switch a.Op {
		case None:
			blendPixels(pix, waiting[:n])
			return
		case Brightness:
			waiting[n] = blend{by: int16(a.By)}
			n++
		case Saturation:
			waiting[n] = blend{by: int16(a.By), grey: 1}
			n++
		case Contrast:
			sum := blendAndSum(pix, waiting[:n])
			waiting[0] = blend{by: int16(a.By), mean: int16(roundedMean(sum, len(pix)/3))}
			n = 1
		case Hue:
			blendPixels(pix, waiting[:n])
			n = 0
			turnHue(pix, uint8(a.By))
		}
	}
	blendPixels(pix, waiting[:n])
}

// valid reports whether every operation is known and its strength in range.
func (j *Jitter) valid() bool {
	for _, a := range j {
		if a.Op > Hue || a.By < 0 || a.By > 2*One || (a.Op == Hue && a.By > 255) {
			return false
		}
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
