package defects

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/cutpaste/cutpaste/data"
)

// plain is a w x h picture of one colour.
func plain(w, h int, r, g, b uint8) *data.Image {
	return &data.Image{W: w, H: h, Pix: bytes.Repeat([]uint8{r, g, b}, w*h)}
}

// noisy is a picture of random bytes.
func noisy(w, h int, seed uint64) *data.Image {
	img, r := plain(w, h, 0, 0, 0), rand.New(rand.NewPCG(seed, 0))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
	}
	return img
}

// What is outside the mask is as it was; what is inside is the fill: another colour
// than the picture's, for pictures of a colour that no fill has here. The original is
// left alone.
func TestMaskIsWhatChanged(t *testing.T) {
	for _, shape := range []struct{ w, h int }{{64, 64}, {100, 37}, {8, 8}, {9, 200}} {
		for _, d := range All {
			img, natural := plain(shape.w, shape.h, 7, 8, 9), plain(50, 70, 200, 100, 50)
			before := bytes.Clone(img.Pix)
			for index := range 200 {
				out, mask := Draw(img, d, natural, Size, 1, index)
				on := 0
				for i, v := range mask.On {
					was, is := img.Pix[3*i:3*i+3], out.Pix[3*i:3*i+3]
					if (v != 0) == bytes.Equal(was, is) {
						t.Fatalf("%s %d on %dx%d: mask %d, pixel %v becomes %v", d.Name(), index, img.W, img.H, v, was, is)
					}
					on += int(v)
				}
				if on == 0 || mask.W != img.W || mask.H != img.H || out.W != img.W || out.H != img.H {
					t.Fatalf("%s %d on %dx%d: %d pixels of a %dx%d mask", d.Name(), index, img.W, img.H, on, mask.W, mask.H)
				}
			}
			if !bytes.Equal(img.Pix, before) {
				t.Fatalf("%s: the original was drawn onto", d.Name())
			}
		}
	}
}

// A colour is one for all of the shape, and different from picture to picture.
func TestColorFill(t *testing.T) {
	seen := map[[3]uint8]bool{}
	for index := range 100 {
		out, mask := Draw(noisy(64, 64, 1), Defect{Heart, Color}, nil, Size, 1, index)
		var colour *[3]uint8
		for i, v := range mask.On {
			if v == 0 {
				continue
			}
			c := [3]uint8(out.Pix[3*i : 3*i+3])
			if colour == nil {
				colour = &c
			}
			if c != *colour {
				t.Fatalf("heart %d has the colours %v and %v", index, *colour, c)
			}
		}
		seen[*colour] = true
	}
	if len(seen) < 99 { // two alike have a chance of 1 in 3000
		t.Errorf("100 hearts have %d colours", len(seen))
	}
}

// A natural fill is a part of the natural picture, pixel by pixel: every pixel here
// says where it is from. A picture smaller than the shape is mirrored.
func TestNaturalFill(t *testing.T) {
	natural := plain(120, 90, 0, 0, 1)
	for i := range natural.W * natural.H {
		natural.Pix[3*i], natural.Pix[3*i+1] = uint8(i%natural.W), uint8(i/natural.W)
	}
	places := map[[2]int]bool{}
	for index := range 100 {
		out, mask := Draw(plain(64, 64, 0, 0, 0), Defect{Square, Natural}, natural, 0.5, 1, index)
		var from *[2]int
		for i, v := range mask.On {
			if v == 0 {
				continue
			}
			p := [2]int{int(out.Pix[3*i]) - i%64, int(out.Pix[3*i+1]) - i/64}
			if from == nil {
				from = &p
			}
			if p != *from {
				t.Fatalf("square %d is from %v and from %v", index, *from, p)
			}
		}
		places[*from] = true
	}
	if len(places) < 90 {
		t.Errorf("100 squares are from %d places", len(places))
	}

	out, mask := Draw(plain(64, 64, 0, 0, 0), Defect{Square, Natural}, plain(3, 2, 1, 2, 3), 1, 1, 0)
	for i, v := range mask.On {
		if v != 0 && [3]uint8(out.Pix[3*i:3*i+3]) != [3]uint8{1, 2, 3} {
			t.Fatalf("pixel %d of a small natural picture is %v", i, out.Pix[3*i:3*i+3])
		}
	}
	for i, want := range []int{0, 1, 2, 2, 1, 0, 0, 1} {
		if got := mirrored(i, 3); got != want {
			t.Errorf("%d of 3 pixels is %d, want %d", i, got, want)
		}
	}
}

// Same arguments, same bytes; another seed, index or kind, another defect. Both fills
// of an index have one shape in one place.
func TestDrawIsPure(t *testing.T) {
	img, natural := noisy(64, 48, 1), noisy(64, 64, 2)
	for _, d := range All {
		out, mask := Draw(img, d, natural, Size, 3, 4)
		again, same := Draw(img, d, natural, Size, 3, 4)
		if !bytes.Equal(out.Pix, again.Pix) || !bytes.Equal(mask.On, same.On) {
			t.Errorf("%s: other bytes the second time", d.Name())
		}
		for what, at := range map[string][2]int{"seed": {2, 4}, "index": {3, 5}} {
			if _, other := Draw(img, d, natural, Size, uint64(at[0]), at[1]); bytes.Equal(mask.On, other.On) {
				t.Errorf("%s: another %s gives the same mask", d.Name(), what)
			}
		}
		if _, other := Draw(img, Defect{d.Kind, Natural}, natural, Size, 3, 4); !bytes.Equal(mask.On, other.On) {
			t.Errorf("%s: a natural fill has another shape", d.Name())
		}
	}
}

// A shape's diameter is half to all of the share, and every place inside is taken:
// the mask's box reaches each border now and then.
func TestSizeAndPlace(t *testing.T) {
	for _, kind := range Kinds {
		for _, size := range []float64{0.1, 0.25, 0.9} {
			most, reached := 0, [4]int{}
			for index := range 1000 {
				_, mask := Draw(plain(80, 60, 0, 0, 0), Defect{kind, Color}, nil, size, 1, index)
				left, top, right, bottom := 80, 60, 0, 0
				for i, v := range mask.On {
					if v != 0 {
						x, y := i%80, i/80
						left, top, right, bottom = min(left, x), min(top, y), max(right, x+1), max(bottom, y+1)
					}
				}
				most = max(most, right-left, bottom-top)
				for i, at := range []bool{left == 0, top == 0, right == 80, bottom == 60} {
					if at {
						reached[i]++
					}
				}
			}
			limit := int(size*60 + 0.5)
			if most > limit || most < limit*7/10 {
				t.Errorf("%s of size %g: the largest has %d pixels, want about %d", kind, size, most, limit)
			}
			for i, n := range reached {
				if n == 0 {
					t.Errorf("%s of size %g: none of 1000 reaches border %d", kind, size, i)
				}
			}
		}
	}
}

func TestDrawRefuses(t *testing.T) {
	good := plain(8, 8, 0, 0, 0)
	for name, draw := range map[string]func(){
		"small":        func() { Draw(plain(7, 8, 0, 0, 0), All[0], nil, Size, 0, 0) },
		"size 0":       func() { Draw(good, All[0], nil, 0, 0, 0) },
		"size 1.1":     func() { Draw(good, All[0], nil, 1.1, 0, 0) },
		"no natural":   func() { Draw(good, Defect{Heart, Natural}, nil, Size, 0, 0) },
		"unknown kind": func() { Draw(good, Defect{"star", Color}, nil, Size, 0, 0) },
		"unknown fill": func() { Draw(good, Defect{Heart, "gold"}, nil, Size, 0, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: drawn", name)
				}
			}()
			draw()
		}()
	}
}
