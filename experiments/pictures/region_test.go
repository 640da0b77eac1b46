package pictures

import (
	"image"
	"strings"
	"testing"
)

// parseRegion reads rows of . and #.
func parseRegion(rows ...string) region {
	r := region{len(rows[0]), len(rows), nil}
	for _, c := range strings.Join(rows, "") {
		r.in = append(r.in, c == '#')
	}
	return r
}

// seen describes the pixels of a canvas: paper ., the line o, its halo #, others ?.
func seen(c *canvas) (rows []string) {
	for y := range c.Bounds().Dy() {
		row := ""
		for x := range c.Bounds().Dx() {
			switch c.get(x, y) {
			case paper:
				row += "."
			case skyBlue:
				row += "o"
			case black:
				row += "#"
			default:
				row += "?"
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func TestOutline(t *testing.T) {
	block := []string{
		".......",
		".####..",
		".####..",
		".####..",
		".......",
	}
	for _, c := range []struct {
		name   string
		region []string
		unit   int
		halo   bool
		want   []string
	}{
		{"a block with a halo", block, 1, true, []string{
			"######.",
			"#oooo#.",
			"#o..o#.",
			"#oooo#.",
			"######.",
		}},
		{"without", block, 1, false, []string{
			".......",
			".oooo..",
			".o..o..",
			".oooo..",
			".......",
		}},
		{"twice as wide", block, 2, true, []string{
			"#######",
			"#oooo##",
			"#oooo##",
			"#oooo##",
			"#######",
		}},
		{"at the border of the picture", []string{"##...", "##...", "##..."}, 1, true, []string{
			"oo#..",
			"oo#..",
			"oo#..",
		}},
		{"all of the picture", []string{"####", "####", "####"}, 1, true, []string{
			"oooo",
			"o..o",
			"oooo",
		}},
		{"nothing", []string{"...", "..."}, 1, true, []string{"...", "..."}},
		{"two that touch", []string{"#...", ".#..", "...."}, 1, true, []string{"o##.", "#o#.", "###."}},
	} {
		r := parseRegion(c.region...)
		canvas := newCanvas(r.width, r.height, c.unit)
		canvas.outline(r, image.Point{}, skyBlue, c.halo)
		if got := strings.Join(seen(canvas), "\n"); got != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, strings.Join(c.want, "\n"))
		}
	}
}

// A region is drawn in its place, and nothing beside its rectangle.
func TestOutlineInItsPlace(t *testing.T) {
	c := newCanvas(6, 4, 1)
	c.outline(parseRegion("##", "#."), image.Pt(3, 1), skyBlue, true)
	if got, want := strings.Join(seen(c), " "), "...... ...oo. ...o#. ......"; got != want {
		t.Errorf("drawn is %s, want %s", got, want)
	}
}

func TestTint(t *testing.T) {
	c := newCanvas(3, 1, 1)
	c.tint(parseRegion(".#."), image.Point{}, rgb{100, 0, 255})
	for x, want := range []rgb{paper, {178, 128, 255}, paper} { // (100+255)/2, 255/2
		if got := c.get(x, 0); got != want {
			t.Errorf("pixel %d is %v, want %v", x, got, want)
		}
	}
}

func TestRegions(t *testing.T) {
	same := func(name string, got, want region) {
		t.Helper()
		for i := range want.in {
			if len(got.in) != len(want.in) || got.width != want.width || got.height != want.height || got.in[i] != want.in[i] {
				t.Fatalf("%s: %v, want %v", name, got, want)
			}
		}
	}
	same("a mask", maskRegion([]uint8{0, 1, 255, 0}, 2, 2), parseRegion(".#", "#."))
	same("scores at a threshold, above it, below it and NaN", found([]float32{3, 4, 2, nan}, 3, 4, 1), parseRegion("##.."))
	same("enlarged", parseRegion("#.", ".#", "..").enlarged(2), parseRegion("##..", "##..", "..##", "..##", "....", "...."))
}
