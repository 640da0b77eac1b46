package safetensors

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/cutpaste/cutpaste/configs/say"
)

// maxHeader is the longest header read and written, in bytes. ResNet-18's has
// 15,000. The reference implementation allows 100 MB, but a header of nothing but
// short names takes about twenty times its length in memory while it is read.
const maxHeader = 4 << 20

// What a tensor may be at most, so that no text or list from a stranger is longer
// than a sentence about it can bear.
const (
	MaxName       = 1000 // bytes; the longest name here has 60
	MaxDimensions = 64   // PyTorch's own limit
)

// A Place says where in a file a tensor's numbers lie.
type Place struct {
	Name   string
	DType  string // as in Tensor
	Shape  []int
	Offset int64 // of the first byte, from the start of the file
	Bytes  int64
}

// ReadHeader reads the header of a file of size bytes, and nothing behind it:
// the tensors in the order in which they lie, and the metadata. It has checked
// the header's length, its JSON, that each tensor has as many bytes as its type
// and shape say, and that the tensors cover the rest of the file without
// overlap or gap. Errors are half a sentence that does not name the file.
func ReadHeader(r io.ReaderAt, size int64) ([]Place, map[string]string, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, nil, err
	}
	tensors, meta, err := parseHeader(header)
	if err != nil {
		return nil, nil, err
	}
	places := make([]Place, 0, len(tensors))
	data := int64(8 + len(header)) // what offsets count from
	for _, t := range tensors {
		p, err := t.place(data, size)
		if err != nil {
			return nil, nil, err
		}
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Bytes, b.Bytes), cmp.Compare(a.Name, b.Name))
	})
	end := data
	for _, p := range places {
		if p.Offset != end {
			return nil, nil, fmt.Errorf("tensor %s begins at byte %d, and the one before it ends at %d", say.Quote(p.Name), p.Offset, end)
		}
		end += p.Bytes
	}
	if end != size {
		return nil, nil, fmt.Errorf("its tensors end at byte %d and the file at %d", end, size)
	}
	return places, meta, nil
}

// readHeader returns the header's bytes, but not before the file's first bytes
// look right: it may be a data set or a disk image that was named by mistake.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	if size < 8 {
		return nil, fmt.Errorf("it has only %d bytes, too few for safetensors", size)
	}
	var length [8]byte
	if err := ReadFull(r, length[:], 0); err != nil {
		return nil, err
	}
	switch n := binary.LittleEndian.Uint64(length[:]); {
	case n > uint64(size-8):
		return nil, fmt.Errorf("its header should have %d bytes and the whole file has %d: it is cut off or not a safetensors file", n, size)
	case n > maxHeader:
		return nil, fmt.Errorf("its header has %d bytes, more than the %d allowed: it is not a file of weights", n, maxHeader)
	default:
		header := make([]byte, n)
		return header, ReadFull(r, header, 8)
	}
}

// ReadFull fills b from that byte on. A file that became shorter meanwhile is
// io.ErrUnexpectedEOF.
func ReadFull(r io.ReaderAt, b []byte, offset int64) error {
	n, err := r.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// place checks what the header says of one tensor against itself and against
// the file's size.
func (t *stated) place(data, size int64) (Place, error) {
	begin, end := t.offsets[0], t.offsets[1]
	if begin > end || end > uint64(size-data) {
		return Place{}, fmt.Errorf("tensor %s has the impossible offsets %d", say.Quote(t.name), t.offsets)
	}
	shape := make([]int, len(t.shape))
	for i, n := range t.shape {
		shape[i] = int(n) // negative from 1<<63 on, which sizeOf refuses
	}
	need, ok := sizeOf(t.dtype, shape)
	if !ok {
		return Place{}, fmt.Errorf("tensor %s has the impossible shape %d", say.Quote(t.name), t.shape)
	}
	if need != end-begin {
		return Place{}, fmt.Errorf("tensor %s has %d bytes, but %s of shape %v has %d", say.Quote(t.name), end-begin, t.dtype, shape, need)
	}
	return Place{t.name, t.dtype.String(), shape, data + int64(begin), int64(need)}, nil
}
