package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	format "github.com/nlpodyssey/safetensors"
)

// maxHeader is the longest header read, in bytes. ResNet-18's has 15,000. The
// reference implementation allows 100 MB, but a header of nothing but short
// names takes about twenty times its length in memory while it is read.
const maxHeader = 16 << 20

// Read returns the content of the file at path. Everything in it is checked
// first: the header's length, its JSON, that each tensor has as many bytes as
// its type and shape say, and that the tensors cover the rest of the file
// without overlap or gap. Errors name the file.
//
// The tensors' Data are parts of one buffer, which belongs to the caller.
func Read(path string) (*File, error) {
	b, err := readAll(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	f, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged or not a safetensors file: %w; copy or make it again", path, err)
	}
	f.path = path
	return f, nil
}

// readAll reads the file at path, but not before its first bytes look right:
// it may be a data set or a disk image that was named by mistake.
func readAll(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err) // the reason alone: Read names the path
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	size := info.Size()
	start := make([]byte, 8)
	if n, err := io.ReadFull(f, start); err != nil {
		return nil, fmt.Errorf("it has only %d bytes, too few for safetensors; copy or make it again", n)
	}
	if err := checkHeaderLength(start, size); err != nil {
		return nil, err
	}
	b := make([]byte, size)
	copy(b, start)
	if _, err := io.ReadFull(f, b[8:]); err != nil {
		return nil, err
	}
	return b, nil
}

// checkHeaderLength judges the header's length in the first 8 of a file's size bytes.
func checkHeaderLength(start []byte, size int64) error {
	switch n := binary.LittleEndian.Uint64(start); {
	case n > uint64(size-8):
		return fmt.Errorf("its header should have %d bytes and the whole file has %d: it is cut off or not a safetensors file", n, size)
	case n > maxHeader:
		return fmt.Errorf("its header has %d bytes, more than the %d allowed: it is not a file of weights", n, maxHeader)
	}
	return nil
}

// parse reads a whole file's bytes, of which the first 8 exist and are judged.
func parse(b []byte) (*File, error) {
	header := b[8:][:binary.LittleEndian.Uint64(b)]
	if err := checkNames(header); err != nil {
		return nil, err
	}
	n, head, err := format.ReadMetadata(b)
	if err != nil {
		return nil, err
	}
	data := b[8+n:]
	f := &File{Meta: head.Metadata()}
	for name, info := range head.Tensors() {
		shape := make([]int, len(info.Shape))
		for i, n := range info.Shape {
			if n > math.MaxInt { // possible beside a 0
				return nil, fmt.Errorf("tensor %q has the impossible shape %v", name, info.Shape)
			}
			shape[i] = int(n)
		}
		begin, end := info.DataOffsets[0], info.DataOffsets[1]
		f.Tensors = append(f.Tensors, Tensor{name, info.DType.String(), shape, data[begin:end:end]})
	}
	slices.SortFunc(f.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return f, nil
}

// checkNames refuses a header that is no JSON object, is not UTF-8 (two
// different names could be read as one) or has a name twice (the specification
// forbids it, and readers differ in which of the two they take).
func checkNames(header []byte) error {
	if !utf8.Valid(header) {
		return errors.New("its header is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(header))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("its header is not a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fmt.Errorf("its header is not JSON: %w", err)
		}
		s := name.(string) // the decoder takes nothing else for an object's key
		if seen[s] {
			return fmt.Errorf("its header has %q twice", s)
		}
		seen[s] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("its header is not JSON: %w", err)
		}
	}
	return nil
}
