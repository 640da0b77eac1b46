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

// flight is a batch that was sent, and may still be computed by the device. The next
// one is sent before it lands, so that the host prepares that one while the device
// computes. Its zero value is none.
type flight struct {
	made []torch.Tensor
	land func() error // reads what was made
}

// next lands the batch that is in flight, if there is one, frees it, and has this one
// in flight.
func (f *flight) next(made []torch.Tensor, land func() error) error {
	before := *f
	*f = flight{made, land}
	defer freeAll(before.made)
	if before.land == nil {
		return nil
	}
	return before.land()
}

// end lands the last batch.
func (f *flight) end() error { return f.next(nil, nil) }

// free frees a batch that will not land.
func (f *flight) free() { freeAll(f.made) }

// inFlight sends all pictures of p, so many at a time, and gives land what send made
// of each batch, in order; it is freed then. land, which reads, is called after the
// next batch was sent: see [flight]. Between batches it ends with ctx's cause, and
// with the first error otherwise. It is called inside torch.Do.
func inFlight(ctx context.Context, p Source, batch int, send func(pix []uint8) []torch.Tensor, land func(from, to int, made []torch.Tensor) error) error {
	var air flight
	defer func() { air.free() }()
	for from := 0; from < p.Len(); from += batch {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		to := min(from+batch, p.Len())
		pix, err := p.Range(from, to)
		if err != nil {
			return err
		}
		made := send(pix)
		if err := air.next(made, func() error { return land(from, to, made) }); err != nil {
			return err
		}
	}
	return air.end()
}

func freeAll(tensors []torch.Tensor) {
	for _, t := range tensors {
		t.Free()
	}
}
