//go:build !purego

package augment

import (
	"encoding/binary"
	"math"
)

// vectors are the assembly's constants, each the same in both 16-byte lanes
// unless it says otherwise. The assembly finds them by their offsets.
var vectors = makeVectors()

type vector [32]uint8

type vectorTable struct {
	first, second    vector // 0, 32: bytes 0,3,6... and 1,4,7... of a lane
	gatherR          vector // 64: where a channel's 16 pixels lie among the bytes of three lanes laid
	gatherG, gatherB vector // 96, 128: over one another
	spreadR          vector // 160: the inverse
	spreadG, spreadB vector // 192, 224

	// Words and pairs of words.
	redGreen, blueOne, two vector // 256, 288, 320: weights of grey
	w255, w128, w6, w1     vector // 352, 384, 416, 448

	// Floats, eight of them.
	f255, f6, f1, share vector // 480, 512, 544, 576: share is 1/65025
	offset, sign        vector // 608, 640: by case of the hue, see hue_amd64.s
	order               vector // 672: dwords that put packed results back in order

	// Bytes by sector: which channel is the top, which the middle one.
	topR, midR, topG, midG, topB, midB vector // 704, 736, 768, 800, 832, 864
	b1, b3, b5                         vector // 896, 928, 960
}

func makeVectors() *vectorTable {
	v := new(vectorTable)
	for i := range 32 {
		k := i % 16
		if k%3 == 0 {
			v.first[i] = 255
		}
		if k%3 == 1 {
			v.second[i] = 255
		}
		// Byte 3p+c of 48 is byte (3p+c)%16 of its lane; 11 is the inverse of 3
		// modulo 16.
		v.gatherR[i], v.gatherG[i], v.gatherB[i] = uint8(3*k%16), uint8((3*k+1)%16), uint8((3*k+2)%16)
		v.spreadR[i], v.spreadG[i], v.spreadB[i] = uint8(11*k%16), uint8(11*(k+15)%16), uint8(11*(k+14)%16)
		v.b1[i], v.b3[i], v.b5[i] = 1, 3, 5
	}
	// grey = (19595 R + 38470 G + 7471 B + 2*16384) >> 16. 38470 is too large for
	// a signed word, so G is added once after the shift: 38470 = 65536 - 27066.
	v.redGreen.words(19595, 38470-65536)
	v.blueOne.words(7471, 16384)
	v.two.words(2, 2)
	v.w255.words(255, 255)
	v.w128.words(128, 128)
	v.w6.words(6, 6)
	v.w1.words(1, 1)
	v.f255.floats(255)
	v.f6.floats(6)
	v.f1.floats(1)
	v.share.floats(1.0 / 65025)
	// The cases of toHSV in their order: hue = offset + rise or offset - rise.
	v.offset.floats(1, -1, 1, 3, 3, 5, 0, 0)
	minus := float32(math.Copysign(0, -1))
	v.sign.floats(minus, 0, 0, minus, 0, minus, 0, 0)
	for i, k := range [8]uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		binary.LittleEndian.PutUint32(v.order[4*i:], k)
	}
	// toRGB's table, read by columns.
	v.topR.sectors(0, 5, 6)
	v.midR.sectors(1, 4)
	v.topG.sectors(1, 2)
	v.midG.sectors(0, 3, 6)
	v.topB.sectors(3, 4)
	v.midB.sectors(2, 5)
	return v
}

func (v *vector) words(even, odd int16) {
	for i := 0; i < len(v); i += 4 {
		binary.LittleEndian.PutUint16(v[i:], uint16(even))
		binary.LittleEndian.PutUint16(v[i+2:], uint16(odd))
	}
}

// floats fills v with eight numbers, or with one.
func (v *vector) floats(f ...float32) {
	for i := range 8 {
		binary.LittleEndian.PutUint32(v[4*i:], math.Float32bits(f[i%len(f)]))
	}
}

func (v *vector) sectors(s ...int) {
	for _, k := range s {
		v[k], v[16+k] = 255, 255
	}
}
