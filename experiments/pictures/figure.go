package pictures

import (
	"fmt"
	"image"
	"slices"

	"github.com/cutpaste/cutpaste/data"
)

// Map is a kind of anomaly map: a column of a figure.
type Map struct {
	Title string // such as "patch map"
	Scale Scale
	// Threshold, if not nil, makes a column of the pixels that score at least as high.
	Threshold *float64
}

// Picture is a test picture with what was found in it.
type Picture struct {
	Case
	Image *data.Image
	Mask  []uint8     // [H,W], zero where normal; nil: none
	Maps  [][]float32 // [H,W] each, one for each Map of the figure
}

// Figure is what the pictures of a category have in common.
type Figure struct {
	Title string // "" for none
	Maps  []Map  // one or more
	// Threshold, if not nil, is what a picture that is called anomalous scores more than.
	Threshold *float64
}

// Panel draws one picture: a row of the picture, with its mask's outline if it has a
// mask, each map over it, and for each map with a threshold the pixels found; below,
// its name, defect, score and verdict, and a colour bar for each map.
//
// A picture is drawn at its own size or, if it is small, enlarged by a whole factor,
// pixel by pixel, to about 256 pixels. Scores of NaN are drawn as no colour.
//
// It panics where a mask or a map has not the picture's size, or there are not as many
// maps as the figure has.
func (f Figure) Panel(p Picture) *image.RGBA {
	return f.draw([]section{{"", []Picture{p}}})
}

// Sheet draws pictures as [Figure.Panel] does, a row each, normal ones first; without
// one or the other, only those there are.
//
// It panics as Panel does, where pictures differ in size, and where there is none.
func (f Figure) Sheet(normal, anomalous []Picture) *image.RGBA {
	all := []section{
		{"normal pictures scored highest", normal},
		{"anomalous pictures scored lowest", anomalous},
	}
	return f.draw(slices.DeleteFunc(all, func(s section) bool { return len(s.pictures) == 0 }))
}

// section is rows with a heading.
type section struct {
	heading  string // "" for none
	pictures []Picture
}

// column is what is drawn of every picture.
type column struct {
	title string
	// draw draws into the rectangle that begins at.
	draw func(c *canvas, p Picture, at image.Point)
	// foot explains the colours, from the upper left corner at on.
	foot func(c *canvas, at image.Point, width int)
}

// Measures in units (see layout).
const (
	side      = 256 // a picture's, about
	margin    = 16  // around a figure
	gap       = 12  // between columns
	titleLine = 30
	headLine  = 26 // of a section
	nameLine  = 20 // of columns
	caption   = 26
	foot      = 40 // colour bars
)

// layout is how large a picture is drawn.
type layout struct {
	factor        int // a pixel of a picture is a square of so many pixels
	unit          int // letters, lines and spaces are so many times larger: 1 unless pictures are large
	width, height int // of a picture as it is drawn
}

func newLayout(im *data.Image) layout {
	large := max(im.W, im.H)
	factor := max(1, (side+large/2)/large)
	return layout{factor, max(1, (factor*large+side/2)/side), factor * im.W, factor * im.H}
}

func (f Figure) draw(sections []section) *image.RGBA {
	if len(sections) == 0 {
		panic("pictures: a figure of no picture")
	}
	l := newLayout(sections[0].pictures[0].Image)
	columns := f.columns(sections, l)

	u := l.unit
	height := 2*margin*u + foot*u
	if f.Title != "" {
		height += titleLine * u
	}
	for _, s := range sections {
		if s.heading != "" {
			height += headLine * u
		}
		height += nameLine*u + len(s.pictures)*(l.height+caption*u)
	}
	c := newCanvas(2*margin*u+len(columns)*l.width+(len(columns)-1)*gap*u, height, u)
	left, width := margin*u, c.Bounds().Dx()-2*margin*u
	x := func(i int) int { return left + i*(l.width+gap*u) }

	y := margin * u
	if f.Title != "" {
		c.write(f.Title, left, y+17*u, width, c.large)
		y += titleLine * u
	}
	for _, s := range sections {
		if s.heading != "" {
			c.write(s.heading, left, y+16*u, width, c.strong)
			y += headLine * u
		}
		for i, column := range columns {
			c.write(column.title, x(i), y+14*u, l.width, c.plain)
		}
		y += nameLine * u
		for _, p := range s.pictures {
			for i, column := range columns {
				column.draw(c, p, image.Pt(x(i), y))
			}
			y += l.height
			about := f.about(p.Case)
			end := c.write(p.Name, left, y+16*u, width-widthOf(about, c.plain), c.strong)
			c.write(about, end, y+16*u, left+width-end, c.plain)
			y += caption * u
		}
	}
	for i, column := range columns {
		if column.foot != nil {
			column.foot(c, image.Pt(x(i), y+4*u), l.width)
		}
	}
	return c.RGBA
}

// columns are those of a figure of these pictures, whose sizes are checked.
func (f Figure) columns(sections []section, l layout) []column {
	masks := false
	size := sections[0].pictures[0].Image
	for _, s := range sections {
		for _, p := range s.pictures {
			p.check(size.W, size.H, len(f.Maps))
			masks = masks || p.Mask != nil
		}
	}
	columns := []column{{"picture", l.photo, nil}}
	if masks {
		columns = append(columns, column{"mask", func(c *canvas, p Picture, at image.Point) {
			l.photo(c, p, at)
			l.mask(c, p, at)
		}, func(c *canvas, at image.Point, width int) {
			c.key("outline of the mask", at, width, true, false)
		}})
	}
	for i, m := range f.Maps {
		columns = append(columns, column{m.Title, func(c *canvas, p Picture, at image.Point) {
			l.heat(c, p, i, m.Scale, at)
		}, func(c *canvas, at image.Point, width int) {
			c.bar(m, at, width)
		}})
	}
	for i, m := range f.Maps {
		if m.Threshold == nil {
			continue
		}
		columns = append(columns, column{"prediction by " + m.Title, func(c *canvas, p Picture, at image.Point) {
			l.photo(c, p, at)
			r := found(p.Maps[i], *m.Threshold, p.Image.W, p.Image.H).enlarged(l.factor)
			c.tint(r, at, orange)
			c.outline(r, at, orange, false)
			l.mask(c, p, at)
		}, func(c *canvas, at image.Point, width int) {
			c.key(fmt.Sprintf("scores of %.4g or more", *m.Threshold), at, width, false, true)
		}})
	}
	return columns
}

func (p Picture) check(width, height, maps int) {
	im := p.Image
	if im.W != width || im.H != height || len(im.Pix) != 3*width*height {
		panic(fmt.Sprintf("pictures: %s has %d x %d pixels in a figure of %d x %d", p.Name, im.W, im.H, width, height))
	}
	if p.Mask != nil && len(p.Mask) != width*height {
		panic(fmt.Sprintf("pictures: the mask of %s has %d pixels, not %d x %d", p.Name, len(p.Mask), width, height))
	}
	if len(p.Maps) != maps {
		panic(fmt.Sprintf("pictures: %s has %d maps in a figure of %d", p.Name, len(p.Maps), maps))
	}
	for i, m := range p.Maps {
		if len(m) != width*height {
			panic(fmt.Sprintf("pictures: map %d of %s has %d scores, not %d x %d", i, p.Name, len(m), width, height))
		}
	}
}

func (l layout) photo(c *canvas, p Picture, at image.Point) {
	l.each(p, func(i, x, y int) {
		c.set(at.X+x, at.Y+y, rgb(p.Image.Pix[3*i:3*i+3]))
	})
}

func (l layout) mask(c *canvas, p Picture, at image.Point) {
	if p.Mask != nil {
		c.outline(maskRegion(p.Mask, p.Image.W, p.Image.H).enlarged(l.factor), at, skyBlue, true)
	}
}

func (l layout) heat(c *canvas, p Picture, m int, s Scale, at image.Point) {
	l.each(p, func(i, x, y int) {
		c.set(at.X+x, at.Y+y, heatOver(s.place(float64(p.Maps[m][i])), greyOf(p.Image.Pix[3*i:])))
	})
}

// each calls do for every drawn pixel (x,y) with the index of the picture's pixel.
func (l layout) each(p Picture, do func(i, x, y int)) {
	for y := range l.height {
		for x := range l.width {
			do(y/l.factor*p.Image.W+x/l.factor, x, y)
		}
	}
}

// about is what a caption says after a picture's name.
func (f Figure) about(c Case) string {
	text := ""
	if c.Defect != "" {
		text = "   " + c.Defect
	}
	if f.Threshold == nil {
		return text + fmt.Sprintf("   score %.4g", c.Score)
	}
	score, threshold := unlike(c.Score, *f.Threshold)
	sign, verdict, wrong := "≤", "normal", "missed"
	if c.Score > *f.Threshold {
		sign, verdict, wrong = ">", "anomalous", "a false alarm"
	}
	text += fmt.Sprintf("   score %s %s threshold %s: %s", score, sign, threshold, verdict)
	if c.Defect != "" && c.Anomalous != (verdict == "anomalous") {
		text += ", " + wrong
	}
	return text
}
