package configs

import (
	"fmt"
	"math"
	"strconv"
)

// Grid is where a picture's windows lie: squares of Window pixels, Stride pixels
// apart, of a picture of Picture x Picture pixels, all of them inside it.
type Grid struct {
	Picture, Window, Stride int // pixels
}

// Side is how many windows stand beside each other, and below: 57 for windows of
// 32 pixels at stride 4 of a picture of 256, 49 for those of 64.
func (g Grid) Side() int { return (g.Picture-g.Window)/g.Stride + 1 }

// Windows is how many windows a picture has.
func (g Grid) Windows() int { return g.Side() * g.Side() }

// Grid is where the windows lie that the patch model's maps are made of: the
// windows of localize.window, or of what was trained where that is 0.
func (c *Config) Grid() Grid {
	g := Grid{c.Data.Size, c.Localize.Window, c.Localize.Stride}
	if g.Window == 0 {
		g.Window = c.Data.Input()
	}
	return g
}

// Deviation is localize.sigma in pixels, for windows of k pixels. The paper does
// not print its own; auto is the rule of FCDD's code, from which reimplementations
// have their kernels: log10(0.45 k + 1) + 0.25 where k < 32, else 10.
func (l *Localize) Deviation(k int) float64 {
	if v, err := strconv.ParseFloat(l.Sigma, 64); err == nil {
		return v
	}
	if k < 32 {
		return math.Log10(0.45*float64(k)+1) + 0.25
	}
	return 10
}

// checkLocalize holds windows against pictures, whether maps are made or not.
func (c *Config) checkLocalize() error {
	g := c.Grid()
	switch {
	case g.Window > g.Picture: // a crop is not: see checkCrop
		return &Error{Key: "localize.window", Msg: fmt.Sprintf("localize.window %d is larger than data.size %d, which it is cut out of; lower the one or raise the other", g.Window, g.Picture)}
	case g.Stride > g.Window:
		return &Error{Key: "localize.stride", Msg: fmt.Sprintf("localize.stride %d is larger than the windows of %d pixels, and pixels between them would have no score; lower it", g.Stride, g.Window)}
	case c.Localize.ImageScore == "top" && c.Localize.Top > g.Picture*g.Picture:
		return &Error{Key: "localize.top", Msg: fmt.Sprintf("localize.top %d is more than the %d pixels of a map; lower it", c.Localize.Top, g.Picture*g.Picture)}
	}
	return nil
}
