//go:build !purego

package augment

import "golang.org/x/sys/cpu"

// The kernels' assembly works on blocks of 32 pixels, 96 bytes. It computes the
// same integers as blendGo and hueGo; build with -tags purego to do without.

const blockBytes = 96

var useAVX2 = cpu.X86.HasAVX2

// mixStep is a blend as blendAVX2 takes it.
type mixStep struct {
	more  int16 // factor-1 in units of 1/65536, or of 1/16384 if far
	mean  int16
	grey  int16
	far   int16 // 1 for a factor that is half or more away from 1
	clamp int16 // 1 if the result must be held within 0..255
}

//go:noescape
func blendAVX2(pix *uint8, blocks int, steps *mixStep, n int, sum bool, c *vectorTable) int

func blendPixels(pix []uint8, steps []blend) {
	if len(steps) > 0 {
		blendKernel(pix, steps, false)
	}
}

func blendAndSum(pix []uint8, steps []blend) int { return blendKernel(pix, steps, true) }

func blendKernel(pix []uint8, steps []blend, sum bool) int {
	if !useAVX2 {
		return blendGo(pix, steps, sum)
	}
	var mix [len(Jitter{})]mixStep
	for i, s := range steps {
		more := int(s.by) - One
		mix[i] = mixStep{more: int16(more << 4), mean: s.mean, grey: s.grey}
		if more <= -One/2 || more >= One/2 {
			mix[i].more, mix[i].far = int16(more<<2), 1
		}
		// A factor of at most 1 stays between two bytes, and the last result is
		// held when it is packed into bytes.
		if s.by > One && (sum || i < len(steps)-1) {
			mix[i].clamp = 1
		}
	}
	total := 0
	if blocks := len(pix) / blockBytes; blocks > 0 {
		total = blendAVX2(&pix[0], blocks, &mix[0], len(steps), sum, vectors)
	}
	if rest := pix[len(pix)/blockBytes*blockBytes:]; len(rest) > 0 {
		// What is left goes through as a block filled up with black.
		var block [blockBytes]uint8
		copy(block[:], rest)
		total += blendAVX2(&block[0], 1, &mix[0], len(steps), sum, vectors)
		if sum {
			black := block[blockBytes-3:]
			total -= (blockBytes - len(rest)) / 3 * grey(black[0], black[1], black[2])
		}
		copy(rest, block[:])
	}
	return total
}

//go:noescape
func hueAVX2(pix *uint8, blocks int, shift uint8, c *vectorTable)

func turnHue(pix []uint8, shift uint8) {
	if !useAVX2 {
		hueGo(pix, shift)
		return
	}
	if blocks := len(pix) / blockBytes; blocks > 0 {
		hueAVX2(&pix[0], blocks, shift, vectors)
	}
	if rest := pix[len(pix)/blockBytes*blockBytes:]; len(rest) > 0 {
		var block [blockBytes]uint8
		copy(block[:], rest)
		hueAVX2(&block[0], 1, shift, vectors)
		copy(rest, block[:])
	}
}
