package weights

import (
	"unsafe"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// gather writes the numbers of a tensor with strides to dst, row-major. It reads
// the part of the storage that the tensor shows, which is no more than the file.
func (f *File) gather(t Tensor, dst []byte) error {
	size := sizes[t.DType]
	last := 0 // the farthest element from the first
	for i, n := range t.Shape {
		last += (n - 1) * t.strides[i]
	}
	src := f.spare.take((last + 1) * size)
	defer f.spare.give(src)
	if err := safetensors.ReadFull(f.r, src, t.storage.offset+int64(t.first)*int64(size)); err != nil {
		return f.cannotRead(t, err)
	}
	shape, strides := merged(t.Shape, t.strides)
	switch size {
	case 1:
		ordered(dst, src, shape, strides)
	case 2:
		ordered(elements[uint16](dst), elements[uint16](src), shape, strides)
	case 4:
		ordered(elements[uint32](dst), elements[uint32](src), shape, strides)
	case 8:
		ordered(elements[uint64](dst), elements[uint64](src), shape, strides)
	}
	return nil
}

// merged is a shape of as few dimensions as have the same elements in the same
// order: without those of length 1, and with one for those that lie as one does.
// Weights of 1x1 convolutions, say, would else have innermost loops of one turn.
func merged(shape, strides []int) (fewer, theirs []int) {
	for i, n := range shape {
		last := len(fewer) - 1
		switch {
		case n == 1:
		case last >= 0 && theirs[last] == n*strides[i]:
			fewer[last] *= n
			theirs[last] = strides[i]
		default:
			fewer, theirs = append(fewer, n), append(theirs, strides[i])
		}
	}
	return fewer, theirs
}

// ordered fills dst with the elements of src in the order of the shape's indices
// and returns what of dst is left.
func ordered[T any](dst, src []T, shape, strides []int) []T {
	switch len(shape) {
	case 0:
		return dst[copy(dst, src[:1]):]
	case 1:
		n, step := shape[0], strides[0]
		for i := range dst[:n] {
			dst[i] = src[i*step]
		}
		return dst[n:]
	}
	for i := range shape[0] {
		dst = ordered(dst, src[i*strides[0]:], shape[1:], strides[1:])
	}
	return dst
}

// elements is memory backwards.
func elements[T any](b []byte) []T {
	var one T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(one)))
}
