package data

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

// noise is the formula of tools/golden/resize.py.
func noise(w, h int) *Image {
	im := &Image{W: w, H: h, Pix: make([]uint8, 3*w*h)}
	state := uint32(w*1000 + h)
	for i := range im.Pix {
		state = state*1664525 + 1013904223
		im.Pix[i] = uint8(state >> 24)
	}
	return im
}

// Pillow's results, from tools/golden/resize.py. Tolerance: none.
func TestResizeIsPillows(t *testing.T) {
	text, err := os.ReadFile("testdata/resize.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		From, To [2]int
		Pixels   []byte
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 10 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%dx%d to %dx%d", c.From[0], c.From[1], c.To[0], c.To[1]), func(t *testing.T) {
			got := Resize(noise(c.From[0], c.From[1]), c.To[0], c.To[1])
			if got.W != c.To[0] || got.H != c.To[1] {
				t.Fatalf("size %d x %d", got.W, got.H)
			}
			if !slices.Equal(got.Pix, c.Pixels) {
				t.Errorf("differs from Pillow by up to %d", worst(got.Pix, c.Pixels))
			}
		})
	}
}

// worst is the largest difference of two pictures, 256 if their sizes differ.
func worst(a, b []uint8) int {
	if len(a) != len(b) {
		return 256
	}
	most := 0
	for i := range a {
		most = max(most, int(a[i])-int(b[i]), int(b[i])-int(a[i]))
	}
	return most
}

func TestResizeToTheSameSizeIsACopy(t *testing.T) {
	src := noise(9, 5)
	got := Resize(src, 9, 5)
	if !slices.Equal(got.Pix, src.Pix) {
		t.Fatal("pixels changed")
	}
	got.Pix[0]++
	if got.Pix[0] == src.Pix[0] {
		t.Fatal("the copy shares memory with its source")
	}
}

// A flat picture stays flat at any size: weights sum to one.
func TestResizeKeepsAFlatPicture(t *testing.T) {
	for _, v := range []uint8{0, 1, 127, 254, 255} {
		src := &Image{W: 101, H: 67, Pix: slices.Repeat([]uint8{v}, 3*101*67)}
		for _, to := range [][2]int{{1, 1}, {7, 300}, {64, 64}, {256, 3}} {
			if got := Resize(src, to[0], to[1]); slices.Min(got.Pix) != v || slices.Max(got.Pix) != v {
				t.Errorf("grey %d at %v became %d to %d", v, to, slices.Min(got.Pix), slices.Max(got.Pix))
			}
		}
	}
}

func TestResizeRefusesNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a size of 0 did not panic")
		}
	}()
	Resize(noise(2, 2), 0, 2)
}

func BenchmarkResize1024To256(b *testing.B) {
	src := noise(1024, 1024)
	for b.Loop() {
		Resize(src, 256, 256)
	}
}
