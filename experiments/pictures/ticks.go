package pictures

import (
	"math"
	"strconv"
)

// ticks are three to five round numbers from low to high, multiples of 1, 2, 2.5 or 5
// times a power of ten, and that step. Halving a step never leaves more than twice as
// many, so that the smallest step with at most five leaves three at least. There are
// none where low is not below high.
func ticks(low, high float64) (at []float64, step float64) {
	if !(low < high) {
		return nil, 0
	}
	// The step of four spaces, rounded down to a power of ten, is no larger than
	// what is looked for.
	power := math.Pow(10, math.Floor(math.Log10((high-low)/5)))
	for _, mantissa := range []float64{1, 2, 2.5, 5, 10, 20} {
		step = mantissa * power
		// An end that is round but for its last digits is a tick too.
		first, last := math.Ceil(low/step-1e-9), math.Floor(high/step+1e-9)
		if last-first > 4 {
			continue
		}
		for i := first; i <= last; i++ {
			at = append(at, i*step+0) // no -0
		}
		break
	}
	return at, step
}

// number writes a tick so that it differs from its neighbours, with more digits where
// a number that is not round, as an end of a scale, is to be told from ticks.
func number(v, step float64, more int) string {
	if step == 0 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	exponent := int(math.Floor(math.Log10(step) + 1e-9))
	decimals := -exponent
	if mantissa := step / math.Pow(10, float64(exponent)); math.Abs(mantissa-2.5) < 1e-6 && more == 0 {
		decimals++
	}
	decimals += more
	if magnitude := math.Abs(v); decimals > 5 || magnitude >= 1e6 {
		digits := decimals + 1
		if magnitude > 0 {
			digits += int(math.Floor(math.Log10(magnitude)))
		}
		return strconv.FormatFloat(v, 'g', max(digits, 1), 64)
	}
	return strconv.FormatFloat(v, 'f', max(decimals, 0), 64)
}

// unlike writes two numbers with four digits, or as many more as it takes to tell them
// apart where they differ.
func unlike(a, b float64) (string, string) {
	for digits := 4; ; digits++ {
		s, t := strconv.FormatFloat(a, 'g', digits, 64), strconv.FormatFloat(b, 'g', digits, 64)
		if s != t || digits == 17 {
			return s, t
		}
	}
}
