package synth

import "math/rand/v2"

// subject is one object or one piece of material, before the camera.
type subject interface {
	shade(x, y float64) rgb                  // its surface, sound
	damage(kind string, r *rand.Rand) shader // its surface with one defect; panics on a kind that it lacks
}

// category is what the folders of one name hold.
type category struct {
	name    string
	defects []string // sorted
	subject func(r *rand.Rand) subject
}

// catalogue lists every category, in the order in which they are drawn.
var catalogue = []category{
	{"weave", []string{"hole", "loose_thread", "stain", "thread_cut"}, newWeave},
	{"stone", []string{"chip", "crack", "scratch", "stain"}, newStone},
	{"gear", []string{"bent_tooth", "broken_tooth", "rust", "scratch"}, newGear},
	{"blister", []string{"broken", "contamination", "misplaced", "missing"}, newBlister},
}

// visible is the difference in grey levels, in any channel, above which a pixel belongs to the mask.
const visible = 8

// sound draws picture index of a split (train/good, test/good or test/DEFECT) without its defect, [size,size,3].
func (c *category) sound(seed uint64, split string, index, size int) []uint8 {
	s, cam, noise := c.scene(seed, split, index)
	return cam.take(s.shade, size, noise)
}

// damaged draws picture index of test/kind, [size,size,3], and its mask, [size,size]: 255 where it differs
// visibly from the same picture without the defect, else 0.
func (c *category) damaged(seed uint64, kind string, index, size int) (pix, mask []uint8) {
	split := "test/" + kind
	s, cam, noise := c.scene(seed, split, index)
	pix = cam.take(s.damage(kind, stream(seed, c.name, split, "defect", index)), size, noise)
	return pix, changed(pix, c.sound(seed, split, index, size))
}

// scene is all that a picture shares with its defect-free twin.
func (c *category) scene(seed uint64, split string, index int) (subject, *camera, *rand.Rand) {
	return c.subject(stream(seed, c.name, split, "subject", index)),
		newCamera(stream(seed, c.name, split, "camera", index)),
		stream(seed, c.name, split, "noise", index)
}

// changed marks the pixels in which two RGB pictures differ visibly.
func changed(a, b []uint8) []uint8 {
	mask := make([]uint8, len(a)/3)
	for i := range a {
		if d := int(a[i]) - int(b[i]); d > visible || d < -visible {
			mask[i/3] = 255
		}
	}
	return mask
}
