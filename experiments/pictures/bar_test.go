package pictures

import (
	"image"
	"testing"
)

// A bar of 102 pixels has a frame of one and 100 colours: the first is that of the
// lowest score, the last that of the highest, over a grey of 128, which a map's picture
// shows as 64 + 128/2.
func TestBar(t *testing.T) {
	threshold := 7.0
	for _, c := range []struct {
		name string
		m    Map
		mark int // column of the mark's middle; 0: none
	}{
		{"plain", Map{Scale: Scale{2, 10}}, 0},
		{"with a threshold", Map{Scale: Scale{2, 10}, Threshold: &threshold}, 5 + 1 + 62}, // 5/8*99 = 61.9
		{"with one beyond its scale", Map{Scale: Scale{8, 10}, Threshold: &threshold}, 0},
		{"of one score", Map{Scale: Scale{3, 3}}, 0},
		{"of none", Map{Scale: NewScale()}, 0},
	} {
		canvas := newCanvas(120, 60, 1)
		canvas.bar(c.m, image.Pt(5, 10), 102)
		for x, want := range map[int]rgb{
			4: paper, 5: ink, 106: ink, 107: paper,
			6:   heat()[0].over(rgb{128, 128, 128}, opacity),
			105: heat()[255].over(rgb{128, 128, 128}, opacity),
		} {
			if got := canvas.get(x, 12); got != want {
				t.Errorf("%s: column %d is %v, want %v", c.name, x, got, want)
			}
		}
		for y, want := range map[int]rgb{9: paper, 10: ink, 23: ink, 24: paper} {
			if got := canvas.get(7, y); got != want {
				t.Errorf("%s: row %d is %v, want %v", c.name, y, got, want)
			}
		}
		for x := range 120 {
			want := paper
			switch d := x - c.mark; {
			case c.mark != 0 && d >= -1 && d <= 1:
				want = orange
			case c.mark != 0 && (d == -2 || d == 2):
				want = black
			}
			if got := canvas.get(x, 8); got != want {
				t.Errorf("%s: above column %d stands %v, want %v", c.name, x, got, want)
			}
		}
		if n := inked(canvas, image.Rect(5, 24, 107, 45)); c.m.Scale.usable() != (n > 0) {
			t.Errorf("%s: %d pixels of numbers", c.name, n)
		}
		if n, all := inked(canvas, image.Rect(5, 7, 107, 45)), inked(canvas, canvas.Bounds()); n != all {
			t.Errorf("%s: %d pixels are drawn beside the bar", c.name, all-n)
		}
	}
}

// inked counts pixels that are not paper.
func inked(c *canvas, r image.Rectangle) (n int) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if c.get(x, y) != paper {
				n++
			}
		}
	}
	return n
}

// Numbers do not touch: there are several columns of paper between two.
func TestNumbersOfBarsAreApart(t *testing.T) {
	for _, s := range []Scale{{2, 10.3}, {19.7, 62}, {-123456, 987654}, {0, 1}} {
		c := newCanvas(256, 60, 1)
		c.bar(Map{Scale: s}, image.Point{}, 256)
		groups, empty := 1, 0
		for x := range 256 {
			if inked(c, image.Rect(x, 18, x+1, 60)) > 0 {
				if empty >= 5 && x > empty {
					groups++
				}
				empty = 0
			} else {
				empty++
			}
		}
		if groups < 3 {
			t.Errorf("of %v there are %d numbers apart from one another, want 3 or more", s, groups)
		}
	}
}

// The squares that explain colours are 14 pixels: a mask's is outlined 3 pixels from
// the border, what is found fills it.
func TestKeys(t *testing.T) {
	grey := rgb{128, 128, 128}
	mixed := orange.over(grey, 50)
	for _, c := range []struct {
		name        string
		mask, found bool
		want        map[int]rgb // by column
	}{
		{"a mask", true, false, map[int]rgb{0: grey, 1: grey, 2: black, 3: skyBlue, 4: grey, 10: skyBlue, 11: black, 12: grey, 14: paper}},
		{"found", false, true, map[int]rgb{0: orange, 1: mixed, 12: mixed, 13: orange, 14: paper}},
	} {
		canvas := newCanvas(100, 20, 1)
		canvas.key("text", image.Point{}, 100, c.mask, c.found)
		for x, want := range c.want {
			if got := canvas.get(x, 7); got != want {
				t.Errorf("%s: column %d is %v, want %v", c.name, x, got, want)
			}
		}
		if inked(canvas, image.Rect(20, 0, 100, 20)) == 0 {
			t.Errorf("%s: there is no text", c.name)
		}
	}
}
