package sheet

import (
	"bytes"
	"errors"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// cell is a picture of one color.
func cell(label string, size int, r, g, b uint8) Cell {
	return Cell{label, size, bytes.Repeat([]uint8{r, g, b}, size*size)}
}

// Small pictures are enlarged by a whole factor, and each stands in its place.
func TestDraw(t *testing.T) {
	for _, c := range []struct{ size, side int }{{64, 128}, {100, 200}, {128, 128}, {256, 256}} {
		img := Draw("title", [][]Cell{
			{cell("a", c.size, 255, 0, 0), cell("b", c.size, 0, 255, 0)},
			{cell("c", c.size, 0, 0, 255)},
		})
		if b := img.Bounds(); b.Dx() != 8+2*(c.side+8) || b.Dy() != 8+16+2*(c.side+16+8) {
			t.Errorf("%d pixels: the sheet is %v", c.size, b)
		}
		for _, at := range []struct {
			x, y int
			want color.RGBA
		}{
			{8, 24, color.RGBA{255, 0, 0, 255}},
			{8 + c.side - 1, 24 + c.side - 1, color.RGBA{255, 0, 0, 255}},
			{8 + c.side, 24, paper},
			{8 + c.side + 8, 24, color.RGBA{0, 255, 0, 255}},
			{8, 24 + c.side + 16 + 8, color.RGBA{0, 0, 255, 255}},
			{8 + c.side + 8, 24 + c.side + 16 + 8, paper}, // no picture
		} {
			if got := img.RGBAAt(at.x, at.y); got != at.want {
				t.Errorf("%d pixels: at %d, %d stands %v, want %v", c.size, at.x, at.y, got, at.want)
			}
		}
	}
}

// A picture smaller than the first is enlarged until it would be larger than that.
func TestDrawCrops(t *testing.T) {
	img := Draw("", [][]Cell{{cell("", 200, 255, 0, 0), cell("", 64, 0, 255, 0)}})
	if b := img.Bounds(); b.Dx() != 8+2*(200+8) {
		t.Errorf("the sheet is %v", b)
	}
	left, green := 8+200+8, color.RGBA{0, 255, 0, 255}
	for _, at := range []struct {
		x    int
		want color.RGBA
	}{{left, green}, {left + 3*64 - 1, green}, {left + 3*64, paper}} {
		if got := img.RGBAAt(at.x, 24); got != at.want {
			t.Errorf("at %d stands %v, want %v", at.x, got, at.want)
		}
	}
}

// A pixel becomes a square of equal pixels.
func TestEnlarging(t *testing.T) {
	c := cell("", 64, 0, 0, 0)
	copy(c.Pix[3*(64*5+7):], []uint8{9, 8, 7}) // pixel (7,5)
	img := Draw("", [][]Cell{{c}})
	for y := range 128 {
		for x := range 128 {
			want := color.RGBA{0, 0, 0, 255}
			if x/2 == 7 && y/2 == 5 {
				want = color.RGBA{9, 8, 7, 255}
			}
			if got := img.RGBAAt(8+x, 24+y); got != want {
				t.Fatalf("at %d, %d stands %v, want %v", x, y, got, want)
			}
		}
	}
}

// Text has ink, and none of it is outside of its column.
func TestLabels(t *testing.T) {
	long := "a label that is much longer than its picture is wide"
	img := Draw("", [][]Cell{{cell(long, 128, 255, 255, 255), cell("", 128, 255, 255, 255)}})
	inked := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if img.RGBAAt(x, y) != paper {
				inked++
				if x >= 8+128 || y < 24+128 {
					t.Fatalf("there is ink at %d, %d", x, y)
				}
			}
		}
	}
	if inked < 100 {
		t.Errorf("%d pixels of ink", inked)
	}
}

func TestWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sheet.png")
	if err := Write(file, "title", [][]Cell{{cell("a", 32, 1, 2, 3)}}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(content)); err != nil {
		t.Error(err)
	}
	if err := Write(filepath.Join(file, "no", "sheet.png"), "", [][]Cell{{cell("a", 32, 1, 2, 3)}}); err == nil {
		t.Error("a file is no folder")
	}
	if err := Write(filepath.Join(t.TempDir(), "no", "sheet.png"), "", [][]Cell{{cell("a", 32, 1, 2, 3)}}); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without its folder: %v", err)
	}
}
