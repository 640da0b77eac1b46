package trainer

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// cropped is [small] on crops, with the small stem that these have by default.
func cropped() *configs.Config {
	c := small()
	c.Data.Crop, c.Train.Steps = 16, 5
	return c
}

// A training on crops that was stopped and resumed, from crops painted elsewhere
// too, ends with the bytes of one in one go.
func TestCropsResumed(t *testing.T) {
	once, twice := t.TempDir(), t.TempDir()
	mustTrain(t, job(t, cropped(), once))
	want := outcomeOf(t, once)
	stopAt(t, job(t, cropped(), twice), 2)
	c := cropped()
	c.Augment.On = "device"
	mustTrain(t, job(t, c, twice))
	outcomeOf(t, twice).same(t, "resumed", want)
	if !strings.Contains(want.weights[:1000], `"conv1.weight":{"dtype":"F32","shape":[64,3,3,3]`) {
		t.Error("the stem is not the small one")
	}
}

// A crop of the picture's own size is the picture: the same stem trains the same
// weights.
func TestACropOfTheWholePicture(t *testing.T) {
	whole, crop := t.TempDir(), t.TempDir()
	c := small()
	c.Train.Steps = 2
	mustTrain(t, job(t, c, whole))
	c.Data.Crop, c.Net.Stem = c.Data.Size, configs.StemImageNet
	mustTrain(t, job(t, c, crop))
	outcomeOf(t, crop).same(t, "cropped to its own size", outcomeOf(t, whole))
}

// A checkpoint belongs to its crop, and to its stem.
func TestACheckpointOfOtherCrops(t *testing.T) {
	dir := t.TempDir()
	c := cropped()
	c.Train.Steps = 1
	mustTrain(t, job(t, c, dir))
	for _, change := range []func(*configs.Config){
		func(c *configs.Config) { c.Data.Crop = 17 },
		func(c *configs.Config) { c.Net.Stem = configs.StemImageNet },
	} {
		other := cropped()
		change(other)
		if err := train(t, context.Background(), job(t, other, dir)); err == nil || !strings.Contains(err.Error(), "another training configuration") {
			t.Errorf("a checkpoint of other crops: %v", err)
		}
	}
}

// A net trained on crops embeds pictures of any size.
func TestCropsEmbedWholePictures(t *testing.T) {
	c := cropped()
	net, n := started(t, c)
	p := pictures(3, c.Data.Size)
	got, err := Embed(context.Background(), []*nets.Net{net}, p, c, n, nil)
	if err != nil || len(got[0][0]) != 3*512 {
		t.Errorf("%d numbers (%v)", len(got[0][0]), err)
	}
}

// Weights with a stem of 7x7 do not go into the small one: the sentence says which
// key to set, and with it they do.
func TestCropsFromWeights(t *testing.T) {
	donor, _ := started(t, small())
	file := filepath.Join(t.TempDir(), "donor.safetensors")
	do(t, func() {
		if err := safetensors.Write(file, donor.State(), nil); err != nil {
			t.Error(err)
		}
	})
	c := cropped()
	c.Train.Steps, c.Net.Weights = 1, file
	if err := train(t, context.Background(), job(t, c, t.TempDir())); err == nil || !strings.Contains(err.Error(), "the first convolution is 7x7 in the file and 3x3 in this net, whose net.stem is small: set net.stem to imagenet") {
		t.Errorf("weights of the ImageNet stem: %v", err)
	}
	c.Net.Stem = configs.StemImageNet
	mustTrain(t, job(t, c, t.TempDir()))
}
