//go:build !amd64 || purego

package augment

func blendPixels(pix []uint8, steps []blend) { blendGo(pix, steps, false) }

func blendAndSum(pix []uint8, steps []blend) int { return blendGo(pix, steps, true) }

func turnHue(pix []uint8, shift uint8) { hueGo(pix, shift) }
