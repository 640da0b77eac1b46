// Package safetensors reads and writes files of named arrays in the
// safetensors format, in which weights, checkpoints, embeddings and Gaussians
// are kept here and which PyTorch, torchvision and Hugging Face read too.
//
// A file is an 8-byte little-endian length, a JSON header of that length and
// the arrays' bytes, row-major and little-endian, without a gap:
//
//	{"__metadata__": {"update": "1024"},
//	 "fc.bias": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}, ...}
//
// Unlike a pickle it can hold nothing but numbers, so that a file from a
// stranger is safe to open. The format is that of
// https://github.com/huggingface/safetensors.
//
// The format is written by github.com/nlpodyssey/safetensors, whose types of
// numbers these are. This package adds what that library leaves open: files that
// appear whole or not at all, and tensors of no dimension. It reads headers
// itself, since it must refuse a stranger's early and in words of its own: limits
// for the header, names and shapes, no name twice, no text that is not UTF-8, no
// overlap or gap, and an order that does not change from one reading to the next.
//
// Numbers are taken from and given as the machine's own memory, which must be
// little-endian, as amd64 and arm64 are.
package safetensors

import (
	"fmt"
	"math"

	format "github.com/nlpodyssey/safetensors"

	"github.com/cutpaste/cutpaste/configs/say"
)

// A Tensor is one named array.
type Tensor struct {
	Name  string
	DType string // BOOL U8 I8 I16 U16 F16 BF16 I32 U32 F32 F64 I64 U64
	Shape []int  // empty for a single number
	Data  []byte // row-major, little-endian, product of Shape times the size of DType
}

// A File is the content of one safetensors file.
type File struct {
	Tensors []Tensor // sorted by name
	Meta    map[string]string

	path string
}

// Get returns the tensor of that name. Without it the error names the file.
func (f *File) Get(name string) (Tensor, error) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, nil
		}
	}
	return Tensor{}, fmt.Errorf("%s holds no tensor named %s among its %d", f.path, say.Quote(name), len(f.Tensors))
}

// check says how Shape, DType and Data contradict each other.
func (t Tensor) check() error {
	_, shape, bytes, err := layout(t.Name, t.DType, t.Shape)
	if err == nil && bytes != uint64(len(t.Data)) {
		err = fmt.Errorf("tensor %s has %d bytes, but %s of shape %v has %d", say.Quote(t.Name), len(t.Data), t.DType, shape, bytes)
	}
	return err
}

// layout is a type and a shape as the format has them, and the bytes they take.
func layout(name, dtype string, shape []int) (format.DType, []uint64, uint64, error) {
	d, err := format.ParseDType(dtype)
	if err != nil {
		return 0, nil, 0, fmt.Errorf("tensor %s has the unknown type %s", say.Quote(name), say.Quote(dtype))
	}
	bytes, ok := sizeOf(d, shape)
	if !ok {
		return 0, nil, 0, fmt.Errorf("tensor %s has the impossible shape %v", say.Quote(name), shape)
	}
	dimensions := make([]uint64, len(shape)) // never nil: the header of a single number has "shape": []
	for i, n := range shape {
		dimensions[i] = uint64(n)
	}
	return d, dimensions, bytes, nil
}

// sizeOf is the number of bytes of a tensor; not ok if no tensor has that shape.
func sizeOf(dtype format.DType, shape []int) (bytes uint64, ok bool) {
	bytes = dtype.Size()
	for _, n := range shape {
		if n < 0 || n > 0 && bytes > math.MaxInt/uint64(n) {
			return 0, false
		}
		bytes *= uint64(n)
	}
	return bytes, true
}
