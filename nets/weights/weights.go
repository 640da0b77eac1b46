// Package weights reads files of trained weights as other programs leave them:
// PyTorch's .pth and .pt, in the zip format and in the legacy one, and
// safetensors. Which it is, the content tells, not the name.
//
// A file is material from strangers. Opening one reads its directory and checks
// it whole; nothing in it is ever run, no size that it states is believed before
// the file's own size allows it, and every refusal is a sentence that names the
// file and what to do. The numbers stay in the file until they are asked for and
// then go straight to where they are wanted, so that loading needs no second
// copy. The file is read, not mapped into memory: one that is cut short while
// it is in use is an error then, and not the end of the process.
package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// What File.Format says.
const (
	Safetensors   = "safetensors"
	PyTorch       = "PyTorch"
	PyTorchLegacy = "PyTorch, legacy" // until version 1.5, and since then on demand
)

// A File is an open file of weights. Its methods may be called from several
// goroutines at once.
type File struct {
	Path    string
	Format  string   // Safetensors, PyTorch or PyTorchLegacy
	Tensors []Tensor // in the file's order, no name twice
	Notes   []string // sentences on what was passed over to find the tensors

	r     io.ReaderAt
	size  int64
	sum   func() (string, error) // SHA256
	close func() error
	spare spare
}

// A Tensor is one named array of a File, whose methods read its numbers.
type Tensor struct {
	Name  string
	DType string // as safetensors calls it: BOOL U8 I8 I16 U16 F16 BF16 I32 U32 F32 F64 I64 U64
	Shape []int  // empty for a single number

	storage *storage
	first   int   // element of the storage that is the tensor's first
	strides []int // elements from one index to the next; nil where the numbers lie row-major
}

// A storage is a row of numbers in the file, of which tensors show all or parts.
type storage struct {
	dtype  string
	offset int64 // of its first byte
	length int   // in elements; all lie within the file

	// A view of another storage, as legacy files have them: its elements from
	// first on. While a file is opened, offset is then not known yet.
	of    *storage
	first int
}

// Len is the number of elements.
func (t Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Open opens the file at path and checks its directory, which lists the tensors;
// their numbers are not looked at. Errors name the file.
func Open(path string) (*File, error) {
	info, err := os.Stat(path) // first: opening a pipe would wait for its other end
	if err != nil {
		return nil, fmt.Errorf("the weights %s cannot be read: %w", path, errors.Unwrap(err)) // the reason alone
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder; name the file of weights in it", path)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file, so it cannot be read from the middle; copy it to one", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the weights %s cannot be read: %w", path, errors.Unwrap(err))
	}
	f := unread(file, info.Size(), path)
	f.close = file.Close
	if err := f.read(); err != nil {
		_ = file.Close() // only read
		return nil, err
	}
	return f, nil
}

// unread is a File of bytes, which need not be a file on disk, of which nothing has
// been read.
func unread(r io.ReaderAt, size int64, path string) *File {
	f := &File{Path: path, r: r, size: size}
	f.sum = sync.OnceValues(f.hash)
	return f
}

// read reads and checks the directory.
func (f *File) read() error {
	if err := f.readDirectory(); err != nil {
		return fmt.Errorf("%s %w", f.Path, err)
	}
	return nil
}

// Close closes the file, whose tensors cannot be read any more.
func (f *File) Close() error { return f.close() }

// SHA256 is the hash of the whole file, in hex. The first call reads all of it.
func (f *File) SHA256() (string, error) { return f.sum() }

func (f *File) hash() (string, error) {
	h := sha256.New()
	if _, err := io.CopyBuffer(h, io.NewSectionReader(f.r, 0, f.size), make([]byte, pieceBytes)); err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", f.Path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
