package pictures

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Plot is a plot that is ready to be written; what gonum/plot offers can be changed
// before.
type Plot struct {
	*plot.Plot
}

// The size of a plot: as wide as a column of a paper; its letters are 10 points.
const (
	plotWidth  = 4.5 * vg.Inch
	plotHeight = 3.75 * vg.Inch
	plotDPI    = 192 // of a PNG: 864 x 720 pixels
)

// lines are the colours of curves, in order, and from the start.
var lines = []rgb{{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}}

// fonts are what a drawing asks for, the first that is there.
const fonts = "Liberation Sans,Arial,Helvetica,sans-serif"

var (
	dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	pale   = rgb{225, 225, 225}
	grey   = rgb{140, 140, 140}
)

func newPlot(title, x, y string) *Plot {
	p := &Plot{plot.New()}
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	for _, style := range []*text.Style{
		&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle,
		&p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle,
	} {
		style.Font.Variant, style.Font.Size, style.Color = "Sans", 10, ink
	}
	p.Title.TextStyle.Font.Size = 12
	p.Title.Padding = vg.Points(6)
	p.Legend.Padding = vg.Points(2)
	p.Legend.XOffs, p.Legend.YOffs = -vg.Points(6), vg.Points(4)
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks{}, roundTicks{}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = pale, pale
	p.Add(grid)
	return p
}

// axes sets what is shown: from 0 to limit, and from 0 to 1.
func (p *Plot) axes(limit float64) {
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, limit, 0, 1
	p.X.Padding, p.Y.Padding = 0, 0
}

// line is how the i-th curve is drawn: by colour, and by dashes from the second on.
func (p *Plot) line(i int) draw.LineStyle {
	style := draw.LineStyle{Color: lines[i%len(lines)], Width: vg.Points(1.6)}
	if i > 0 {
		style.Dashes = []vg.Length{vg.Points(float64(2 + 4*(i%3))), vg.Points(2)}
	}
	return style
}

func (p *Plot) curve(i int, points plotter.XYs, name string) error {
	if len(points) == 0 {
		return errors.New("it has no points")
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	line.LineStyle = p.line(i)
	p.Add(line)
	p.Legend.Add(name, line)
	return nil
}

// chance is the curve of scores that know nothing, up to a false-positive rate.
func (p *Plot) chance(limit float64) error {
	line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: limit, Y: limit}})
	if err != nil {
		return err
	}
	line.Color, line.Width, line.Dashes = grey, vg.Points(0.8), []vg.Length{vg.Points(1), vg.Points(2)}
	p.Add(line)
	p.Legend.Add("chance", line)
	return nil
}

func translucent(c rgb) color.Color { return color.NRGBA{c[0], c[1], c[2], 130} }

// Write writes a plot, which appears whole or not at all, as SVG or PNG by its file's
// extension.
func (p *Plot) Write(file string) error {
	content, err := p.encode(filepath.Ext(file))
	if err != nil {
		return fmt.Errorf("the plot %s cannot be made: %w", file, err)
	}
	return save(file, content)
}

func (p *Plot) encode(extension string) ([]byte, error) {
	var b bytes.Buffer
	switch extension {
	case ".svg":
		c := vgsvg.New(plotWidth, plotHeight)
		p.drawOn(c)
		if _, err := c.WriteTo(&b); err != nil {
			return nil, err
		}
		// The file names its font and does not hold it: say what to take instead.
		return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:"+fonts+";")), nil
	case ".png":
		c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(plotWidth, plotHeight), vgimg.UseDPI(plotDPI))}
		p.drawOn(c)
		if _, err := c.WriteTo(&b); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	}
	return nil, errors.New("its name ends in neither .svg nor .png")
}

// drawOn leaves a margin around the plot: numbers at the ends of axes reach beyond.
func (p *Plot) drawOn(c vg.CanvasSizer) {
	p.Draw(draw.Crop(draw.New(c), vg.Points(4), -vg.Points(10), vg.Points(4), -vg.Points(6)))
}

// roundTicks marks an axis as colour bars are marked.
type roundTicks struct{}

func (roundTicks) Ticks(low, high float64) (out []plot.Tick) {
	at, step := ticks(low, high)
	for _, v := range at {
		out = append(out, plot.Tick{Value: v, Label: number(v, step, 0)})
	}
	return out
}
