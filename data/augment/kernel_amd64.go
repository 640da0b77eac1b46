//go:build !purego

package augment

import "golang.org/x/sys/cpu"

// The kernels' assembly works on blocks of 32 pixels, 96 bytes. It computes the
// same integers as blendGo and hueGo; build with -tags purego to do without.

const blockBytes = 96

var useAVX2 = cpu.X86.HasAVX2

//go:noescape
func blendAVX2(pix *uint8, blocks int, steps *blend, n int, sum bool) int

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
	total := 0
	if blocks := len(pix) / blockBytes; blocks > 0 {
		total = blendAVX2(&pix[0], blocks, first(steps), len(steps), sum)
	}
	if rest := pix[len(pix)/blockBytes*blockBytes:]; len(rest) > 0 {
		// What is left goes through as a block filled up with black.
		var block [blockBytes]uint8
		copy(block[:], rest)
		total += blendAVX2(&block[0], 1, first(steps), len(steps), sum)
		if sum {
			black := block[blockBytes-3:]
			total -= (blockBytes - len(rest)) / 3 * grey(black[0], black[1], black[2])
		}
		copy(rest, block[:])
	}
	return total
}

// first is the address of the first step, nil if there is none.
func first(steps []blend) *blend {
	if len(steps) == 0 {
		return nil
	}
	return &steps[0]
}

//go:noescape
func hueAVX2(pix *uint8, blocks int, shift uint8)

func turnHue(pix []uint8, shift uint8) {
	if !useAVX2 {
		hueGo(pix, shift)
		return
	}
	if blocks := len(pix) / blockBytes; blocks > 0 {
		hueAVX2(&pix[0], blocks, shift)
	}
	if rest := pix[len(pix)/blockBytes*blockBytes:]; len(rest) > 0 {
		var block [blockBytes]uint8
		copy(block[:], rest)
		hueAVX2(&block[0], 1, shift)
		copy(rest, block[:])
	}
}
