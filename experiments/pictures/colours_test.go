package pictures

import (
	"math"
	"testing"
)

// light undoes encoded.
func light(c rgb) (out [3]float64) {
	for i, v := range c {
		if out[i] = float64(v) / 255 / 12.92; out[i] > 0.0031308 {
			out[i] = math.Pow((float64(v)/255+0.055)/1.055, 2.4)
		}
	}
	return out
}

// lab is OKLab of amounts of light, by the matrices of its definition.
func lab(c [3]float64) oklab {
	l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
	m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
	s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
	return oklab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// The numbers of sRGB's primaries are those of CSS Color 4, section 9 (named colours
// red, lime and blue in oklab()).
func TestOKLab(t *testing.T) {
	for _, c := range []struct {
		from oklab
		want rgb
	}{
		{oklab{0, 0, 0}, rgb{0, 0, 0}},
		{oklab{1, 0, 0}, rgb{255, 255, 255}},
		{oklab{0.62796, 0.22486, 0.12585}, rgb{255, 0, 0}},
		{oklab{0.86644, -0.23389, 0.17950}, rgb{0, 255, 0}},
		{oklab{0.45201, -0.03246, -0.31153}, rgb{0, 0, 255}},
	} {
		if got := c.from.rgb(); got != c.want {
			t.Errorf("%v is %v, want %v", c.from, got, c.want)
		}
	}
}

// No colour of a map is one that sRGB lacks, all are as far from their neighbours, and
// each is lighter than the one before: as everybody sees them, and without the green
// receptors (deuteranopia, by the matrix of Machado, Oliveira and Fernandes, A
// Physiologically-based Model for Simulation of Color Vision Deficiency, 2009).
func TestColoursOfMapsAreEven(t *testing.T) {
	colours := heat()
	for i, part := range []int{0, 255} {
		want := path[3*i]
		if got := lab(light(colours[part])); got.distance(want) > 0.005 {
			t.Errorf("colour %d is %v, want %v", part, got, want)
		}
	}
	for i := range 1001 {
		c := along(float64(i) / 1000)
		if got := lab(light(c.rgb())); got.distance(c) > 0.005 { // 8 bits
			t.Errorf("%v is drawn as %v", c, got)
		}
	}
	deuteranopia := [3][3]float64{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}
	const far = 15 // steps in one, so that rounding to 8 bits is small
	whole := 0.0
	for i := far; i < 256; i += far {
		whole += lab(light(colours[i])).distance(lab(light(colours[i-far])))
	}
	for i := far; i < 256; i += far {
		a, b := light(colours[i-far]), light(colours[i])
		if got, want := lab(b).distance(lab(a)), whole*far/255; math.Abs(got-want) > 0.1*want {
			t.Errorf("from colour %d to %d it is %v, want %v", i-far, i, got, want)
		}
		if lab(b).l <= lab(a).l {
			t.Errorf("colour %d is not lighter than %d", i, i-far)
		}
		var seenA, seenB [3]float64
		for row, weights := range deuteranopia {
			for column, w := range weights {
				seenA[row] += w * a[column]
				seenB[row] += w * b[column]
			}
		}
		if lab(seenB).l <= lab(seenA).l {
			t.Errorf("without green receptors colour %d is not lighter than %d", i, i-far)
		}
	}
}

func TestBlending(t *testing.T) {
	// 0.7*200 + 0.3*100 = 170; 0.7*10 + 0.3*255 = 83.5, rounded up; 0.7*1 = 0.7
	if got, want := (rgb{200, 10, 1}).over(rgb{100, 255, 0}, 70), (rgb{170, 84, 1}); got != want {
		t.Errorf("blended to %v, want %v", got, want)
	}
	// A picture's grey of 101 becomes 64 + 50 = 114.
	if got, want := heatOver(math.NaN(), 101), (rgb{114, 114, 114}); got != want {
		t.Errorf("NaN is drawn as %v, want %v", got, want)
	}
	for place, index := range map[float64]int{0: 0, 0.5: 128, 1: 255} {
		if got, want := heatOver(place, 101), heat()[index].over(rgb{114, 114, 114}, 70); got != want {
			t.Errorf("%v is drawn as %v, want %v", place, got, want)
		}
	}
	// 0.299*10 + 0.587*20 + 0.114*30 = 18.15
	if got := greyOf([]uint8{10, 20, 30}); got != 18 {
		t.Errorf("the grey is %d, want 18", got)
	}
}
