// Package synth draws small data sets in MVTec's layout, so that the whole program can be tried, tested and
// compared without a download. It draws; it does not photograph: figures measured on these pictures say that
// the machinery works, not how well a method does on a production line.
//
// # What is drawn
//
//	category  what                                       defects
//	weave     striped ticking, a blue and white twill    hole, loose_thread, stain, thread_cut
//	stone     polished gneiss: speckled, in layers       chip, crack, scratch, stain
//	gear      turned steel gear on a bench, aligned      bent_tooth, broken_tooth, rust, scratch
//	blister   six tablets in a blister pack, aligned     broken, contamination, misplaced, missing
//
// Two are textures, where any crop looks like any other, and two are objects that always lie in nearly the same
// place. A defect is a local irregularity: it covers between about a thousandth and a twentieth of the picture.
//
// # Why it isn't trivial
//
// The normal pictures differ from each other more than a defect differs from its surroundings: exposure, the
// colour and direction of the light, a soft shadow or a reflection, focus, sensor noise, the texture's phase,
// thread and grain tones, and a few degrees and pixels of pose. All of it is drawn alike for normal and anomalous
// pictures, so nothing but the defect itself tells them apart.
//
// # How a picture comes about
//
// A subject (weave.go, stone.go, gear.go, blister.go) says what colour its surface has at any point of the unit
// square, with or without one defect; nothing in it knows the picture's size. The camera (camera.go) averages
// that surface over every pixel, lights it, blurs it, adds noise and rounds to bytes. A picture with a defect is
// taken twice, with the same light and the same noise, once without the defect: the mask is exactly the set of
// pixels in which the two differ by more than 8 of 255 grey levels in some channel.
//
// # Randomness
//
// Picture i of a split is a pure function of (seed, category, split, i, size), where a split is train/good,
// test/good or test/DEFECT: asking for more pictures, for other categories or for other workers changes none of
// those that were there before. The bytes are the same on every amd64 machine; where Go's compiler fuses
// multiplications and additions (arm64, GOAMD64=v3) a pixel may round to the neighbouring grey level.
package synth
