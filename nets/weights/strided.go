package weights

// gather writes the numbers of a tensor with strides to dst, row-major. It reads
// the part of the storage that the tensor shows, which is no more than the file.
func (f *File) gather(t Tensor, dst []byte) error {
	if t.Len() == 0 {
		return nil
	}
	size := sizes[t.DType]
	last := 0 // the farthest element from the first
	for i, n := range t.Shape {
		last += (n - 1) * t.strides[i]
	}
	src := make([]byte, (last+1)*size)
	if err := f.readFull(src, t.storage.offset+int64(t.first)*int64(size)); err != nil {
		return f.cannotRead(t, err)
	}
	scatter(dst, src, size, t.Shape, t.strides)
	return nil
}

// scatter fills dst with the elements of src in the order of the shape's indices
// and returns what of dst is left.
func scatter(dst, src []byte, size int, shape, strides []int) []byte {
	if len(shape) == 0 {
		return dst[copy(dst, src[:size]):]
	}
	step := strides[0] * size
	if len(shape) == 1 {
		if step == size {
			return dst[copy(dst, src[:shape[0]*size]):]
		}
		for i := range shape[0] {
			dst = dst[copy(dst, src[i*step:][:size]):]
		}
		return dst
	}
	for i := range shape[0] {
		dst = scatter(dst, src[i*step:], size, shape[1:], strides[1:])
	}
	return dst
}
