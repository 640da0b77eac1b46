package weights

import (
	"path/filepath"
	"reflect"
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
