package safetensors

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Read returns the content of the file at path, in which ReadHeader has checked
// everything first. Errors name the file.
//
// The tensors' Data are parts of one buffer, which belongs to the caller.
func Read(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, errors.Unwrap(err)) // the reason alone
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, errors.Unwrap(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read %s: it is not a file", path)
	}
	content, err := parse(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s is damaged or not a safetensors file: %w; copy or make it again", path, err)
	}
	content.path = path
	return content, nil
}

// parse reads a whole file of size bytes.
func parse(r io.ReaderAt, size int64) (*File, error) {
	places, meta, err := ReadHeader(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{Meta: meta}
	if len(places) == 0 {
		return f, nil
	}
	start := places[0].Offset
	data := make([]byte, size-start)
	if err := ReadFull(r, data, start); err != nil {
		return nil, err
	}
	for _, p := range places {
		begin := p.Offset - start
		end := begin + p.Bytes
		f.Tensors = append(f.Tensors, Tensor{p.Name, p.DType, p.Shape, data[begin:end:end]})
	}
	slices.SortFunc(f.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return f, nil
}
