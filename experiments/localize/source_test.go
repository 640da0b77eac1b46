package localize

import (
	"context"
	"slices"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// noisy is pictures of 32 px of a grey that varies a little; in the last, a square
// of 8 x 8 pixels at the lower right is white.
func noisy(n int, defect bool) *data.Pictures {
	p := &data.Pictures{Size: 32, Items: make([]data.Item, n), Pix: make([]uint8, n*32*32*3)}
	for i := range p.Pix {
		p.Pix[i] = uint8(120 + i*i/7%13)
	}
	if defect {
		last := p.At(n - 1)
		for y := 20; y < 28; y++ {
			for x := 20 * 3; x < 28*3; x++ {
				last[y*32*3+x] = 255
			}
		}
	}
	return p
}

// started is a net as it starts.
func started(t *testing.T, c *configs.Config) (*nets.Net, trainer.Numerics) {
	t.Helper()
	n, err := trainer.Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	net, err := trainer.Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := torch.Do(func() error { net.Free(); return nil }); err != nil {
			t.Error(err)
		}
	})
	return net, n
}

// From pictures to maps, even a net that was never trained sees a white square on
// grey, and where it is; the pictures' scores agree.
func TestFromPicturesToMaps(t *testing.T) {
	c := configs.Default()
	c.Device, c.Amp, c.ChannelsLast, c.Threads = "cpu", "off", "on", 1
	c.Data.Size, c.Data.Crop, c.Net.Head = 32, 16, nil
	c.Localize.NormalizeBorder = true
	net, n := started(t, c)
	for _, perLocation := range []bool{false, true} {
		plan, err := NewPlan(c.Grid(), perLocation, nets.Dimension(c.Net, nets.Pool), 0, c.Localize.Memory)
		if err != nil {
			t.Fatal(err)
		}
		source := func(p *data.Pictures) Source { return Pictures(context.Background(), net, p, c, n) }
		d, err := plan.Distances(source(noisy(6, false)), source(noisy(2, true)), Options{Options: gde.Options{Covariance: gde.LedoitWolf, Normalize: true}}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var scores []float64
		var peak int
		for i := range 2 {
			m, err := NewUpsampler(c.Grid(), c.Localize).Map(d.At(i))
			if err != nil {
				t.Fatal(err)
			}
			score, err := ImageScore(m, 32, c.Localize.ImageScore, c.Localize.Top)
			if err != nil {
				t.Fatal(err)
			}
			scores = append(scores, score)
			peak = slices.Index(m, slices.Max(m)) // of the last, which has the square
		}
		if x, y := peak%32, peak/32; x < 16 || y < 16 || !(scores[1] > scores[0]) {
			t.Errorf("per location %v: the peak of %v is at x %d, y %d, the normal picture's is %v", perLocation, scores[1], x, y, scores[0])
		}
	}
}

// Chosen pictures of a source come in the order that was asked for, by their
// numbers, with the embeddings that they have among all.
func TestChosenPictures(t *testing.T) {
	c := configs.Default()
	c.Device, c.Amp, c.Threads = "cpu", "off", 1
	c.Data.Size, c.Data.Crop, c.Localize.Stride, c.Net.Head = 32, 16, 16, nil
	net, n := started(t, c)
	pictures := noisy(4, true)
	s := Pictures(context.Background(), net, pictures, c, n)
	embedded := make(map[int][]float32)
	embed := func(numbers []int, visit func(i int, features []float32)) {
		var came []int
		err := s.Embed(numbers, 0, 2, func(i int, features []float32) error {
			came = append(came, i)
			visit(i, features)
			return nil
		})
		if err != nil || !slices.Equal(came, numbers) {
			t.Errorf("%v came for %v, %v", came, numbers, err)
		}
	}
	embed(s.all(), func(i int, features []float32) { embedded[i] = slices.Clone(features) })
	if slices.Equal(embedded[0], embedded[3]) {
		t.Error("two pictures have one embedding: their order was not tried")
	}
	embed([]int{3, 0}, func(i int, features []float32) {
		if !slices.Equal(features, embedded[i]) {
			t.Errorf("picture %d has another embedding among some", i)
		}
	})
	pix, err := chosen{pictures, []int{3, 1, 0}}.Range(0, 2)
	if err != nil || !slices.Equal(pix, slices.Concat(pictures.At(3), pictures.At(1))) {
		t.Errorf("the bytes of pictures 3 and 1: %v", err)
	}
}
