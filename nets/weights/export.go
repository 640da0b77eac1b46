package weights

import (
	"path/filepath"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// WriteSafetensors writes all tensors, under their names and in their types, to
// a safetensors file at path, which appears whole or not at all. Its metadata
// name this file and its SHA-256, which is returned. One tensor is in memory at a
// time.
func (f *File) WriteSafetensors(path string) (sha256 string, err error) {
	if sha256, err = f.SHA256(); err != nil {
		return "", err
	}
	tensors := make([]safetensors.Lazy, len(f.Tensors))
	for i, t := range f.Tensors {
		tensors[i] = safetensors.Lazy{Name: t.Name, DType: t.DType, Shape: t.Shape, Data: func() ([]byte, error) { return f.Bytes(t) }}
	}
	return sha256, safetensors.WriteLazy(path, tensors, map[string]string{
		"format":        "pt", // what Python's readers of PyTorch's tensors expect
		"source":        filepath.Base(f.Path),
		"source_sha256": sha256,
	})
}
