package weights

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/cutpaste/cutpaste/configs/say"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// sizes of one element, in bytes.
var sizes = map[string]int{
	"BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
	"I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8,
}

// pieceBytes is how much is read at once where numbers are changed on their way:
// large enough that the system's calls do not count, small enough for a cache.
const pieceBytes = 1 << 18

// Float32s writes the numbers of a tensor of F32, F16, BF16 or F64 to dst, which
// has t.Len() elements, row-major whatever the order in the file. NaN and
// infinities, also those that come of rounding F64, are an error: no net computes
// with them. Errors name the file and the tensor.
func (f *File) Float32s(t Tensor, dst []float32) error {
	if len(dst) != t.Len() {
		return fmt.Errorf("tensor %s in %s has %d numbers, and %d are wanted", say.Quote(t.Name), f.Path, t.Len(), len(dst))
	}
	convert := floats[t.DType]
	if convert == nil {
		return fmt.Errorf("tensor %s in %s is %s, and weights are F32, F16, BF16 or F64", say.Quote(t.Name), f.Path, t.DType)
	}
	var place []byte
	if t.DType == "F32" {
		place = memory(dst)
	}
	return f.pieces(t, place, func(b []byte, at int) error {
		part := dst[at : at+len(b)/sizes[t.DType]]
		convert(part, b)
		return f.checkFinite(t, part, at)
	})
}

// Int64s returns the numbers of a tensor of whole numbers of any type but U64,
// row-major. Errors name the file and the tensor.
func (f *File) Int64s(t Tensor) ([]int64, error) {
	convert := integers[t.DType]
	if convert == nil {
		return nil, fmt.Errorf("tensor %s in %s is %s, and whole numbers are wanted", say.Quote(t.Name), f.Path, t.DType)
	}
	dst := make([]int64, t.Len())
	err := f.pieces(t, nil, func(b []byte, at int) error {
		convert(dst[at:at+len(b)/sizes[t.DType]], b)
		return nil
	})
	return dst, err
}

// Bytes returns the numbers as they are, little-endian and row-major.
func (f *File) Bytes(t Tensor) ([]byte, error) {
	b := make([]byte, t.Len()*sizes[t.DType])
	err := f.pieces(t, b, func([]byte, int) error { return nil })
	return b, err
}

// pieces gives each the tensor's bytes, row-major, piece by piece; at is the
// index of a piece's first element. The bytes lie in place, which has room for
// all of them, or, where it is nil, in a buffer.
func (f *File) pieces(t Tensor, place []byte, each func(b []byte, at int) error) error {
	size := sizes[t.DType]
	total := t.Len() * size
	if t.strides != nil {
		if place == nil {
			place = f.spare.take(total)
			defer f.spare.give(place)
		}
		if err := f.gather(t, place); err != nil {
			return err
		}
		return each(place, 0)
	}
	var buffer []byte
	if place == nil {
		buffer = f.spare.take(min(pieceBytes, total))
		defer f.spare.give(buffer)
	}
	start := t.storage.offset + int64(t.first)*int64(size)
	for done := 0; done < total; {
		n := min(pieceBytes, total-done)
		b := buffer
		if place != nil {
			b = place[done:]
		}
		if err := safetensors.ReadFull(f.r, b[:n], start+int64(done)); err != nil {
			return f.cannotRead(t, err)
		}
		if err := each(b[:n], done/size); err != nil {
			return err
		}
		done += n
	}
	return nil
}

// A spare is a buffer that one tensor leaves to the next, so that loading a whole
// file needs one and not one a tensor.
type spare struct {
	mu     sync.Mutex
	buffer []byte
}

// take returns n bytes of any content, aligned for every type, that go back by
// give.
func (s *spare) take(n int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buffer
	s.buffer = nil
	if cap(b) < n {
		b = make([]byte, max(n, 64)) // few bytes would be aligned for few
	}
	return b[:n]
}

func (s *spare) give(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cap(b) > cap(s.buffer) {
		s.buffer = b
	}
}

func (f *File) cannotRead(t Tensor, err error) error {
	return fmt.Errorf("tensor %s in %s cannot be read: %w", say.Quote(t.Name), f.Path, err)
}

// memory is the memory of numbers as bytes.
func memory[T any](numbers []T) []byte {
	var one T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(numbers))), len(numbers)*int(unsafe.Sizeof(one)))
}
