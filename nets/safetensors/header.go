package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	format "github.com/nlpodyssey/safetensors"
)

// maxHeader is the longest header read, in bytes. ResNet-18's has 15,000. The
// reference implementation allows 100 MB, but a header of nothing but short
// names takes about twenty times its length in memory while it is read.
const maxHeader = 4 << 20

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
	if err := checkNames(header); err != nil {
		return nil, nil, err
	}
	var head format.Metadata
	if err := json.Unmarshal(header, &head); err != nil {
		return nil, nil, fmt.Errorf("its header cannot be understood: %w", err)
	}
	places := make([]Place, 0, len(head.Tensors()))
	data := int64(8 + len(header)) // what offsets count from
	for name, info := range head.Tensors() {
		p, err := place(name, info, data, size)
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
			return nil, nil, fmt.Errorf("tensor %q begins at byte %d, and the one before it ends at %d", p.Name, p.Offset, end)
		}
		end += p.Bytes
	}
	if end != size {
		return nil, nil, fmt.Errorf("its tensors end at byte %d and the file at %d", end, size)
	}
	return places, head.Metadata(), nil
}

// readHeader returns the header's bytes, but not before the file's first bytes
// look right: it may be a data set or a disk image that was named by mistake.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	if size < 8 {
		return nil, fmt.Errorf("it has only %d bytes, too few for safetensors", size)
	}
	var length [8]byte
	if err := readFull(r, length[:], 0); err != nil {
		return nil, err
	}
	switch n := binary.LittleEndian.Uint64(length[:]); {
	case n > uint64(size-8):
		return nil, fmt.Errorf("its header should have %d bytes and the whole file has %d: it is cut off or not a safetensors file", n, size)
	case n > maxHeader:
		return nil, fmt.Errorf("its header has %d bytes, more than the %d allowed: it is not a file of weights", n, maxHeader)
	default:
		header := make([]byte, n)
		return header, readFull(r, header, 8)
	}
}

// readFull fills b. That the file became shorter meanwhile is an error.
func readFull(r io.ReaderAt, b []byte, offset int64) error {
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
func place(name string, info *format.TensorInfo, data, size int64) (Place, error) {
	begin, end := info.DataOffsets[0], info.DataOffsets[1]
	if begin > end || end > uint64(size-data) {
		return Place{}, fmt.Errorf("tensor %q has the impossible offsets %d", name, info.DataOffsets)
	}
	shape := make([]int, len(info.Shape))
	for i, n := range info.Shape {
		shape[i] = int(n) // negative from 1<<63 on, which sizeOf refuses
	}
	need, ok := sizeOf(info.DType, shape)
	if !ok {
		return Place{}, fmt.Errorf("tensor %q has the impossible shape %d", name, info.Shape)
	}
	if need != end-begin {
		return Place{}, fmt.Errorf("tensor %q has %d bytes, but %s of shape %v has %d", name, end-begin, info.DType, shape, need)
	}
	return Place{name, info.DType.String(), shape, data + int64(begin), int64(need)}, nil
}

// checkNames refuses a header that is no JSON object, is not UTF-8 (two
// different names could be read as one) or has a name twice (the specification
// forbids it, and readers differ in which of the two they take).
func checkNames(header []byte) error {
	if !utf8.Valid(header) {
		return errors.New("its header is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(header))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("its header is not a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fmt.Errorf("its header is not JSON: %w", err)
		}
		s := name.(string) // the decoder takes nothing else for an object's key
		if seen[s] {
			return fmt.Errorf("its header has %q twice", s)
		}
		seen[s] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("its header is not JSON: %w", err)
		}
	}
	return nil
}
