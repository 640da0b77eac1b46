package augment

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The kernels in use give blendGo's bytes and sums for every length, whatever
// the steps.
func TestBlendKernelsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for trial := range 3000 {
		pix := noise(16, uint64(trial))[:3*r.IntN(256)]
		steps := make([]blend, r.IntN(5))
		for i := range steps {
			steps[i] = blend{by: int16(r.IntN(2*One + 1)), mean: int16(r.IntN(256))}
			if r.IntN(2) == 0 {
				steps[i] = blend{by: steps[i].by, grey: 1}
			}
		}
		want := bytes.Clone(pix)
		sum := blendGo(want, steps, true)
		for _, wantSum := range []bool{true, false} {
			got := bytes.Clone(pix)
			if wantSum {
				if s := blendAndSum(got, steps); s != sum {
					t.Fatalf("%d pixels, %v: sum of greys %d, want %d", len(pix)/3, steps, s, sum)
				}
			} else {
				blendPixels(got, steps)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("%d pixels, %v: bytes differ from blendGo's", len(pix)/3, steps)
			}
		}
	}
}

// The hue kernel in use gives hueGo's bytes for every length, and touches no
// more; that both are right is TestHueEqualsPillowForEveryColour's business.
func TestHueKernelsAgree(t *testing.T) {
	for n := range 100 {
		want := noise(16, uint64(n))
		got := bytes.Clone(want)
		hueGo(want[:3*n], 77)
		turnHue(got[:3*n], 77)
		if !bytes.Equal(got, want) {
			t.Fatalf("%d pixels: bytes differ from hueGo's, or one beyond them was touched", n)
		}
	}
}
