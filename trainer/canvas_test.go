package trainer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// noisy are n pictures of random bytes: every colour, every border.
func noisy(n, size int) *data.Pictures {
	r := rand.New(rand.NewPCG(3, uint64(size)))
	p := &data.Pictures{Size: size, Items: make([]data.Item, n), Pix: make([]uint8, n*size*size*3)}
	for i := range p.Pix {
		p.Pix[i] = uint8(r.Uint32())
	}
	// One that is flat, where a hue has no meaning and a mean is exact.
	for i := range p.At(0) {
		p.At(0)[i] = 200
	}
	return p
}

// unlike counts the bytes of b's pictures that painting on the device makes
// otherwise, and labels that differ.
func unlike(t *testing.T, p *data.Pictures, c *configs.Config, n Numerics, batches int) (bytes, labels, views int) {
	t.Helper()
	c.Data.Size, c.Data.Mean, c.Data.Std = p.Size, []float64{0, 0, 0}, []float64{1, 1, 1}
	c.Train.Steps = batches
	l := data.NewLoader(context.Background(), p, c, 0)
	defer l.Close()
	err := torch.Do(func() error {
		v := &canvas{config: c, numerics: n, pictures: p, how: painting(c, n), bytes: shared.take(p, n.Device)}
		defer v.free()
		for range batches {
			b, err := l.Next()
			if err != nil {
				return err
			}
			torch.Scope(func() {
				images, target := v.paint(v.send(b))
				got := torch.Read[float32](images) // [N,3,S,S], 0..1
				area := c.Data.Input() * c.Data.Input()
				for i, want := range b.Pix {
					at := i/3%area + area*(i%3) + i/(3*area)*3*area
					if uint8(got[at]*255+0.5) != want {
						bytes++
					}
				}
				for i, label := range torch.Read[int64](target) {
					if label != b.Labels[i] {
						labels++
					}
				}
				views += len(b.Labels)
			})
			l.Recycle(b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return bytes, labels, views
}

// Thousands of plans, carried out by tensor operations and by the host's
// painter: the same bytes, of whole pictures and of crops.
func TestPaintingOnTheDeviceIsTheHosts(t *testing.T) {
	all := configs.Jitter{Brightness: 0.9, Contrast: 0.9, Saturation: 0.9, Hue: 0.5}
	views := 0
	for name, change := range map[string]func(*configs.Config){
		"the paper's":        func(*configs.Config) {},
		"independent":        func(c *configs.Config) { c.Augment.Views = "independent" },
		"union":              func(c *configs.Config) { c.Augment.Variant = "union" },
		"cutpaste":           func(c *configs.Config) { c.Augment.Variant = "cutpaste" },
		"rotation":           func(c *configs.Config) { c.Augment.Variant = "rotation" },
		"cutout":             func(c *configs.Config) { c.Augment.Variant = "cutout" },
		"cutout at random":   func(c *configs.Config) { c.Augment.Variant, c.Augment.Cutout.Fill = "cutout", "random" },
		"confetti":           func(c *configs.Config) { c.Augment.Variant = "confetti" },
		"a scar of a colour": func(c *configs.Config) { c.Augment.Variant, c.Augment.Cutout.Fill = "scar_cutout", "random" },
		"strong":             func(c *configs.Config) { c.Augment.Jitter, c.Augment.PatchJitter = all, all },
		"without contrast":   func(c *configs.Config) { c.Augment.Jitter, c.Augment.Jitter.Contrast = all, 0 },
		"without jitter":     func(c *configs.Config) { c.Augment.Jitter, c.Augment.PatchJitter = configs.Jitter{}, configs.Jitter{} },
		"hue alone": func(c *configs.Config) {
			c.Augment.Jitter = configs.Jitter{Hue: 0.5}
			c.Augment.PatchJitter = configs.Jitter{Hue: 0.5}
		},
		"half moved, turned, clipped": func(c *configs.Config) {
			c.Augment.Translate, c.Augment.Rotate, c.Augment.Scar.Bounds = 0.5, 180, "unrotated"
			c.Augment.Scar.Angle = 180
		},
	} {
		for _, of := range []struct {
			size, crop   int
			channelsLast bool
		}{{17, 0, false}, {17, 0, true}, {48, 0, false}, {48, 0, true}, {48, 16, true}, {40, 33, false}} {
			t.Run(fmt.Sprintf("%s, %d px of %d, channels-last %v", name, of.crop, of.size, of.channelsLast), func(t *testing.T) {
				c := configs.Default()
				c.Train.Batch, c.Data.Crop = 16, of.crop
				change(c)
				bytes, labels, n := unlike(t, noisy(7, of.size), c, Numerics{Device: torch.CPU, ChannelsLast: of.channelsLast}, 4)
				if bytes+labels > 0 {
					t.Errorf("%d bytes and %d labels of %d views differ", bytes, labels, n)
				}
				views += n
			})
		}
	}
	if views < 4000 {
		t.Errorf("%d plans were tried", views)
	}
}
