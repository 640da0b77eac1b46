package pictures

import (
	"image"
	"testing"
)

func TestTextFits(t *testing.T) {
	c := newCanvas(200, 30, 1)
	long := "a text that is much longer than two hundred pixels are wide"
	for _, width := range []int{0, 5, 20, 100, 199} {
		got := fit(long, width, c.plain)
		if w := widthOf(got, c.plain); w > width {
			t.Errorf("%q has %d pixels, want at most %d", got, w, width)
		}
		if width >= 20 && (len(got) < 4 || got[len(got)-3:] != "…") {
			t.Errorf("within %d pixels the text is %q", width, got)
		}
	}
	if got := fit("short", 100, c.plain); got != "short" {
		t.Errorf("a text that fits became %q", got)
	}
	if end := c.write("word", 10, 20, 100, c.plain); end != 10+widthOf("word", c.plain) || inked(c, image.Rect(10, 5, end, 26)) < 20 || inked(c, c.Bounds()) != inked(c, image.Rect(10, 5, end, 26)) {
		t.Errorf("the text ends at %d, and its pixels are not where it stands", end)
	}
}
