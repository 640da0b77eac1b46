package safetensors

import (
	"fmt"
	"unsafe"

	"github.com/cutpaste/cutpaste/configs/say"
)

type number interface{ float32 | float64 | int64 }

// F32 makes a tensor of those values. Nothing is copied: the tensor shares the
// memory of values. That shape has as many elements is checked by Write.
func F32(name string, shape []int, values []float32) Tensor {
	return Tensor{name, "F32", shape, toBytes(values)}
}

// F64 is F32 for float64.
func F64(name string, shape []int, values []float64) Tensor {
	return Tensor{name, "F64", shape, toBytes(values)}
}

// I64 is F32 for int64.
func I64(name string, shape []int, values []int64) Tensor {
	return Tensor{name, "I64", shape, toBytes(values)}
}

// Float32s returns the values of a tensor of type F32; any other type is an
// error, not converted. The slice shares the memory of Data where that is
// aligned, as it is in files from Write, and is a copy otherwise.
func (t Tensor) Float32s() ([]float32, error) { return fromBytes[float32](t, "F32") }

// Float64s is Float32s for type F64.
func (t Tensor) Float64s() ([]float64, error) { return fromBytes[float64](t, "F64") }

// Int64s is Float32s for type I64.
func (t Tensor) Int64s() ([]int64, error) { return fromBytes[int64](t, "I64") }

func toBytes[T number](values []T) []byte {
	if len(values) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*int(unsafe.Sizeof(values[0])))
}

func fromBytes[T number](t Tensor, dtype string) ([]T, error) {
	if t.DType != dtype {
		return nil, fmt.Errorf("tensor %s is %s, but %s is needed here", say.Quote(t.Name), t.DType, dtype)
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	var one T
	size := int(unsafe.Sizeof(one))
	n := len(t.Data) / size
	if n > 0 && uintptr(unsafe.Pointer(&t.Data[0]))%uintptr(size) == 0 {
		return unsafe.Slice((*T)(unsafe.Pointer(&t.Data[0])), n), nil
	}
	values := make([]T, n)
	copy(toBytes(values), t.Data)
	return values, nil
}
