package data

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// Arriving are pictures that are being loaded in the background: those at the
// front can be used while later ones are still decoded. Its methods may be
// called from any goroutine.
type Arriving struct {
	pictures *Pictures

	mu    sync.Mutex
	news  sync.Cond
	there []bool
	front int // all pictures before this one are there
	ended bool
	err   error
}

// Arrive begins to load pictures as [Load] does. The loading goes on until all
// of them are there, one of them cannot be read, or ctx is cancelled; whoever
// wants no more of them cancels ctx and calls [Arriving.All].
//
// It panics if o.Size is below 1.
func Arrive(ctx context.Context, items []Item, o LoadOptions) *Arriving {
	if o.Size < 1 {
		panic("data: pictures need a size of at least 1")
	}
	a := &Arriving{
		pictures: &Pictures{Size: o.Size, Items: items, Pix: make([]uint8, len(items)*3*o.Size*o.Size)},
		there:    make([]bool, len(items)),
	}
	a.news.L = &a.mu
	go func() {
		err := a.load(ctx, o)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.ended, a.err = true, err
		a.news.Broadcast()
	}()
	return a
}

// Len is how many pictures there will be.
func (a *Arriving) Len() int { return len(a.pictures.Items) }

// Range waits until the pictures from to to-1 are there: [to-from,S,S,3]. If one
// of them will never be, it returns the loading's error.
func (a *Arriving) Range(from, to int) ([]uint8, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.front < to && !a.ended {
		a.news.Wait()
	}
	if a.front < to {
		return nil, a.err
	}
	return a.pictures.Range(from, to)
}

// All waits for the end of the loading, which includes the writing of the cache.
func (a *Arriving) All() (*Pictures, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.ended {
		a.news.Wait()
	}
	if a.err != nil {
		return nil, a.err
	}
	return a.pictures, nil
}

// arrived notes that picture i is there.
func (a *Arriving) arrived(i int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.there[i] = true
	if i != a.front {
		return
	}
	for a.front < len(a.there) && a.there[a.front] {
		a.front++
	}
	a.news.Broadcast()
}

func (a *Arriving) load(ctx context.Context, o LoadOptions) error {
	p := a.pictures
	c, note := openCache(o.Cache, p.Items, o.Size)
	if c != nil {
		defer c.close()
	}
	if note != "" {
		p.Notes = append(p.Notes, note)
	}

	stamps := make([]stamp, len(p.Items)) // taken before reading: a file that changes meanwhile is read again next time
	var missed, damaged atomic.Int64
	// one fills in picture i.
	one := func(i int) error {
		path := p.Items[i].Path
		if c != nil {
			stamps[i] = stampOf(path)
			switch c.read(path, stamps[i], p.At(i)) {
			case hit:
				return nil
			case corrupt:
				damaged.Add(1)
			}
		}
		missed.Add(1)
		im, err := Decode(path, o.MaxPixels)
		if err != nil {
			return err
		}
		copy(p.At(i), Resize(im, o.Size, o.Size).Pix)
		return nil
	}
	err := each(ctx, o.Workers, len(p.Items), o.Progress, func(i int) error {
		if err := one(i); err != nil {
			return err
		}
		a.arrived(i)
		return nil
	})
	if err != nil {
		return err
	}
	if c != nil && missed.Load() > 0 {
		if n := damaged.Load(); n > 0 {
			p.Notes = append(p.Notes, fmt.Sprintf("the cache file %s was damaged: %s decoded again", c.path, count(int(n), "picture")))
		}
		if err := c.write(p, stamps); err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("decoded pictures are not cached (%v): set data.cache to a folder with room, or to off", err))
		}
	}
	return nil
}
