package pictures

import (
	"image/color"
	"math"
	"sync"
)

// rgb is an sRGB colour of 8 bits each.
type rgb [3]uint8

func (c rgb) RGBA() (r, g, b, a uint32) { return color.RGBA{c[0], c[1], c[2], 255}.RGBA() }

// over is c with this share of 100 on top of another colour.
func (c rgb) over(below rgb, share int) (out rgb) {
	for i := range c {
		out[i] = uint8((share*int(c[i]) + (100-share)*int(below[i]) + 50) / 100)
	}
	return out
}

// oklab is a colour in Björn Ottosson's OKLab (A perceptual color space for image
// processing, 2020), where equal distances look equally far: lightness, 0 to 1, and two
// axes of hue, from green to red and from blue to yellow.
type oklab struct{ l, a, b float64 }

// path are the control points of a Bézier curve through OKLab: the colours of maps from
// the lowest score to the highest, from indigo by purple and orange to yellow. It only
// becomes lighter, and its hues go from blue to yellow, an axis that also those see who
// do not tell red from green; in between it lies as far from grey as sRGB reaches. Its
// dark end is no black, through which no picture would show: most pixels score low.
var path = [4]oklab{{0.31, 0.01, -0.15}, {0.48, 0.29, -0.16}, {0.70, 0.15, 0.20}, {0.95, -0.05, 0.13}}

// along is the point of the curve at t, 0 to 1.
func along(t float64) (c oklab) {
	s := 1 - t
	for i, weight := range [4]float64{s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t} {
		c.l += weight * path[i].l
		c.a += weight * path[i].a
		c.b += weight * path[i].b
	}
	return c
}

func (c oklab) distance(d oklab) float64 {
	return math.Hypot(math.Hypot(c.l-d.l, c.a-d.a), c.b-d.b)
}

// heat are 256 colours along the curve, equally far from one another.
var heat = sync.OnceValue(func() *[256]rgb {
	var colours [256]rgb
	const parts = 10_000
	length, last := make([]float64, parts+1), along(0)
	for i := 1; i <= parts; i++ {
		c := along(float64(i) / parts)
		length[i] = length[i-1] + c.distance(last)
		last = c
	}
	at := 0
	for i := range colours {
		for at < parts && length[at] < length[parts]*float64(i)/255 {
			at++
		}
		colours[i] = along(float64(at) / parts).rgb()
	}
	return &colours
})

// rgb is the colour in sRGB, by the matrices that OKLab is defined by.
func (c oklab) rgb() rgb {
	cube := func(v float64) float64 { return v * v * v }
	l := cube(c.l + 0.3963377774*c.a + 0.2158037573*c.b)
	m := cube(c.l - 0.1055613458*c.a - 0.0638541728*c.b)
	s := cube(c.l - 0.0894841775*c.a - 1.2914855480*c.b)
	return rgb{
		encoded(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		encoded(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		encoded(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
}

// encoded is an amount of light, 0 to 1, as sRGB has it (IEC 61966-2-1).
func encoded(v float64) uint8 {
	if v = 12.92 * min(max(v, 0), 1); v > 12.92*0.0031308 {
		v = 1.055*math.Pow(v/12.92, 1/2.4) - 0.055
	}
	return uint8(v*255 + 0.5)
}

// opacity is how much of a map's colour lies over the picture, of 100.
const opacity = 70

// heatOver is the colour of a place (see [Scale.place]) on a pixel of this grey. The
// picture shows in grey, and with half its contrast, so that hue and most of lightness
// are the map's. A place of NaN shows the picture alone.
func heatOver(place float64, grey uint8) rgb {
	below := 64 + grey/2
	if math.IsNaN(place) {
		return rgb{below, below, below}
	}
	return heat()[int(place*255+0.5)].over(rgb{below, below, below}, opacity)
}

// greyOf is a pixel's luma by the weights of ITU-R BT.601.
func greyOf(pixel []uint8) uint8 {
	return uint8((299*int(pixel[0]) + 587*int(pixel[1]) + 114*int(pixel[2]) + 500) / 1000)
}
