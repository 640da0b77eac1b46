package torch

import (
	"slices"
	"testing"
)

// Windows are cut out where they should be, in either layout, from one picture
// and from several.
func TestWindows(t *testing.T) {
	const n, c, side, size, stride = 2, 3, 9, 4, 2 // 3 x 3 windows
	pixels := wave(n*c*side*side, 1)
	at := func(i, ch, y, x int) float32 { return pixels[((i*c+ch)*side+y)*side+x] }
	for _, channelsLast := range []bool{false, true} {
		inScope(t, func() {
			x := From(pixels, n, c, side, side)
			if channelsLast {
				x = x.ChannelsLast()
			}
			got := Windows(x, size, stride, 1, 2)
			if want := []int{n * 2 * 3, c, size, size}; !slices.Equal(got.Shape(), want) {
				t.Fatalf("shape %v, want %v", got.Shape(), want)
			}
			if got.IsChannelsLast() != channelsLast {
				t.Errorf("channels-last is %v", !channelsLast)
			}
			var want []float32
			for i := range n {
				for row := 1; row < 3; row++ {
					for column := range 3 {
						for ch := range c {
							for y := range size {
								for x := range size {
									want = append(want, at(i, ch, row*stride+y, column*stride+x))
								}
							}
						}
					}
				}
			}
			if !slices.Equal(Read[float32](got), want) {
				t.Errorf("channels-last %v: other pixels", channelsLast)
			}
			alone := Read[float32](Windows(x, side, 5, 0, 1))
			if !slices.Equal(alone, pixels) {
				t.Errorf("channels-last %v: a window of the picture's size is not the picture", channelsLast)
			}
		})
	}
}

func TestWindowsThatDoNotFit(t *testing.T) {
	inScope(t, func() {
		x := From(wave(48, 1), 1, 3, 4, 4)
		for what, f := range map[string]func(){
			"larger than the picture": func() { Windows(x, 5, 1, 0, 1) },
			"stride 0":                func() { Windows(x, 2, 0, 0, 1) },
			"too many rows":           func() { Windows(x, 2, 2, 1, 2) },
			"no row":                  func() { Windows(x, 2, 2, 1, 0) },
		} {
			if p, ok := caught(f).(*Error); !ok {
				t.Errorf("%s: %v", what, p)
			}
		}
	})
}
