package localize

import "math"

// axis makes a line of another one by linear sums: what map after map is made
// larger or smoother with, along rows and along columns alike.
type axis struct {
	in   int // length of the old line
	sums []sum
}

// sum is one place of the new line: weights of the old line's places from first on.
type sum struct {
	first   int
	weights []float64
}

// newAxis makes an axis of the weights that each of the new places adds, of old
// places in any order. Weights of 0 at either end are dropped.
func newAxis(in, out int, weigh func(place int, add func(old int, weight float64))) axis {
	a := axis{in, make([]sum, out)}
	line := make([]float64, in)
	for place := range a.sums {
		clear(line)
		weigh(place, func(old int, weight float64) { line[old] += weight })
		first, end := 0, in
		for first < end-1 && line[first] == 0 {
			first++
		}
		for end > first+1 && line[end-1] == 0 {
			end--
		}
		a.sums[place] = sum{first, append([]float64(nil), line[first:end]...)}
	}
	return a
}

// then is what b makes of what a made.
func (a axis) then(b axis) axis {
	return newAxis(a.in, len(b.sums), func(place int, add func(int, float64)) {
		s := b.sums[place]
		for i, w := range s.weights {
			between := a.sums[s.first+i]
			for k, v := range between.weights {
				add(between.first+k, w*v)
			}
		}
	})
}

// apply makes a map [len(down.sums),len(along.sums)] of m [down.in,along.in].
func apply(down, along axis, m []float32) []float32 {
	width := len(along.sums)
	out := make([]float32, len(down.sums)*width)
	line := make([]float64, along.in)
	for y, s := range down.sums {
		clear(line)
		for i, w := range s.weights {
			for x, v := range m[(s.first+i)*along.in:][:along.in] {
				line[x] += w * float64(v)
			}
		}
		row := out[y*width:][:width]
		for x, s := range along.sums {
			total := 0.0
			for i, v := range line[s.first:][:len(s.weights)] {
				total += s.weights[i] * v
			}
			row[x] = float32(total)
		}
	}
	return out
}

// filter is the Gaussian filter of this standard deviation in places, as SciPy's
// gaussian_filter has it by default: cut off at 4 of them, the line reflected
// about its ends (d c b a | a b c d | d c b a).
func filter(length int, sigma float64) axis {
	radius := int(4*sigma + 0.5)
	kernel, total := make([]float64, 2*radius+1), 0.0
	for i := range kernel {
		kernel[i] = bell(float64(i-radius), sigma)
		total += kernel[i]
	}
	return newAxis(length, length, func(place int, add func(int, float64)) {
		for i, w := range kernel {
			old := (place + i - radius) % (2 * length)
			if old < 0 {
				old += 2 * length
			}
			add(min(old, 2*length-1-old), w/total)
		}
	})
}

// between is linear interpolation at a place of the old line, which is held at its
// ends.
func between(length int, place float64, add func(int, float64)) {
	whole, part := math.Modf(min(max(place, 0), float64(length-1)))
	add(int(whole), 1-part)
	if part > 0 {
		add(int(whole)+1, part)
	}
}

// bell is the Gaussian of height 1.
func bell(x, sigma float64) float64 { return math.Exp(-x / sigma * (x / sigma) / 2) }
