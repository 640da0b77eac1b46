package safetensors

import (
	"fmt"
	"path/filepath"
	"unicode/utf8"

	"github.com/google/renameio/v2"
	format "github.com/nlpodyssey/safetensors"
)

// metaKey is the one name in a header that is not a tensor's.
const metaKey = "__metadata__"

// Write stores the tensors, and meta if it has any entries, in the file at
// path. Equal input gives equal bytes, whatever the order of tensors.
//
// The bytes go to a temporary file beside path, which is synced and renamed:
// after an error, a kill or a power cut there is at path either what was there
// before or the whole new file. After an error (a full disk, say) no temporary
// file is left. A killed process may leave one, named as path with a dot
// before and digits after.
//
// Errors name the file: two tensors of one name, a tensor whose DType, Shape
// and Data contradict each other, a name that is not UTF-8, and whatever the
// file system says.
func Write(path string, tensors []Tensor, meta map[string]string) error {
	views, err := views(tensors, meta)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	if err := replace(path, views, meta); err != nil {
		return fmt.Errorf("cannot write %s, which stays as it was: %w", path, err)
	}
	return nil
}

func replace(path string, views map[string]view, meta map[string]string) error {
	f, err := renameio.NewPendingFile(path,
		renameio.WithTempDir(filepath.Dir(path)), // otherwise a kill could leave it in /tmp, where nobody looks
		renameio.WithPermissions(0o644),
		renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if err := format.SerializeToWriter(views, meta, f); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

// A view shows a Tensor to the library.
type view struct {
	dtype format.DType
	shape []uint64
	data  []byte
}

func (v view) DType() format.DType { return v.dtype }
func (v view) Shape() []uint64     { return v.shape }
func (v view) Data() []byte        { return v.data }
func (v view) DataLen() uint64     { return uint64(len(v.data)) }

func views(tensors []Tensor, meta map[string]string) (map[string]view, error) {
	views := make(map[string]view, len(tensors))
	for _, t := range tensors {
		if _, twice := views[t.Name]; twice {
			return nil, fmt.Errorf("two tensors are named %q", t.Name)
		}
		if t.Name == metaKey || !utf8.ValidString(t.Name) {
			return nil, fmt.Errorf("a tensor cannot be named %q", t.Name)
		}
		dtype, shape, err := t.check()
		if err != nil {
			return nil, err
		}
		views[t.Name] = view{dtype, shape, t.Data}
	}
	for k, v := range meta {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("the metadata %q is not UTF-8", k)
		}
	}
	return views, nil
}
