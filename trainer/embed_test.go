package trainer

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Embeddings are those of each picture alone, in the order of the pictures,
// also where a batch of them ends; and taking them changes nothing in the net.
func TestEmbed(t *testing.T) {
	c := small()
	net, n := started(t, c)
	p := pictures(2*32+3, c.Data.Size)
	before := live(t)
	var done []int
	both, err := Embed(context.Background(), []*nets.Net{net, net}, p, c, n, func(d, total int) {
		if total != len(p.Items) {
			t.Errorf("progress counts to %d", total)
		}
		done = append(done, d)
	})
	if err != nil {
		t.Fatal(err)
	}
	got := both[0][0]
	if !slices.Equal(both[1][0], got) {
		t.Error("the same net gives other numbers when it comes second")
	}
	if want := []int{32, 64, 67}; !slices.Equal(done, want) {
		t.Errorf("progress was %v, want %v", done, want)
	}
	d := net.Dimension()
	if len(got) != len(p.Items)*d {
		t.Fatalf("%d numbers for %d pictures of %d", len(got), len(p.Items), d)
	}
	do(t, func() {
		torch.NoGrad(func() {
			for i := range p.Items {
				torch.Scope(func() {
					x := torch.Images(p.At(i), p.Size, c.Data.Mean, c.Data.Std, n.Device, n.ChannelsLast)
					alone := torch.Read[float32](net.Embed(x))
					for k, want := range alone {
						if math.Abs(float64(got[i*d+k]-want)) > 1e-4*(1+math.Abs(float64(want))) {
							t.Fatalf("number %d of picture %d is %g, alone it is %g", k, i, got[i*d+k], want)
						}
					}
				})
			}
		})
	})
	if slices.Equal(got[:d], got[d:2*d]) {
		t.Error("two pictures have one embedding: their order was not tried")
	}
	// To the last bit it is what the net makes of these batches one by one, also of
	// pictures that are still arriving.
	var want []float32
	do(t, func() {
		torch.NoGrad(func() {
			for from := 0; from < p.Len(); from += 32 {
				pix, _ := p.Range(from, min(from+32, p.Len()))
				x := torch.Images(pix, p.Size, c.Data.Mean, c.Data.Std, n.Device, n.ChannelsLast)
				want = append(want, torch.Read[float32](net.Embed(x))...)
			}
		})
	})
	again, err := Embed(context.Background(), []*nets.Net{net}, &slowly{Pictures: p}, c, n, nil)
	if err != nil || !slices.Equal(again[0][0], got) || !slices.Equal(got, want) {
		t.Errorf("embedding again gives other numbers (%v)", err)
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

// All levels come from one pass, in the order in which they are listed, and each
// is what it is alone.
func TestEmbedLevels(t *testing.T) {
	c := small()
	net, n := started(t, c)
	p := pictures(32+3, c.Data.Size)
	before := live(t)
	of := func(levels ...string) [][]float32 {
		c.Embed.Levels = levels
		got, err := Embed(context.Background(), []*nets.Net{net, net}, p, c, n, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || !slices.EqualFunc(got[0], got[1], slices.Equal) {
			t.Errorf("%v: the same net gives other numbers when it comes second", levels)
		}
		return got[0]
	}
	together := of("layer2", "pool", "layer4")
	for i, level := range []string{"layer2", "pool", "layer4"} {
		if want := p.Len() * nets.Dimension(c.Net, level); len(together[i]) != want || !slices.Equal(together[i], of(level)[0]) {
			t.Errorf("%s: %d numbers, want %d as alone", level, len(together[i]), want)
		}
	}
	if slices.Equal(together[0], together[1][:len(together[0])]) {
		t.Error("layer2 and pool have the same numbers")
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

// slowly is pictures that arrive while others are embedded, or do not arrive.
type slowly struct {
	*data.Pictures
	fails error // at the third batch, if not nil
}

func (s *slowly) Range(from, to int) ([]uint8, error) {
	time.Sleep(time.Millisecond)
	if from >= 64 && s.fails != nil {
		return nil, s.fails
	}
	return s.Pictures.Range(from, to)
}

// Pictures that cannot be had end it with their error.
func TestEmbedWhatDoesNotArrive(t *testing.T) {
	c := small()
	net, n := started(t, c)
	before := live(t)
	broken := errors.New("picture 70 is broken")
	if got, err := Embed(context.Background(), []*nets.Net{net}, &slowly{pictures(96, c.Data.Size), broken}, c, n, nil); err != broken || got != nil {
		t.Errorf("%v (%v)", got, err)
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

// In bf16 the embeddings are near those of float32, and not they.
func TestEmbedInBFloat16(t *testing.T) {
	c := small()
	net, n := started(t, c)
	of := func(amp string) []float32 {
		c.Embed.Amp = amp
		got, err := Embed(context.Background(), []*nets.Net{net}, pictures(4, c.Data.Size), c, n, nil)
		if err != nil {
			t.Fatal(err)
		}
		return got[0][0]
	}
	exact, half := of("off"), of("bf16")
	wantRounded(t, half, exact)
}

// wantRounded fails unless embeddings of bf16 are near those of float32, and not them.
func wantRounded(t *testing.T, half, exact []float32) {
	t.Helper()
	var off, length float64
	for i := range exact {
		off += math.Pow(float64(half[i]-exact[i]), 2)
		length += math.Pow(float64(exact[i]), 2)
	}
	if share := math.Sqrt(off / length); share == 0 || share > 0.03 {
		t.Errorf("embeddings of bf16 are off by %g of their length", share)
	}
}

// Batches are smaller where pictures are large.
func TestEmbedBatch(t *testing.T) {
	for _, c := range []struct {
		device     torch.Device
		size, want int
	}{
		{"cpu", 16, 32}, {"cpu", 512, 32}, {"cpu", 1024, 8}, {"cpu", 4096, 1},
		{"cuda:0", 64, 256}, {"cuda:0", 256, 256}, {"cuda:0", 512, 64}, {"cuda:0", 4096, 1},
	} {
		if got := embedBatch(c.device, c.size); got != c.want {
			t.Errorf("%d pictures of %d px on %s, want %d", got, c.size, c.device, c.want)
		}
	}
}

// It stops between two batches when ctx is cancelled, with ctx's cause.
func TestEmbedCancelled(t *testing.T) {
	c := small()
	net, n := started(t, c)
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	calls := 0
	before := live(t)
	got, err := Embed(ctx, []*nets.Net{net}, pictures(3*32, c.Data.Size), c, n, func(int, int) {
		calls++
		cancel(reason)
	})
	if !errors.Is(err, reason) || got != nil || calls != 1 {
		t.Errorf("%d numbers, error %v after %d batches", len(got), err, calls)
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

func TestEmbedNothing(t *testing.T) {
	c := small()
	net, n := started(t, c)
	if got, err := Embed(context.Background(), []*nets.Net{net}, pictures(0, c.Data.Size), c, n, nil); err != nil || len(got) != 1 || len(got[0]) != 1 || len(got[0][0]) != 0 {
		t.Errorf("%v (%v)", got, err)
	}
}
