package weights

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// mustOpen opens a file for the time of the test.
func mustOpen(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// named returns the tensor of that name.
func (f *File) named(t *testing.T, name string) Tensor {
	t.Helper()
	i := slices.IndexFunc(f.Tensors, func(x Tensor) bool { return x.Name == name })
	if i < 0 {
		t.Fatalf("%s has no tensor %s", f.Path, name)
	}
	return f.Tensors[i]
}

// written is the path of a safetensors file with those tensors.
func written(t *testing.T, tensors ...safetensors.Tensor) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.bin")
	if err := safetensors.Write(path, tensors, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConversions(t *testing.T) {
	raw := func(values ...any) []byte {
		var b []byte
		for _, v := range values {
			b, _ = binary.Append(b, binary.LittleEndian, v)
		}
		return b
	}
	// By hand from IEEE 754: 0x0001 is the smallest half, 0x7bff the largest,
	// 0x8000 is minus zero, 0x0400 the smallest normal one.
	f := mustOpen(t, written(t,
		safetensors.Tensor{Name: "f16", DType: "F16", Shape: []int{6}, Data: raw([]uint16{0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x0400})},
		safetensors.Tensor{Name: "bf16", DType: "BF16", Shape: []int{2}, Data: raw([]uint16{0x3f80, 0xc000})},
		safetensors.F32("f32", []int{2, 1}, []float32{1.5, -0x1p-149}),
		safetensors.F64("f64", nil, []float64{0.1}),
		safetensors.F32("none", []int{0, 3}, nil),
	))
	if f.Format != Safetensors || len(f.Tensors) != 5 {
		t.Errorf("%s with %d tensors", f.Format, len(f.Tensors))
	}
	for name, want := range map[string][]float32{
		"f16":  {1, -2, 0x1p-24, 65504, float32(math.Copysign(0, -1)), 0x1p-14},
		"bf16": {1, -2},
		"f32":  {1.5, -0x1p-149},
		"f64":  {0.1},
		"none": {},
	} {
		x := f.named(t, name)
		got := make([]float32, x.Len())
		if err := f.Float32s(x, got); err != nil || !slices.EqualFunc(got, want, sameBits) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
		if _, err := f.Int64s(x); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), f.Path) {
			t.Errorf("%s as whole numbers: %v", name, err)
		}
	}

	f = mustOpen(t, written(t,
		safetensors.Tensor{Name: "bool", DType: "BOOL", Shape: []int{2}, Data: []byte{0, 1}},
		safetensors.Tensor{Name: "u8", DType: "U8", Shape: []int{2}, Data: []byte{7, 255}},
		safetensors.Tensor{Name: "i8", DType: "I8", Shape: []int{2}, Data: []byte{7, 255}},
		safetensors.Tensor{Name: "i16", DType: "I16", Shape: []int{2}, Data: raw([]int16{-300, 300})},
		safetensors.Tensor{Name: "u16", DType: "U16", Shape: []int{1}, Data: raw(uint16(65535))},
		safetensors.Tensor{Name: "i32", DType: "I32", Shape: []int{1}, Data: raw(int32(-70000))},
		safetensors.Tensor{Name: "u32", DType: "U32", Shape: []int{1}, Data: raw(uint32(math.MaxUint32))},
		safetensors.I64("i64", nil, []int64{-1 << 62}),
	))
	for name, want := range map[string][]int64{
		"bool": {0, 1}, "u8": {7, 255}, "i8": {7, -1}, "i16": {-300, 300}, "u16": {65535},
		"i32": {-70000}, "u32": {math.MaxUint32}, "i64": {-1 << 62},
	} {
		x := f.named(t, name)
		if got, err := f.Int64s(x); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
		if err := f.Float32s(x, make([]float32, x.Len())); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s as weights: %v", name, err)
		}
	}
	if err := f.Float32s(f.named(t, "i64"), make([]float32, 2)); err == nil || !strings.Contains(err.Error(), "has 1 numbers, and 2 are wanted") {
		t.Error(err)
	}
}

func sameBits(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

// More numbers than one piece, in place and converted.
func TestPieces(t *testing.T) {
	n := pieceBytes/4 + 1001
	wide, narrow := make([]float64, n), make([]float32, n)
	for i := range n {
		narrow[i] = float32(i) / 8
		wide[i] = float64(narrow[i])
	}
	f := mustOpen(t, written(t, safetensors.F64("wide", []int{n}, wide), safetensors.F32("narrow", []int{n}, narrow)))
	for _, x := range f.Tensors {
		got := make([]float32, n)
		if err := f.Float32s(x, got); err != nil || !slices.Equal(got, narrow) {
			t.Errorf("%s: %v or other numbers", x.Name, err)
		}
		b, err := f.Bytes(x)
		if want := map[string][]byte{"wide": memory(wide), "narrow": memory(narrow)}[x.Name]; err != nil || !slices.Equal(b, want) {
			t.Errorf("%s: %v or other bytes", x.Name, err)
		}
	}
}

func TestNotFinite(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	many := func(at int, v float64) []float64 {
		x := make([]float64, 100_001)
		x[at] = v
		return x
	}
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{[]float64{1, nan, 3}, "NaN (number 2 of 3)"},
		{[]float64{1, 2, 3, 4, inf}, "-Inf (number 5 of 5)"},
		{many(99_998, nan), "NaN (number 99999 of 100001)"},
		{many(0, 1e39), "+Inf (number 1 of 100001)"}, // beyond float32
	} {
		single := make([]float32, len(c.values))
		for i, v := range c.values {
			single[i] = float32(v)
		}
		f := mustOpen(t, written(t, safetensors.F64("a.wide", []int{len(c.values)}, c.values), safetensors.F32("b.narrow", []int{len(c.values)}, single)))
		for _, x := range f.Tensors {
			err := f.Float32s(x, make([]float32, len(single)))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), x.Name) || !strings.Contains(err.Error(), f.Path) {
				t.Errorf("%v, want %s of %s", err, c.want, x.Name)
			}
		}
	}
	largest := []float32{math.MaxFloat32, -math.MaxFloat32, 0, 0x1p-149, 1}
	if !allFinite(largest) {
		t.Error("the largest numbers are taken for infinite")
	}
	for i := range largest {
		x := slices.Clone(largest)
		x[i] = float32(math.Inf(1))
		if allFinite(x) {
			t.Errorf("an infinity at %d is taken for a number", i)
		}
	}
}

func TestSHA256(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	const want = "411a485216e432ece6b9af94fa32154cf79a2a56d4f81266baa50063f45092bd" // sha256sum
	if got, err := mustOpen(t, path).SHA256(); err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

// A file that becomes shorter while it is open is an error, not the program's end.
func TestCutWhileOpen(t *testing.T) {
	path := written(t, safetensors.F32("a", []int{1000}, make([]float32, 1000)))
	f := mustOpen(t, path)
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	if err := f.Float32s(f.Tensors[0], make([]float32, 1000)); err == nil || !strings.Contains(err.Error(), "tensor \"a\" in "+path+" cannot be read: unexpected EOF") {
		t.Error(err)
	}
}

// Loading takes at most 1.3 times the file, of which the numbers' own place is 1:
// so all that is allocated beside it, buffers, directory and what is thrown away
// again, must stay below 0.3. It is below 0.1 but where one tensor, which must be
// put in order or rounded, is most of the file. Go's count of allocations is all
// there is to it: this package maps no file and calls no C, and what libtorch has
// of the numbers is their own place.
func TestNoSecondCopy(t *testing.T) {
	const n = 1 << 16 // numbers of a tensor
	storages := map[string][]byte{}
	var dict []storedTensor
	var list, half []safetensors.Tensor
	for i := range 32 {
		name := fmt.Sprint("layer", i, ".weight")
		storages[name] = make([]byte, 4*n)
		strides := []int{n / 16, 1}
		if i%2 == 1 {
			strides = []int{1, 16} // as channels_last leaves them
		}
		dict = append(dict, storedTensor{name, name, []int{16, n / 16}, strides})
		list = append(list, safetensors.F32(name, []int{n}, make([]float32, n)))
		half = append(half, safetensors.Tensor{Name: name, DType: "F16", Shape: []int{n}, Data: make([]byte, 2*n)})
	}
	for name, path := range map[string]string{
		"PyTorch":          inFile(t, stored(t, storages, dict...)),
		"safetensors":      written(t, list...),
		"half precision":   written(t, half...),
		"double precision": written(t, safetensors.F64("a", []int{16 * n}, make([]float64, 16*n))),
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		dst := make([]float32, 16*n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f := mustOpen(t, path)
		for _, x := range f.Tensors {
			if err := f.Float32s(x, dst[:x.Len()]); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		used := after.TotalAlloc - before.TotalAlloc
		if used > uint64(info.Size())/10 {
			t.Errorf("%s: %d bytes were allocated to load %d", name, used, info.Size())
		}
	}
}
