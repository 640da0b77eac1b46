package safetensors

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// python.safetensors and the expectations below come from
// tools/golden/safetensors_fixture.py (safetensors 0.8.0, torch 2.11.0).
const fixture = "testdata/python.safetensors"

func read(t *testing.T, path string) *File {
	t.Helper()
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func get(t *testing.T, f *File, name string) Tensor {
	t.Helper()
	x, err := f.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestReadsPythonsFile(t *testing.T) {
	f := read(t, fixture)
	if want := map[string]string{"note": `quotes " and <tags> & ü`}; !reflect.DeepEqual(f.Meta, want) {
		t.Errorf("metadata %q, want %q", f.Meta, want)
	}
	want := []Tensor{ // half, brain: IEEE 754 and bfloat16 of 1 and -2, by hand
		{"bn.num_batches_tracked", "I64", []int{}, []byte{0, 0, 1, 0, 0, 0, 0, 0}},
		{"brain", "BF16", []int{2}, []byte{0x80, 0x3f, 0x00, 0xc0}},
		{"bytes", "I8", []int{2}, []byte{0x80, 0x7f}},
		{"empty", "F32", []int{0, 4}, []byte{}},
		F64("fc.bias", []int{2}, []float64{0.1, -2.5}),
		F32("fc.weight", []int{2, 3}, []float32{0.5, -1.25, 3, 1e-30, float32(math.Inf(1)), float32(math.Copysign(0, -1))}),
		F32("größe", []int{1}, []float32{7}),
		{"half", "F16", []int{2}, []byte{0x00, 0x3c, 0x00, 0xc0}},
		{"labels", "I32", []int{3}, []byte{0, 0, 0, 0, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff}},
		{"mask", "BOOL", []int{3}, []byte{1, 0, 1}},
		{"pixels", "U8", []int{3}, []byte{0, 128, 255}},
		{"shorts", "I16", []int{2}, []byte{0xd4, 0xfe, 0x2c, 0x01}},
	}
	if !reflect.DeepEqual(f.Tensors, want) {
		t.Errorf("got  %v\nwant %v", f.Tensors, want)
	}
}

// CUTPASTE_PYTHON names a python with torch and safetensors.
func TestPythonReadsOurFile(t *testing.T) {
	python := os.Getenv("CUTPASTE_PYTHON")
	if python == "" {
		t.Skip("CUTPASTE_PYTHON is not set to a python with torch and safetensors")
	}
	f := read(t, fixture)
	path := filepath.Join(t.TempDir(), "ours.safetensors")
	if err := Write(path, f.Tensors, f.Meta); err != nil {
		t.Fatal(err)
	}
	maker := "../../tools/golden/safetensors_fixture.py"
	if out, err := exec.Command(python, maker, "check", path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRoundTrip(t *testing.T) {
	f := read(t, fixture)
	path := filepath.Join(t.TempDir(), "copy.safetensors")
	if err := Write(path, f.Tensors, f.Meta); err != nil {
		t.Fatal(err)
	}
	g := read(t, path)
	if !reflect.DeepEqual(g.Tensors, f.Tensors) || !reflect.DeepEqual(g.Meta, f.Meta) {
		t.Errorf("read %v %v, wrote %v %v", g.Tensors, g.Meta, f.Tensors, f.Meta)
	}
	if err := Write(path, nil, nil); err != nil { // also replaces a file
		t.Fatal(err)
	}
	if g := read(t, path); len(g.Tensors) != 0 || len(g.Meta) != 0 {
		t.Errorf("an empty file holds %v %v", g.Tensors, g.Meta)
	}
}

func TestEqualInputGivesEqualBytes(t *testing.T) {
	f := read(t, fixture)
	meta := map[string]string{"a": "1", "b": "2", "c": "3", "d": "4"}
	var first []byte
	for i := range 10 {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		f.Tensors = append(f.Tensors[1:], f.Tensors[0])
		if err := Write(path, f.Tensors, meta); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = b
		} else if !bytes.Equal(b, first) {
			t.Fatalf("file %d differs from the first:\n%q\n%q", i, b, first)
		}
	}
}

func TestMissingTensorNamesFile(t *testing.T) {
	_, err := read(t, fixture).Get("fc.wait")
	if err == nil || !strings.Contains(err.Error(), fixture) || !strings.Contains(err.Error(), "fc.wait") {
		t.Errorf("error %v does not name the file and the tensor", err)
	}
}
