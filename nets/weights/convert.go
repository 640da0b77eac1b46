package weights

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cutpaste/cutpaste/configs/say"
)

// floats write the numbers in b, little-endian and of one type, to dst.
var floats = map[string]func(dst []float32, b []byte){
	"F32": func([]float32, []byte) {}, // they were read in place
	"F16": func(dst []float32, b []byte) {
		for i := range dst {
			dst[i] = half(binary.LittleEndian.Uint16(b[2*i:]))
		}
	},
	"BF16": func(dst []float32, b []byte) {
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(b[2*i:])) << 16)
		}
	},
	"F64": func(dst []float32, b []byte) {
		for i := range dst {
			dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		}
	},
}

// integers are floats for whole numbers; false is 0 and true is 1.
var integers = map[string]func(dst []int64, b []byte){
	"BOOL": bytesToInts,
	"U8":   bytesToInts,
	"I8": func(dst []int64, b []byte) {
		for i := range dst {
			dst[i] = int64(int8(b[i]))
		}
	},
	"I16": func(dst []int64, b []byte) {
		for i := range dst {
			dst[i] = int64(int16(binary.LittleEndian.Uint16(b[2*i:])))
		}
	},
	"U16": func(dst []int64, b []byte) {
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint16(b[2*i:]))
		}
	},
	"I32": func(dst []int64, b []byte) {
		for i := range dst {
			dst[i] = int64(int32(binary.LittleEndian.Uint32(b[4*i:])))
		}
	},
	"U32": func(dst []int64, b []byte) {
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint32(b[4*i:]))
		}
	},
	"I64": func(dst []int64, b []byte) {
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	},
}

func bytesToInts(dst []int64, b []byte) {
	for i := range dst {
		dst[i] = int64(b[i])
	}
}

// half is the number that IEEE 754's binary16 has in those bits: 1 for the sign,
// 5 for the exponent with bias 15, 10 for the fraction.
func half(bits uint16) float32 {
	sign := uint32(bits>>15) << 31
	exponent, fraction := uint32(bits>>10)&31, uint32(bits)&0x3ff
	switch exponent {
	case 0: // below the smallest normal number: fraction * 2^-24, exact in float32
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 31: // infinity and NaN
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// checkFinite returns an error for the first NaN or infinity in part, which
// begins at that element of the tensor.
func (f *File) checkFinite(t Tensor, part []float32, at int) error {
	if allFinite(part) {
		return nil
	}
	for i, v := range part {
		if v-v != 0 {
			return fmt.Errorf("tensor %s in %s holds %v (number %d of %d), with which no net computes; take another file of weights", say.Quote(t.Name), f.Path, v, at+i+1, t.Len())
		}
	}
	return nil
}

// allFinite looks for an exponent of all ones, which only NaN and infinities
// have: with 1 added in its lowest place it carries into the bit of the sign. No
// branch depends on a number, so this takes little beside reading them.
func allFinite(x []float32) bool {
	const exponent, lowest, sign = 0x7f800000, 0x00800000, 0x80000000
	var a, b, c, d uint32
	for ; len(x) >= 4; x = x[4:] {
		a |= math.Float32bits(x[0])&exponent + lowest
		b |= math.Float32bits(x[1])&exponent + lowest
		c |= math.Float32bits(x[2])&exponent + lowest
		d |= math.Float32bits(x[3])&exponent + lowest
	}
	for _, v := range x {
		a |= math.Float32bits(v)&exponent + lowest
	}
	return (a|b|c|d)&sign == 0
}
