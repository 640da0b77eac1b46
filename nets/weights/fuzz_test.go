package weights

import (
	"bytes"
	"testing"
)

// FuzzSafetensors and FuzzPyTorch: whatever the bytes, open neither panics nor
// hangs, and of what it accepts every tensor can be read from the file's bytes.

func FuzzSafetensors(f *testing.F) {
	f.Add(content(f, "testdata/state.safetensors"))
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	one := `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
	f.Add([]byte("\x36\x00\x00\x00\x00\x00\x00\x00" + one + "\x00\x00\x80\x3f"))
	f.Fuzz(func(t *testing.T, b []byte) { readAll(t, b, (*File).readSafetensors) })
}

func FuzzPyTorch(f *testing.F) {
	for _, name := range []string{"state.pth", "legacy.pth", "checkpoint.pth", "views.pth", "evil.pth", "evil_legacy.pth"} {
		f.Add(content(f, "testdata/"+name))
	}
	f.Add([]byte(pickled(f, "\x80\x02}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"+
		"X\x02\x00\x00\x0011X\x03\x00\x00\x00cpuK\x18tQK\x01(K\x02K\x03t(K\x05K\x02t\x89ccollections\nOrderedDict\n)RtRs.")))
	f.Fuzz(func(t *testing.T, b []byte) { readAll(t, b, (*File).readDirectory) })
}

func readAll(t *testing.T, b []byte, directory func(*File) error) {
	f := &File{Path: "fuzz", r: bytes.NewReader(b), size: int64(len(b))}
	if directory(f) != nil {
		return
	}
	for _, x := range f.Tensors {
		n := x.Len()
		if n*sizes[x.DType] > len(b) {
			t.Fatalf("%s has %d numbers of %s in a file of %d bytes", x.Name, n, x.DType, len(b))
		}
		raw, err := f.Bytes(x)
		if err != nil {
			t.Fatal(err)
		}
		if floats[x.DType] != nil {
			_ = f.Float32s(x, make([]float32, n)) // NaN is an error
			continue
		}
		if integers[x.DType] == nil {
			continue
		}
		numbers, err := f.Int64s(x)
		if err != nil {
			t.Fatal(err)
		}
		if x.DType == "I64" && !bytes.Equal(raw, memory(numbers)) {
			t.Errorf("%s reads as % x and as %d", x.Name, raw, numbers)
		}
	}
}
