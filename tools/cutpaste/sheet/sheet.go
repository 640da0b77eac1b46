// Package sheet draws pictures side by side, each with a line of text, into one
// PNG file.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io/fs"

	"github.com/google/renameio/v2"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Cell is a square picture and what is written below it. Text that is wider
// than the picture is cut.
type Cell struct {
	Label string
	Size  int     // pixels
	Pix   []uint8 // RGB, [Size,Size,3]
}

// Measures in pixels.
const (
	smallest = 128 // pictures smaller than this are drawn enlarged
	margin   = 8   // around and between cells
	line     = 16  // height of a line of text
	letter   = 7   // width of a letter of the font
)

var (
	paper = color.RGBA{255, 255, 255, 255}
	ink   = color.RGBA{40, 40, 40, 255}
)

// Draw arranges rows of cells below a title. The first picture is the largest. A
// small picture is enlarged by a whole factor, pixel by pixel, so that nothing
// is smoothed: the first one to 128 pixels at least, others as far as its room
// allows.
func Draw(title string, rows [][]Cell) *image.RGBA {
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	factor := (smallest + rows[0][0].Size - 1) / rows[0][0].Size
	side := factor * rows[0][0].Size
	width := max(margin+columns*(side+margin), 2*margin+letter*len(title))
	height := margin + line + len(rows)*(side+line+margin)
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)

	write(img, title, margin, margin, width-2*margin)
	for r, row := range rows {
		for c, cell := range row {
			x, y := margin+c*(side+margin), margin+line+r*(side+line+margin)
			enlarge(img, cell, x, y, side/cell.Size)
			write(img, cell.Label, x, y+side, side)
		}
	}
	return img
}

// write puts text on the line whose upper left corner is (x,y).
func write(img draw.Image, text string, x, y, width int) {
	if most := width / letter; len(text) > most {
		text = text[:max(most-1, 0)] + "~"
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y+12)}
	d.DrawString(text)
}

func enlarge(img *image.RGBA, cell Cell, x0, y0, factor int) {
	for y := range cell.Size * factor {
		for x := range cell.Size * factor {
			at := 3 * (y/factor*cell.Size + x/factor)
			img.SetRGBA(x0+x, y0+y, color.RGBA{cell.Pix[at], cell.Pix[at+1], cell.Pix[at+2], 255})
		}
	}
}

// Write draws a sheet into a PNG file, which appears whole or not at all.
func Write(file, title string, rows [][]Cell) error {
	var b bytes.Buffer
	if err := png.Encode(&b, Draw(title, rows)); err != nil {
		return fmt.Errorf("the sheet %s cannot be made: %w", file, err)
	}
	err := renameio.WriteFile(file, b.Bytes(), 0o644)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the sheet %s cannot be written: its folder does not exist; make it or choose another file", file)
	}
	if err != nil {
		return fmt.Errorf("the sheet %s cannot be written: %w", file, err)
	}
	return nil
}
