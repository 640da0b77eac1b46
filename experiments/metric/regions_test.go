package metric

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// drawnMask reads a mask from rows of # and others; each row has the same width.
func drawnMask(rows ...string) (mask []uint8, width int) {
	for _, c := range strings.Join(rows, "") {
		mask = append(mask, map[bool]uint8{true: 255}[c == '#'])
	}
	return mask, len(rows[0])
}

// labelled is the region of each pixel, or -1.
func labelled(r *regions, pixels int) []int {
	out := slices.Repeat([]int{-1}, pixels)
	for _, c := range r.runs {
		for i := c.from; i < c.to; i++ {
			out[i] = c.region
		}
	}
	return out
}

// flooded is the slow definition: from each pixel that has no region yet to its
// eight neighbours and on.
func flooded(mask []uint8, width int) (region []int, sizes []int) {
	region = slices.Repeat([]int{-1}, len(mask))
	for start := range mask {
		if mask[start] == 0 || region[start] >= 0 {
			continue
		}
		size, todo := 0, []int{start}
		region[start] = len(sizes)
		for len(todo) > 0 {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			size++
			for y := at/width - 1; y <= at/width+1; y++ {
				for x := at%width - 1; x <= at%width+1; x++ {
					if y < 0 || y >= len(mask)/width || x < 0 || x >= width {
						continue
					}
					if n := y*width + x; mask[n] != 0 && region[n] < 0 {
						region[n] = len(sizes)
						todo = append(todo, n)
					}
				}
			}
		}
		sizes = append(sizes, size)
	}
	return region, sizes
}

// Sizes by hand.
func TestRegions(t *testing.T) {
	var r regions
	for _, c := range []struct {
		what string
		rows []string
		want []int
	}{
		{"empty", []string{"....", "...."}, nil},
		{"full", []string{"####", "####"}, []int{8}},
		{"one pixel", []string{"....", ".#..", "...."}, []int{1}},
		{"one row", []string{"##.#"}, []int{2, 1}},
		{"one column", []string{"#", "#", ".", "#"}, []int{2, 1}},
		{"corners to the right and to the left", []string{"#...", ".#..", "#..#"}, []int{3, 1}},
		{"the end of a row does not touch the next row's begin", []string{"...#", "#..."}, []int{1, 1}},
		{"two arms that meet below", []string{"#.#.#", "#.#.#", "#.###", "###.."}, []int{13}},
		{"a ring around a pixel", []string{"#####", "#...#", "#.#.#", "#...#", "#####"}, []int{16, 1}},
		{"joined late, from both sides", []string{"#...#", ".#.#.", "#.#.#", "....."}, []int{7}},
		{"runs across looks at eight bytes", []string{".......##.......", "................", "#######..#######"}, []int{2, 7, 7}},
	} {
		mask, width := drawnMask(c.rows...)
		r.find(mask, width)
		if !slices.Equal(r.sizes, c.want) {
			t.Errorf("%s: sizes %v, want %v", c.what, r.sizes, c.want)
		}
	}
}

func TestRegionsAreThoseOfAFlood(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var r regions // one for all, as it is used again
	for range 3000 {
		width, height := 1+rng.IntN(20), 1+rng.IntN(12)
		mask := make([]uint8, width*height)
		share := rng.Float64()
		for i := range mask {
			if rng.Float64() < share {
				mask[i] = uint8(1 + rng.IntN(255))
			}
		}
		r.find(mask, width)
		region, sizes := flooded(mask, width)
		if !slices.Equal(r.sizes, sizes) || !slices.Equal(labelled(&r, len(mask)), region) {
			t.Fatalf("width %d, mask %v: regions %v of sizes %v, want %v of %v", width, mask, labelled(&r, len(mask)), r.sizes, region, sizes)
		}
	}
}

func BenchmarkRegions(b *testing.B) {
	for _, share := range []float64{0, 0.02, 0.5} {
		b.Run(fmt.Sprintf("%.0f %% at random", 100*share), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			mask := make([]uint8, 256*256)
			for i := range mask {
				if rng.Float64() < share {
					mask[i] = 1
				}
			}
			var r regions
			b.SetBytes(int64(len(mask)))
			for b.Loop() {
				r.find(mask, 256)
			}
		})
	}
}
