package metric

import "math"

// A key is a float32 score as an unsigned number whose order is the reverse: the
// lower the key, the higher the score. Equal scores have equal keys, zero and
// minus zero too. Keys of finite scores lie in [lowestKey, highestKey].
const (
	lowestKey  = 0x00800000 // of the highest finite score
	highestKey = 0xff7fffff // of the lowest
)

func keyOf(score float32) uint32 {
	b := math.Float32bits(score)
	if b == 1<<31 { // minus zero
		b = 0
	}
	// A negative number's bits grow with its size, a positive one's are below
	// all of them: turn the former over, move the latter up; then reverse.
	return ^(b ^ (uint32(int32(b)>>31) | 1<<31))
}

func scoreOf(key uint32) float64 {
	b := ^key
	b ^= ^uint32(int32(b)>>31) | 1<<31
	return float64(math.Float32frombits(b))
}

// NotFinite is the index of the first score that is NaN or infinite, or -1.
func NotFinite(scores []float32) int {
	const exponent = 0xff << 23
	for i, s := range scores {
		if math.Float32bits(s)&exponent == exponent {
			return i
		}
	}
	return -1
}
