package torch

// #include "shim.h"
import "C"

// Windows cuts windows of this size, stride apart, out of pictures [N,C,S,S]:
// those of so many rows of windows from row on, [N*rows*side,C,size,size] in the
// pictures' layout, picture by picture and row by row. Their pixels are copied
// once.
func Windows(pictures Tensor, size, stride, row, rows int) Tensor {
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_windows(pictures.c(), C.int64_t(size), C.int64_t(stride), C.int64_t(row), C.int64_t(rows), out)
	})
}
