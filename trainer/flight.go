package trainer

import (
	"context"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// Source is pictures to look at, which may still be arriving.
type Source interface {
	Len() int
	// Range waits for the pictures from to to-1: [to-from,S,S,3].
	Range(from, to int) ([]uint8, error)
}

// inFlight sends all pictures of p, so many at a time, and gives land what send made
// of each batch, in order; it is freed then. A batch may still be computed by the
// device when send returns: land, which reads, is called after the next batch was
// sent, so that the host prepares that one while the device computes. Between
// batches it ends with ctx's cause, and with the first error otherwise. It is
// called inside torch.Do.
func inFlight(ctx context.Context, p Source, batch int, send func(pix []uint8) []torch.Tensor, land func(from, to int, made []torch.Tensor) error) error {
	type flight struct {
		from, to int
		made     []torch.Tensor
	}
	var before flight
	next := func(f flight) error {
		landing := before
		before = f
		defer freeAll(landing.made)
		if landing.to == 0 { // the first is still to land
			return nil
		}
		return land(landing.from, landing.to, landing.made)
	}
	defer func() { freeAll(before.made) }()
	for from := 0; from < p.Len(); from += batch {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		to := min(from+batch, p.Len())
		pix, err := p.Range(from, to)
		if err != nil {
			return err
		}
		if err := next(flight{from, to, send(pix)}); err != nil {
			return err
		}
	}
	return next(flight{})
}

func freeAll(tensors []torch.Tensor) {
	for _, t := range tensors {
		t.Free()
	}
}
