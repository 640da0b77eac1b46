package safetensors

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

func TestValues(t *testing.T) {
	f32, f64, i64 := []float32{1, -0.5}, []float64{1e300}, []int64{-1, 1 << 40}
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := Write(path, []Tensor{F32("f32", []int{2}, f32), F64("f64", nil, f64), I64("i64", []int{2, 1}, i64), F32("none", []int{0}, nil)}, nil); err != nil {
		t.Fatal(err)
	}
	f := read(t, path)
	if v, err := get(t, f, "f32").Float32s(); err != nil || !slices.Equal(v, f32) {
		t.Errorf("%v %v", v, err)
	}
	if v, err := get(t, f, "f64").Float64s(); err != nil || !slices.Equal(v, f64) {
		t.Errorf("%v %v", v, err)
	}
	if v, err := get(t, f, "i64").Int64s(); err != nil || !slices.Equal(v, i64) {
		t.Errorf("%v %v", v, err)
	}
	if v, err := get(t, f, "none").Float32s(); err != nil || len(v) != 0 {
		t.Errorf("%v %v", v, err)
	}
	if _, err := get(t, f, "f64").Float32s(); err == nil || !strings.Contains(err.Error(), "F64") {
		t.Errorf("F64 read as F32: error %v", err)
	}
	short := Tensor{"short", "F32", []int{2}, make([]byte, 7)}
	if _, err := short.Float32s(); err == nil {
		t.Error("7 bytes read as 2 float32")
	}
}

func TestValuesShareMemoryWhereAligned(t *testing.T) {
	values := []float32{1, 2, 3}
	whole := F32("x", []int{3}, values)
	same, err := whole.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	values[1] = 9
	if same[1] != 9 {
		t.Error("aligned data were copied")
	}

	shifted := make([]byte, 13)
	start := 0
	if uintptr(unsafe.Pointer(&shifted[0]))%4 == 0 {
		start = 1
	}
	copy(shifted[start:], whole.Data)
	got, err := Tensor{"x", "F32", []int{3}, shifted[start:][:12]}.Float32s()
	if err != nil || !slices.Equal(got, values) {
		t.Errorf("unaligned data gave %v (%v), want %v", got, err, values)
	}
}
