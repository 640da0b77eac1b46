package weights

import (
	"fmt"
	"path/filepath"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// maxUnfold is how many times the file all its tensors may take, one by one: a
// file of a few kilobytes can give the same numbers a hundred thousand names.
// Weights that are tied, as those of language models' first and last layers are,
// make it less than two.
const maxUnfold = 4

// WriteSafetensors writes all tensors, under their names and in their types, to
// a safetensors file at path, which appears whole or not at all. Its metadata
// name this file and its SHA-256, which is returned. One tensor is in memory at a
// time. Tensors that share numbers get each its own; where that would make far
// more of them than the file has, it is an error.
func (f *File) WriteSafetensors(path string) (sha256 string, err error) {
	tensors, err := f.unfolded()
	if err != nil {
		return "", err
	}
	if sha256, err = f.SHA256(); err != nil {
		return "", err
	}
	return sha256, safetensors.WriteLazy(path, tensors, map[string]string{
		"format":        "pt", // what Python's readers of PyTorch's tensors expect
		"source":        filepath.Base(f.Path),
		"source_sha256": sha256,
	})
}

// unfolded are all tensors, each with its own numbers.
func (f *File) unfolded() ([]safetensors.Lazy, error) {
	tensors := make([]safetensors.Lazy, len(f.Tensors))
	var total int64
	for i, t := range f.Tensors {
		if total += int64(t.Len()) * int64(sizes[t.DType]); total > maxUnfold*f.size {
			return nil, fmt.Errorf("%s gives the same numbers to many of its %d tensors: one by one they would take more than %d times the file; "+
				"save only the tensors that a net needs, or each as .clone()", f.Path, len(f.Tensors), maxUnfold)
		}
		tensors[i] = safetensors.Lazy{Name: t.Name, DType: t.DType, Shape: t.Shape, Data: func() ([]byte, error) { return f.Bytes(t) }}
	}
	return tensors, nil
}
