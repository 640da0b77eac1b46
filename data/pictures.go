package data

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Pictures are decoded pictures of one size, all in memory: 59 MB for 300
// pictures of 256 x 256.
type Pictures struct {
	Size  int
	Items []Item
	Pix   []uint8 // [N,S,S,3]
	// Notes are sentences about the cache: why there is none, or that a damaged
	// one was made again. They stop nothing.
	Notes []string
}

// At is picture i, [S,S,3], a part of Pix.
func (p *Pictures) At(i int) []uint8 {
	n := 3 * p.Size * p.Size
	return p.Pix[i*n : (i+1)*n : (i+1)*n]
}

// LoadOptions say how pictures are loaded.
type LoadOptions struct {
	Size      int    // of the square that each picture is resized to, whatever its shape
	Workers   int    // 0: as many as there are cores
	MaxPixels int    // see Decode
	Cache     string // "auto" (see CacheFolder), "off" or "" for none, or a folder
	// Progress, if not nil, is called after each picture, one call at a time.
	Progress func(done, total int)
}

// Load decodes the items' files in parallel and resizes them to squares, or
// takes them from the cache where their files have not changed since. It stops
// with the first (by order) file that cannot be read; Check lists them all.
// A cancelled ctx stops it too. Trouble with the cache never does.
//
// It panics if o.Size is below 1.
func Load(ctx context.Context, items []Item, o LoadOptions) (*Pictures, error) {
	if o.Size < 1 {
		panic("data: Load needs a size of at least 1")
	}
	p := &Pictures{Size: o.Size, Items: items, Pix: make([]uint8, len(items)*3*o.Size*o.Size)}
	c, note := openCache(o.Cache, items, o.Size)
	if c != nil {
		defer c.close()
	}
	if note != "" {
		p.Notes = append(p.Notes, note)
	}

	stamps := make([]stamp, len(items)) // taken before reading: a file that changes meanwhile is read again next time
	var missed, damaged atomic.Int64
	err := each(ctx, o.Workers, len(items), o.Progress, func(i int) error {
		if c != nil {
			stamps[i] = stampOf(items[i].Path)
			switch c.read(items[i].Path, stamps[i], p.At(i)) {
			case hit:
				return nil
			case corrupt:
				damaged.Add(1)
			}
		}
		missed.Add(1)
		im, err := Decode(items[i].Path, o.MaxPixels)
		if err != nil {
			return err
		}
		copy(p.At(i), Resize(im, o.Size, o.Size).Pix)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if c != nil && missed.Load() > 0 {
		if n := damaged.Load(); n > 0 {
			p.Notes = append(p.Notes, fmt.Sprintf("the cache file %s was damaged: %s decoded again", c.path, count(int(n), "picture")))
		}
		if err := c.write(p, stamps); err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("decoded pictures are not cached (%v): set data.cache to a folder with room, or to off", err))
		}
	}
	return p, nil
}
