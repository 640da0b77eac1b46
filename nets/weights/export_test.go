package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// What is written is what Python's safetensors wrote of the same tensors.
func TestWriteSafetensors(t *testing.T) {
	want, err := safetensors.Read("testdata/state.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{"state.pth", "legacy.pth", "state.safetensors"} {
		f := mustOpen(t, filepath.Join("testdata", source))
		path := filepath.Join(t.TempDir(), "out.safetensors")
		sum, err := f.WriteSafetensors(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := safetensors.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Tensors, want.Tensors) {
			t.Errorf("%s: got %v, want %v", source, got.Tensors, want.Tensors)
		}
		if meta := map[string]string{"format": "pt", "source": source, "source_sha256": sum}; !reflect.DeepEqual(got.Meta, meta) || len(sum) != 64 {
			t.Errorf("%s: metadata %q, want %q", source, got.Meta, meta)
		}
	}
}

// stored is a file in PyTorch's zip format with these tensors of F32, each of one
// storage's numbers.
func stored(t testing.TB, storages map[string][]byte, tensors ...storedTensor) []byte {
	t.Helper()
	var code strings.Builder
	text := func(s string) string {
		return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
	}
	number := func(n int) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	list := func(numbers []int) string {
		s := "("
		for _, n := range numbers {
			s += number(n)
		}
		return s + "t"
	}
	code.WriteString("\x80\x02}(")
	for _, x := range tensors {
		code.WriteString(text(x.name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text(x.key) + text("cpu") +
			number(len(storages[x.key])/4) + "tQK\x00" + list(x.shape) + list(x.strides) + "\x89}tR")
	}
	code.WriteString("u.")
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	record := func(name string, data []byte) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	record("x/data.pkl", []byte(code.String()))
	for key, data := range storages {
		record("x/data/"+key, data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

type storedTensor struct {
	name, key      string
	shape, strides []int
}

// inFile is the path of a file of that content.
func inFile(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.pth")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Many names for the same numbers are few bytes, and would be many one by one.
func TestSharedNumbersAreNotMultiplied(t *testing.T) {
	storage := map[string][]byte{"0": make([]byte, 100_000)}
	var tensors []storedTensor
	for i := range 2000 {
		tensors = append(tensors, storedTensor{fmt.Sprint("w", i), "0", []int{25_000}, []int{1}})
	}
	for count, works := range map[int]bool{2: true, 2000: false} {
		f := mustOpen(t, inFile(t, stored(t, storage, tensors[:count]...)))
		if len(f.Tensors) != count {
			t.Fatalf("%d tensors", len(f.Tensors))
		}
		path := filepath.Join(t.TempDir(), "out.safetensors")
		_, err := f.WriteSafetensors(path)
		_, missing := os.Stat(path)
		if works && (err != nil || missing != nil) {
			t.Errorf("%d names: %v, %v", count, err, missing)
		}
		if !works && (err == nil || !strings.Contains(err.Error(), f.Path+" gives the same numbers to many of its 2000 tensors") || missing == nil) {
			t.Errorf("%d names: %v, %v", count, err, missing)
		}
	}
}

// What WriteSafetensors writes can be read: a header that it could not have is
// not written.
func TestHeaderTooLongToWrite(t *testing.T) {
	var tensors []storedTensor
	for i := range 800 { // each byte of a name takes six in the header
		tensors = append(tensors, storedTensor{strings.Repeat("\x01", 990) + fmt.Sprint(i), "0", []int{1}, []int{1}})
	}
	f := mustOpen(t, inFile(t, stored(t, map[string][]byte{"0": make([]byte, 4)}, tensors...)))
	path := filepath.Join(t.TempDir(), "out.safetensors")
	if _, err := f.WriteSafetensors(path); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "its header would have") {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was written")
	}
}
