package data

import (
	"bytes"
	"slices"
	"testing"
)

// Batches of crops have their size, and are a function of seed and step.
func TestLoaderOfCrops(t *testing.T) {
	p, c := pictured(4, 40), loaderConfig(40, 3, 6)
	c.Data.Crop = 24
	all := read(t, p, c, 0)
	for _, b := range all {
		if len(b.Pix) != 3*3*24*24*3 {
			t.Fatalf("%d bytes in a batch of 3 x 3 crops of 24 px", len(b.Pix))
		}
	}
	c.Data.Workers, c.Train.Prefetch = 3, 2
	if err := same(all[2:], read(t, p, c, 2)); err != nil {
		t.Error(err)
	}
	places := map[[2]int32]bool{}
	for _, b := range all {
		for _, plan := range b.Plans {
			places[[2]int32{plan.CropX, plan.CropY}] = true
		}
	}
	if len(places) < 12 { // of 18 pictures and 289 places
		t.Errorf("the crops are from %d places: %v", len(places), places)
	}
}

// A crop of the picture's own size is the picture, byte for byte.
func TestLoaderOfWholeCrops(t *testing.T) {
	p, c := pictured(4, 32), loaderConfig(32, 3, 5)
	whole := read(t, p, c, 0)
	c.Data.Crop = 32
	for i, b := range read(t, p, c, 0) {
		if !bytes.Equal(b.Pix, whole[i].Pix) || !slices.Equal(b.Plans, whole[i].Plans) {
			t.Errorf("step %d: other bytes or plans", i)
		}
	}
}
