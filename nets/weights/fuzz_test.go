package weights

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// FuzzSafetensors and FuzzPyTorch: whatever the bytes, open neither panics nor
// takes long nor much memory, and what it accepts can be read from the file's bytes
// and written as safetensors, unless that would be far more than they.

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
	var shared []storedTensor
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		shared = append(shared, storedTensor{name, "0", []int{1000}, []int{1}})
	}
	f.Add(stored(f, map[string][]byte{"0": make([]byte, 4000)}, shared...))
	f.Add([]byte(pickled(f, "\x80\x02}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"+
		"X\x02\x00\x00\x0011X\x03\x00\x00\x00cpuK\x18tQK\x01(K\x02K\x03t(K\x05K\x02t\x89ccollections\nOrderedDict\n)RtRs.")))
	f.Fuzz(func(t *testing.T, b []byte) { readAll(t, b, (*File).readDirectory) })
}

// What an input may take: what a hostile file of megabytes may (refuse_test.go), and
// in time more, since a fuzzer's machine is busy. Its inputs are a few kilobytes, so
// that what passes is milliseconds away from it.
const (
	fuzzTime   = 5 * time.Second
	fuzzMemory = 100 << 20
)

func readAll(t *testing.T, b []byte, directory func(*File) error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f := unread(bytes.NewReader(b), int64(len(b)), "fuzz")
	if directory(f) == nil {
		readTensors(t, f, b)
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; took > fuzzTime || used > fuzzMemory+uint64(100*len(b)) {
		t.Errorf("%d bytes took %s and allocated %d bytes in all", len(b), took, used)
	}
}

func readTensors(t *testing.T, f *File, b []byte) {
	total := 0
	for _, x := range f.Tensors {
		if total += x.Len() * sizes[x.DType]; x.Len()*sizes[x.DType] > len(b) {
			t.Fatalf("%s has %d numbers of %s in a file of %d bytes", x.Name, x.Len(), x.DType, len(b))
		}
	}
	tensors, err := f.unfolded()
	if (err != nil) != (total > maxUnfold*len(b)) {
		t.Fatalf("%d bytes of tensors in a file of %d: %v", total, len(b), err)
	}
	if err != nil {
		return
	}
	var written count
	switch err := safetensors.Encode(&written, tensors, nil); {
	case err == nil && int(written) < total:
		t.Errorf("%d bytes were written of tensors with %d", written, total)
	case err != nil && !strings.Contains(err.Error(), "cannot be named"): // no name in safetensors, but one in PyTorch's files
		t.Fatal(err)
	}
	for _, x := range f.Tensors {
		raw, err := f.Bytes(x)
		if err != nil {
			t.Fatal(err)
		}
		if floats[x.DType] != nil {
			_ = f.Float32s(x, make([]float32, x.Len())) // NaN is an error
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

// count counts what is written to it.
type count int

func (c *count) Write(b []byte) (int, error) {
	*c += count(len(b))
	return len(b), nil
}
