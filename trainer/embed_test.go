package trainer

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// Embeddings are those of each picture alone, in the order of the pictures,
// also where a batch of them ends; and taking them changes nothing in the net.
func TestEmbed(t *testing.T) {
	c := small()
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	net, err := Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	p := pictures(2*embedBatch+3, c.Data.Size)
	before := live(t)
	var done []int
	got, err := Embed(context.Background(), net, p, c, n, func(d, total int) {
		if total != len(p.Items) {
			t.Errorf("progress counts to %d", total)
		}
		done = append(done, d)
	})
	if err != nil {
		t.Fatal(err)
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
					alone := torch.Read[float32](net.Embed(x, false))
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
	again, err := Embed(context.Background(), net, p, c, n, nil)
	if err != nil || !slices.Equal(again, got) {
		t.Errorf("embedding again gives other numbers (%v)", err)
	}
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
}

// It stops between two batches when ctx is cancelled, with ctx's cause.
func TestEmbedCancelled(t *testing.T) {
	c := small()
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	net, err := Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	calls := 0
	got, err := Embed(ctx, net, pictures(2*embedBatch, c.Data.Size), c, n, func(int, int) {
		calls++
		cancel(reason)
	})
	if !errors.Is(err, reason) || got != nil || calls != 1 {
		t.Errorf("%d numbers, error %v after %d batches", len(got), err, calls)
	}
}

func TestEmbedNothing(t *testing.T) {
	c := small()
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	net, err := Start(c, n)
	if err != nil {
		t.Fatal(err)
	}
	defer free(t, net)
	if got, err := Embed(context.Background(), net, pictures(0, c.Data.Size), c, n, nil); err != nil || len(got) != 0 {
		t.Errorf("%v (%v)", got, err)
	}
}
