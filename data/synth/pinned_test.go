//go:build amd64 && !amd64.v3

package synth

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// The pixels that version 1 of the drawings gives on an amd64 machine. If this test fails, either the bytes
// changed by mistake, or they were meant to: then raise drawing and put the new digests here.
func TestPixelsOfThisVersion(t *testing.T) {
	if drawing != 1 {
		t.Fatalf("the digests are those of version 1, drawing is %d", drawing)
	}
	want := map[string]string{
		"weave":   "4d2335ac9714da3a",
		"stone":   "26a24a633fd56d9b",
		"gear":    "261eba99b834c835",
		"blister": "5213693355f231da",
	}
	for i := range catalogue {
		c := &catalogue[i]
		h := sha256.New()
		h.Write(c.sound(7, "train/good", 0, 48))
		for _, kind := range c.defects {
			pix, mask := c.damaged(7, kind, 1, 48)
			h.Write(pix)
			h.Write(mask)
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)[:8]); got != want[c.name] {
			t.Errorf("%s: digest %s, want %s", c.name, got, want[c.name])
		}
	}
}
