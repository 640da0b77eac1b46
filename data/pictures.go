package data

import "context"

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

// Len is the number of pictures.
func (p *Pictures) Len() int { return len(p.Items) }

// Range is the pictures from to to-1, [to-from,S,S,3], a part of Pix. The error
// is always nil; [Arriving.Range] has others.
func (p *Pictures) Range(from, to int) ([]uint8, error) {
	n := 3 * p.Size * p.Size
	return p.Pix[from*n : to*n : to*n], nil
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
	return Arrive(ctx, items, o).All()
}
