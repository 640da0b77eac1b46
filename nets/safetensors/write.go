package safetensors

import (
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"unicode/utf8"

	"github.com/google/renameio/v2"
	format "github.com/nlpodyssey/safetensors"

	"github.com/cutpaste/cutpaste/configs/say"
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
// and Data contradict each other, a name that is not UTF-8, what [ReadHeader]
// would find too long, and whatever the file system says.
func Write(path string, tensors []Tensor, meta map[string]string) error {
	lazy := make([]Lazy, len(tensors))
	for i, t := range tensors {
		if err := t.check(); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
		lazy[i] = Lazy{t.Name, t.DType, t.Shape, func() ([]byte, error) { return t.Data, nil }}
	}
	return WriteLazy(path, lazy, meta)
}

// A Lazy is a tensor whose Data are made when it is its turn to be written, so
// that no more than one tensor need be in memory.
type Lazy struct {
	Name  string
	DType string
	Shape []int
	Data  func() ([]byte, error)
}

// WriteLazy is Write for such tensors.
func WriteLazy(path string, tensors []Lazy, meta map[string]string) error {
	if err := replace(path, tensors, meta); err != nil {
		return fmt.Errorf("cannot write %s, which stays as it was: %w", path, err)
	}
	return nil
}

func replace(path string, tensors []Lazy, meta map[string]string) error {
	f, err := renameio.NewPendingFile(path,
		renameio.WithTempDir(filepath.Dir(path)), // otherwise a kill could leave it in /tmp, where nobody looks
		renameio.WithPermissions(0o644),
		renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if err := Encode(f, tensors, meta); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

// Encode writes the bytes of a file to w. After an error what was written is of no
// use.
func Encode(w io.Writer, tensors []Lazy, meta map[string]string) error {
	var failed error // of a Data
	views, err := views(tensors, meta, &failed)
	if err != nil {
		return err
	}
	if err := format.SerializeToWriter(views, meta, &limited{w: w}); err != nil {
		return err
	}
	return failed
}

// limited refuses a header that ReadHeader would refuse, before anything is
// written: the library writes the header's length first.
type limited struct {
	w       io.Writer
	checked bool
}

func (l *limited) Write(b []byte) (int, error) {
	if !l.checked {
		l.checked = true
		if n := binary.LittleEndian.Uint64(b); n > maxHeader {
			return 0, fmt.Errorf("its header would have %d bytes, more than the %d allowed; take fewer tensors, or shorter names", n, maxHeader)
		}
	}
	return l.w.Write(b)
}

// A view shows a Lazy to the library, which asks for its data once.
type view struct {
	Lazy
	dtype  format.DType
	shape  []uint64
	bytes  uint64
	failed *error // the first, of all views
}

func (v view) DType() format.DType { return v.dtype }
func (v view) Shape() []uint64     { return v.shape }
func (v view) DataLen() uint64     { return v.bytes }

func (v view) Data() []byte {
	if *v.failed != nil {
		return nil // what is written will be thrown away
	}
	data, err := v.Lazy.Data()
	if err == nil && uint64(len(data)) != v.bytes {
		err = fmt.Errorf("tensor %s came as %d bytes, and it has %d", say.Quote(v.Name), len(data), v.bytes)
	}
	*v.failed = err
	return data
}

func views(tensors []Lazy, meta map[string]string, failed *error) (map[string]view, error) {
	views := make(map[string]view, len(tensors))
	for _, t := range tensors {
		if _, twice := views[t.Name]; twice {
			return nil, fmt.Errorf("two tensors are named %s", say.Quote(t.Name))
		}
		if t.Name == metaKey || !utf8.ValidString(t.Name) || len(t.Name) > MaxName {
			return nil, fmt.Errorf("a tensor cannot be named %s", say.Quote(t.Name))
		}
		if len(t.Shape) > MaxDimensions {
			return nil, fmt.Errorf("tensor %s has %d dimensions, more than the %d allowed", say.Quote(t.Name), len(t.Shape), MaxDimensions)
		}
		dtype, shape, bytes, err := layout(t.Name, t.DType, t.Shape)
		if err != nil {
			return nil, err
		}
		views[t.Name] = view{t, dtype, shape, bytes, failed}
	}
	for k, v := range meta {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("the metadata %s is not UTF-8", say.Quote(k))
		}
	}
	return views, nil
}
