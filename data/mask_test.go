package data

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"strings"
	"testing"
)

func maskOf(rows ...string) *Mask {
	m := &Mask{len(rows[0]), len(rows), nil}
	for _, v := range strings.Join(rows, "") {
		m.On = append(m.On, uint8(v-'0'))
	}
	return m
}

// The wanted masks are Pillow 13.0.0's: Image.fromarray(a).resize((w, h), Image.NEAREST).
func TestMaskResizeAgainstPillow(t *testing.T) {
	for _, c := range []struct{ from, want *Mask }{
		{maskOf("10010", "01001", "11000", "00000"), maskOf("100", "001", "100", "100", "000")},
		{maskOf("1001010", "0100101", "1100011"), maskOf("1000", "1001")},
		{maskOf("1001", "0100", "1100", "0000"), maskOf("1001", "0100", "1100", "0000")},
	} {
		got := c.from.Resize(c.want.W, c.want.H)
		if !bytes.Equal(got.On, c.want.On) {
			t.Errorf("%d x %d to %d x %d: %v, want %v", c.from.W, c.from.H, c.want.W, c.want.H, got.On, c.want.On)
		}
	}
}

func TestReadMask(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 3, 2))
	img.SetGray(2, 1, color.Gray{1}) // a mask of ones
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	m, err := ReadMask(write(t, filepath.Join(t.TempDir(), "000_mask.png"), b.Bytes()), 0)
	if err != nil || m.W != 3 || m.H != 2 || !bytes.Equal(m.On, []uint8{0, 0, 0, 0, 0, 1}) || m.Empty() {
		t.Errorf("%+v, %v", m, err)
	}
	if !m.Resize(1, 1).Empty() { // whose only pixel is the old one at the middle
		t.Error("the pixel at the corner is left in a mask of 1 x 1")
	}
}
