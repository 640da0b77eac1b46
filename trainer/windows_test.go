package trainer

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/torch/standin"
)

// windowed is a net for windows of 16 px, 8 px apart, of pictures of 32: 3 x 3.
func windowed() (*configs.Config, configs.Grid) {
	c := small()
	c.Data.Crop = 16
	return c, configs.Grid{Picture: 32, Window: 16, Stride: 8}
}

// allWindows are the embeddings of some rows of every picture's windows.
func allWindows(t *testing.T, net *nets.Net, p Source, g configs.Grid, from, to int, c *configs.Config, n Numerics) []float32 {
	t.Helper()
	var all []float32
	next := 0
	err := EmbedWindows(context.Background(), net, p, g, from, to, c, n, func(picture int, features []float32) error {
		if picture != next {
			t.Errorf("picture %d came, want %d", picture, next)
		}
		next++
		all = append(all, features...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if next != p.Len() {
		t.Errorf("%d of %d pictures came", next, p.Len())
	}
	return all
}

// cutOut is one window of a picture as bytes.
func cutOut(p *data.Pictures, picture, x, y, size int) []uint8 {
	var out []uint8
	for row := y; row < y+size; row++ {
		out = append(out, p.At(picture)[(row*p.Size+x)*3:][:size*3]...)
	}
	return out
}

// Every window's embedding is, to the last bit, what the folded net makes of the window
// cut out of the picture's bytes, in a batch with the others of its rows, in either
// layout, and what the net itself does within 1e-5.
func TestEmbedWindows(t *testing.T) {
	c, g := windowed()
	for _, layout := range []string{"off", "on"} {
		c.ChannelsLast = layout
		net, n := started(t, c)
		p := pictures(3, 32)
		before := live(t)
		got := allWindows(t, net, p, g, 0, 3, c, n)
		var want, unfolded []float32
		do(t, func() {
			folded := net.Fold()
			defer folded.Free()
			torch.NoGrad(func() {
				for i := range 3 {
					var pix []uint8
					for row := range 3 {
						for column := range 3 {
							pix = append(pix, cutOut(p, i, 8*column, 8*row, 16)...)
						}
					}
					x := torch.Images(pix, 16, c.Data.Mean, c.Data.Std, n.Device, n.ChannelsLast)
					want = append(want, torch.Read[float32](folded.Embed(x))...)
					unfolded = append(unfolded, torch.Read[float32](net.Embed(x))...)
				}
			})
		})
		if !slices.Equal(got, want) {
			t.Errorf("channels_last %s: other numbers than of windows that were cut out", layout)
		}
		nearAll(t, "channels_last "+layout+", folded", got, unfolded)
		d := net.Dimension()
		if slices.Equal(want[:d], want[d:2*d]) {
			t.Error("two windows have one embedding: their order was not tried")
		}
		// A group of rows has the same rows, in a smaller batch.
		some := allWindows(t, net, &slowly{Pictures: p}, g, 1, 3, c, n)
		for i := range 3 {
			nearAll(t, "channels_last "+layout+", the last rows", some[i*6*d:(i+1)*6*d], want[(i*9+3)*d:(i*9+9)*d])
		}
		if now := live(t); now != before {
			t.Errorf("%d tensors are left over", now-before)
		}
	}
}

// nearAll allows numbers to differ from want by what rounding in another order does.
func nearAll(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i, v := range got {
		if w := want[i]; math.Abs(float64(v-w)) > 1e-5*(1+math.Abs(float64(w))) {
			t.Fatalf("%s: number %d is %g, want %g", what, i, v, w)
		}
	}
}

// bf16 gives embeddings near those of float32, and not them.
func TestEmbedWindowsInBFloat16(t *testing.T) {
	c, g := windowed()
	net, n := started(t, c)
	p := pictures(1, 32)
	exact := allWindows(t, net, p, g, 0, 3, c, n)
	c.Embed.Amp = "bf16"
	half := allWindows(t, net, p, g, 0, 3, c, n)
	wantRounded(t, half, exact)
}

// On a device it has the CPU's numbers but for rounding; a picture goes there once, as bytes, and a
// batch of embeddings comes back.
func TestEmbedWindowsOnAnotherDevice(t *testing.T) {
	standin.Load(t)
	c, g := windowed()
	near, n := started(t, c)
	p := pictures(3, 32)
	want := allWindows(t, near, p, g, 0, 3, c, n)
	n.Device = standin.Device
	net, err := Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	standin.Reset()
	nearAll(t, "on the device", allWindows(t, net, p, g, 0, 3, c, n), want)
	if counts := standin.Counted(); counts.ToDevice != 3 || counts.ToHost != 3 || counts.Scalars != 0 {
		t.Errorf("%+v for three pictures", counts)
	}
}

// A device without room for a batch says what may help.
func TestEmbedWindowsWithoutMemory(t *testing.T) {
	standin.Load(t)
	c, g := windowed()
	_, n := started(t, c)
	n.Device = standin.Device
	net, err := Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	standin.Limit(standin.Bytes() + 10_000)
	defer standin.Limit(0)
	err = EmbedWindows(context.Background(), net, pictures(1, 32), g, 0, 3, c, n, func(int, []float32) error { return nil })
	var e *MemoryError
	if !errors.As(err, &e) || !slices.Contains(e.Knobs, "set embed.amp=bf16") {
		t.Errorf("%v", err)
	}
}

func TestRowBatch(t *testing.T) {
	for _, c := range []struct{ rows, room, want int }{
		{49, 1, 1}, {49, 0, 1}, {49, 41, 25}, {49, 60, 49}, {57, 4, 4}, {57, 19, 19}, {1, 5, 1},
	} {
		if got := rowBatch(c.rows, c.room); got != c.want {
			t.Errorf("%d of %d rows at a time where there is room for %d, want %d", got, c.rows, c.room, c.want)
		}
	}
	if cpu, cuda := windowBatch("cpu", 64), windowBatch("cuda:0", 64); cpu != 64 || cuda != 512 {
		t.Errorf("%d and %d windows at a time", cpu, cuda)
	}
}

// Whatever ends it, ends it with its error and leaves nothing over.
func TestEmbedWindowsEnds(t *testing.T) {
	c, g := windowed()
	net, n := started(t, c)
	before := live(t)
	broken := errors.New("broken")
	embed := func(ctx context.Context, p Source, visit func(int, []float32) error) error {
		return EmbedWindows(ctx, net, p, g, 0, 3, c, n, visit)
	}
	fine := func(int, []float32) error { return nil }
	ctx, cancel := context.WithCancelCause(context.Background())
	visits := 0
	for what, err := range map[string]error{
		"a picture that does not arrive": embed(ctx, &failing{pictures(3, 32), broken}, fine),
		"a visitor's error":              embed(ctx, pictures(3, 32), func(int, []float32) error { return broken }),
		"a cancelled context": embed(ctx, pictures(3, 32), func(int, []float32) error {
			visits++
			cancel(broken)
			return nil
		}),
	} {
		if err != broken {
			t.Errorf("%s: %v", what, err)
		}
	}
	if visits != 1 {
		t.Errorf("%d pictures came, one before the cancelling", visits)
	}
	if err := embed(context.Background(), pictures(0, 32), func(int, []float32) error { return broken }); err != nil {
		t.Errorf("no picture: %v", err)
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

// failing is pictures of which the third does not arrive.
type failing struct {
	*data.Pictures
	err error
}

func (f *failing) Range(from, to int) ([]uint8, error) {
	if from >= 2 {
		return nil, f.err
	}
	return f.Pictures.Range(from, to)
}
