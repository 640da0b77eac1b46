package safetensors

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestWriteRefuses(t *testing.T) {
	one := []float32{1}
	for _, c := range []struct {
		name    string
		tensors []Tensor
		meta    map[string]string
		want    string
	}{
		{"same name", []Tensor{F32("a", []int{1}, one), F32("a", []int{1}, one)}, nil, "two tensors"},
		{"reserved name", []Tensor{F32("__metadata__", []int{1}, one)}, nil, "cannot be named"},
		{"name not UTF-8", []Tensor{F32("\xff", []int{1}, one)}, nil, "cannot be named"},
		{"metadata not UTF-8", nil, map[string]string{"k": "\xff"}, "UTF-8"},
		{"type", []Tensor{{"a", "F31", []int{1}, []byte{1}}}, nil, "F31"},
		{"too few values", []Tensor{F32("a", []int{2}, one)}, nil, "4 bytes"},
		{"negative", []Tensor{F32("a", []int{-1}, nil)}, nil, "impossible"},
		{"overflow", []Tensor{F32("a", []int{math.MaxInt / 2, 4}, nil)}, nil, "impossible"},
		{"name of 1001 bytes", []Tensor{F32(strings.Repeat("a", 1001), []int{1}, one)}, nil, "cannot be named"},
		{"65 dimensions", []Tensor{F32("a", slices.Repeat([]int{1}, 65), one)}, nil, "65 dimensions"},
		{"header too long for Read", nil, map[string]string{"k": strings.Repeat("x", maxHeader)}, "its header would have"},
		{"overflow to 0", []Tensor{F32("a", []int{1 << 31, 1 << 31}, nil)}, nil, "impossible"},
	} {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		err := Write(path, c.tensors, c.meta)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want the file and %q", c.name, err, c.want)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a file was written", c.name)
		}
	}
}

func TestWriteIntoMissingFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "x.safetensors")
	if err := Write(path, nil, nil); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

// A limit on the size of files stands for a full disk: a write that comes to
// it is cut short and then fails, without privileges and on every machine.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	if err := Write(path, []Tensor{F32("old", []int{1}, []float32{1})}, nil); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	full := limit
	full.Cur = 1 << 16
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	failure := Write(path, []Tensor{F32("new", []int{1 << 20}, make([]float32, 1<<20))}, nil)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}

	if !errors.Is(failure, syscall.EFBIG) || !strings.Contains(failure.Error(), path) {
		t.Errorf("error %v, want the system's reason and the file", failure)
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.Equal(b, old) {
		t.Errorf("the old file has changed (%v)", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left over: %v (%v)", left, err)
	}
}

// Data are asked for one after the other, and where one cannot be had, or is
// another number of bytes than was said, the file stays as it was.
func TestWriteLazy(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	asked := 0
	lazy := func(name string, data []byte, err error) Lazy {
		return Lazy{name, "U8", []int{2}, func() ([]byte, error) { asked++; return data, err }}
	}
	if err := WriteLazy(path, []Lazy{lazy("b", []byte{3, 4}, nil), lazy("a", []byte{1, 2}, nil)}, nil); err != nil {
		t.Fatal(err)
	}
	if f := read(t, path); asked != 2 || !bytes.Equal(get(t, f, "a").Data, []byte{1, 2}) || !bytes.Equal(get(t, f, "b").Data, []byte{3, 4}) {
		t.Errorf("asked %d times, wrote %v", asked, f.Tensors)
	}
	for want, bad := range map[string]Lazy{
		"no such tensor": lazy("a", nil, errors.New("no such tensor")),
		"3 bytes":        lazy("a", []byte{1, 2, 3}, nil),
	} {
		asked = 0
		err := WriteLazy(path, []Lazy{bad, lazy("b", []byte{5, 6}, nil)}, nil)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) || asked != 1 {
			t.Errorf("%v after %d, want %s and the file", err, asked, want)
		}
	}
	if f := read(t, path); !bytes.Equal(get(t, f, "b").Data, []byte{3, 4}) {
		t.Error("the old file has changed")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left over: %v (%v)", left, err)
	}
}
