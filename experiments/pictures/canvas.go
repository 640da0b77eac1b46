package pictures

import (
	"image"
	"image/color"
	"image/draw"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

var (
	paper   = rgb{255, 255, 255}
	ink     = rgb{34, 34, 34}
	black   = rgb{0, 0, 0}
	skyBlue = rgb{86, 180, 233} // masks
	orange  = rgb{230, 159, 0}  // predictions
)

// The fonts are parsed once; a face of them is not for several goroutines, so every
// canvas has its own.
var (
	regular = sync.OnceValue(func() *opentype.Font { return parse(goregular.TTF) })
	bold    = sync.OnceValue(func() *opentype.Font { return parse(gobold.TTF) })
)

func parse(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic("pictures: " + err.Error()) // a font of golang.org/x/image
	}
	return f
}

// face is a font at a height in pixels.
func face(f *opentype.Font, height int) font.Face {
	out, err := opentype.NewFace(f, &opentype.FaceOptions{Size: float64(height), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic("pictures: " + err.Error()) // no face can fail
	}
	return out
}

// canvas is what a figure is drawn on.
type canvas struct {
	*image.RGBA
	plain, strong, large font.Face
	unit                 int // the width of a line, in pixels
}

// newCanvas is white; unit enlarges letters and lines by a whole factor.
func newCanvas(width, height, unit int) *canvas {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, width, height)), face(regular(), 13*unit), face(bold(), 13*unit), face(bold(), 17*unit), unit}
	c.fill(c.Bounds(), paper)
	return c
}

func (c *canvas) fill(r image.Rectangle, colour color.Color) {
	draw.Draw(c.RGBA, r, image.NewUniform(colour), image.Point{}, draw.Src)
}

func (c *canvas) set(x, y int, colour rgb) {
	c.SetRGBA(x, y, color.RGBA{colour[0], colour[1], colour[2], 255})
}

func (c *canvas) get(x, y int) rgb {
	p := c.RGBAAt(x, y)
	return rgb{p.R, p.G, p.B}
}

// write puts text with its base line at y and returns where it ends. Text that is
// wider than it may be is cut, and ends in three dots.
func (c *canvas) write(text string, x, y, width int, f font.Face) int {
	text = fit(text, width, f)
	d := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(ink), Face: f, Dot: fixed.P(x, y)}
	d.DrawString(text)
	return d.Dot.X.Ceil()
}

func fit(text string, width int, f font.Face) string {
	if widthOf(text, f) <= width {
		return text
	}
	letters := []rune(text)
	for n := len(letters) - 1; n > 0; n-- {
		if cut := string(letters[:n]) + "…"; widthOf(cut, f) <= width {
			return cut
		}
	}
	return ""
}

func widthOf(text string, f font.Face) int { return font.MeasureString(f, text).Ceil() }
