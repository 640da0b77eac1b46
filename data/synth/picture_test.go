package synth

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// everyDefect calls f for each category and each of its defects.
func everyDefect(t *testing.T, f func(t *testing.T, c *category, kind string)) {
	for i := range catalogue {
		c := &catalogue[i]
		for _, kind := range c.defects {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				f(t, c, kind)
			})
		}
	}
}

// The mask must be the pixels that the defect changed: where it is 0, the picture and its twin without the defect
// agree to within the stated level, and where it is 255, they don't.
func TestMaskIsExactlyWhatChanged(t *testing.T) {
	everyDefect(t, func(t *testing.T, c *category, kind string) {
		for index := range 2 {
			const size = 48
			pix, mask := c.damaged(5, kind, index, size)
			twin := c.sound(5, "test/"+kind, index, size)
			for p := range size * size {
				most := 0
				for k := range 3 {
					d := int(pix[3*p+k]) - int(twin[3*p+k])
					most = max(most, d, -d)
				}
				if want := most > 8; want != (mask[p] == 255) || !want != (mask[p] == 0) {
					t.Fatalf("picture %d, pixel (%d, %d): the defect changed it by %d levels, the mask is %d",
						index, p%size, p/size, most, mask[p])
				}
			}
		}
	})
}

// Every defect must be there to be found, and stay local: its share of the picture is what doc.go states.
func TestDefectsAreVisibleAndLocal(t *testing.T) {
	everyDefect(t, func(t *testing.T, c *category, kind string) {
		const size, n = 64, 4
		for index := range n {
			_, mask := c.damaged(3, kind, index, size)
			area := float64(bytes.Count(mask, []byte{255})) / (size * size)
			if area < .001 || area > .05 {
				t.Errorf("picture %d: the mask covers %.2f %% of the picture", index, 100*area)
			}
		}
	})
}

// A picture must not depend on which others are drawn, and each of its four coordinates must matter.
func TestPictureIsAFunctionOfSeedCategorySplitIndex(t *testing.T) {
	const size = 32
	seen := map[string]string{}
	for i := range catalogue {
		c := &catalogue[i]
		for _, seed := range []uint64{0, 1} {
			for _, split := range []string{"train/good", "test/good", "test/" + c.defects[0]} {
				for index := range 3 {
					pix := c.sound(seed, split, index, size)
					if !bytes.Equal(pix, c.sound(seed, split, index, size)) {
						t.Fatalf("%s %s %d drawn twice differs", c.name, split, index)
					}
					name := c.name + " " + split + " " + string(rune('0'+index)) + " seed " + string(rune('0'+seed))
					if other, ok := seen[string(pix)]; ok {
						t.Fatalf("%s and %s are the same picture", name, other)
					}
					seen[string(pix)] = name
				}
			}
		}
	}
}

// A small picture shows what a large one shows: averaged down, the large one is close to it. Noise and focus stay
// out of the comparison, as they are per pixel.
func TestSizeOnlySamples(t *testing.T) {
	for i := range catalogue {
		c := &catalogue[i]
		s, cam, _ := c.scene(1, "train/good", 0)
		small, large := cam.expose(s.shade, 64), cam.expose(s.shade, 128)
		sum := 0.0
		for y := range 64 {
			for x := range 64 {
				for k := range 3 {
					at := func(dx, dy int) float64 { return large[3*((2*y+dy)*128+2*x+dx)+k] }
					d := small[3*(y*64+x)+k] - (at(0, 0)+at(1, 0)+at(0, 1)+at(1, 1))/4
					sum += max(d, -d)
				}
			}
		}
		// 3 x 3 and 4 x 4 points a pixel: what differs is where they fall on edges and threads.
		if mean := sum / float64(len(small)); mean > .02 {
			t.Errorf("%s: 64 px and 128 px differ by %.4f of full scale on average", c.name, mean)
		}
	}
}

func TestUnknownDefectPanics(t *testing.T) {
	for i := range catalogue {
		c := &catalogue[i]
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("a defect that the category lacks was drawn")
				}
			}()
			s, _, _ := c.scene(0, "train/good", 0)
			s.damage("no_such_defect", rand.New(rand.NewPCG(1, 2)))
		})
	}
}

func BenchmarkSound(b *testing.B) {
	for _, c := range catalogue {
		b.Run(c.name, func(b *testing.B) {
			for i := range b.N {
				c.sound(0, "train/good", i, 128)
			}
		})
	}
}
