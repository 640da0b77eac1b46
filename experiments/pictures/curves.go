package pictures

import (
	"errors"
	"image/color"
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve is a line of a plot by [Curves].
type Curve struct {
	Name string    // curves of the same name, such as the losses of several seeds, look alike
	X, Y []float64 // of the same length; points that are not finite are left out
}

// Curves plots values over something, such as losses over updates. Both axes begin at 0.
// A curve of a single point is a dot.
//
// It fails where no curve has a point.
func Curves(title, x, y string, curves []Curve) (*Plot, error) {
	p := newPlot(title, x, y)
	p.Legend.Top, p.Legend.YOffs = true, -vg.Points(4)
	looks := map[string]int{}
	right, top := 0.0, 0.0
	for _, c := range curves {
		var points plotter.XYs
		for i, at := range c.X {
			if finite(at) && finite(c.Y[i]) {
				points = append(points, plotter.XY{X: at, Y: c.Y[i]})
				right, top = max(right, at), max(top, c.Y[i])
			}
		}
		if len(points) == 0 {
			continue
		}
		look, known := looks[c.Name]
		if !known {
			look = len(looks)
			looks[c.Name] = look
		}
		style := p.line(look)
		style.Width = vg.Points(1.1)
		line := &plotter.Line{XYs: points, LineStyle: style}
		p.Add(line)
		if len(points) == 1 {
			p.Add(dot(points, style.Color))
		}
		if !known {
			p.Legend.Add(c.Name, line)
		}
	}
	if len(looks) == 0 {
		return nil, errors.New("curves without a point cannot be drawn")
	}
	p.X.Min, p.X.Max = 0, right
	p.Y.Min, p.Y.Max = 0, top*1.25 // room for the legend
	if top == 0 {
		p.Y.Max = 1
	}
	p.X.Padding, p.Y.Padding = 0, 0
	return p, nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func dot(at plotter.XYs, c color.Color) *plotter.Scatter {
	return &plotter.Scatter{XYs: at, GlyphStyle: draw.GlyphStyle{Color: c, Radius: vg.Points(2.5), Shape: draw.CircleGlyph{}}}
}
