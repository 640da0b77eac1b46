package weights

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/cutpaste/cutpaste/configs/say"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

const (
	// maxDirectory is how many bytes of a zip archive's own list and headers are
	// read; a state dict's storage takes some 100.
	maxDirectory = 8 << 20
	// maxVersion is the newest version of the zip format that is known
	// (kMaxSupportedFileFormatVersion of PyTorch 2.11).
	maxVersion = 10
)

// readZip opens PyTorch's zip format: NAME/data.pkl is the pickled dict,
// NAME/data/KEY the numbers of a storage, NAME/byteorder "little" or "big", and
// NAME/version a number. Everything is stored without compression, so that
// numbers lie in the file as they are and nothing can unfold to more than the
// file has.
func (f *File) readZip() error {
	f.Format = PyTorch
	archive, err := zip.NewReader(&rationed{f.r, maxDirectory}, f.size)
	if errors.Is(err, errRation) {
		return err
	}
	if err != nil {
		return fmt.Errorf("begins as a zip archive and does not end as one (%w): it is cut off or damaged; copy or download it again", err)
	}
	z := zipFile{f: f, records: map[string]*zip.File{}}
	for _, r := range archive.File {
		if z.records[r.Name] != nil {
			return fmt.Errorf("is damaged: its archive has %s twice", say.Quote(r.Name))
		}
		z.records[r.Name] = r
		if dir, name := path.Split(r.Name); name == "data.pkl" && strings.Count(dir, "/") <= 1 {
			if z.found {
				return errors.New("is a zip archive with more than one data.pkl, which PyTorch does not write")
			}
			z.dir, z.found = dir, true
		}
	}
	if !z.found {
		return errors.New("is a zip archive without data.pkl, so PyTorch did not write it; if weights are packed in it, unpack them")
	}
	if z.records[z.dir+"constants.pkl"] != nil {
		return errors.New("is a TorchScript program, of which nothing was run; save the net's state_dict() alone, or take another file")
	}
	if err := z.checkVersion(); err != nil {
		return err
	}
	begin, size, err := z.place(z.dir + "data.pkl")
	if err != nil {
		return err
	}
	p := newPickle(f.r, begin, begin+size)
	p.persistent = z.storage
	root, err := p.load()
	if err != nil {
		return err
	}
	return f.stateDict(root)
}

// A zipFile is an archive that is being opened.
type zipFile struct {
	f       *File
	records map[string]*zip.File
	dir     string // with a slash at its end, or ""
	found   bool
}

// place returns where in the file a record's bytes are.
func (z *zipFile) place(name string) (begin, size int64, err error) {
	r := z.records[name]
	if r == nil {
		return 0, 0, fmt.Errorf("lacks %s in its archive: it is damaged", say.Quote(name))
	}
	if r.Method != zip.Store || r.CompressedSize64 != r.UncompressedSize64 {
		return 0, 0, fmt.Errorf("has %s compressed (%d bytes that claim to be %d), which PyTorch never does; take another file, or save it again with PyTorch", say.Quote(name), r.CompressedSize64, r.UncompressedSize64)
	}
	if begin, err = r.DataOffset(); err != nil {
		return 0, 0, fmt.Errorf("is damaged at %s in its archive: %w", say.Quote(name), err)
	}
	if begin < 0 || begin > z.f.size || r.UncompressedSize64 > uint64(z.f.size-begin) {
		return 0, 0, fmt.Errorf("has %s of %d bytes in its archive, more than the file: it is cut off or damaged", say.Quote(name), r.UncompressedSize64)
	}
	return begin, int64(r.UncompressedSize64), nil
}

// small is the content of a short record, "" if there is none.
func (z *zipFile) small(name string) (string, error) {
	if z.records[name] == nil {
		return "", nil
	}
	begin, size, err := z.place(name)
	if err != nil {
		return "", err
	}
	b := make([]byte, min(size, 32))
	if err := safetensors.ReadFull(z.f.r, b, begin); err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

func (z *zipFile) checkVersion() error {
	order, err := z.small(z.dir + "byteorder")
	if err != nil {
		return err
	}
	if order != "" && order != "little" { // PyTorch before 2.1 writes none
		return fmt.Errorf("has numbers in the byte order %q; load and save it on a little-endian machine", order)
	}
	version, err := z.small(z.dir + "version")
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(version); version != "" && (err != nil || n < 1 || n > maxVersion) {
		return fmt.Errorf("has version %q of PyTorch's format, and 1 to %d are known; save it with an older PyTorch, or as safetensors", version, maxVersion)
	}
	return nil
}

// storage finds the record of a persistent id.
func (z *zipFile) storage(id tuple) (*storage, error) {
	key, s, _, err := storageID(id, z.f.size)
	if err != nil {
		return nil, err
	}
	begin, size, err := z.place(z.dir + "data/" + key)
	if err != nil {
		return nil, err
	}
	if want := int64(s.length) * int64(sizes[s.dtype]); size != want {
		return nil, fmt.Errorf("has a storage %s of %d bytes, but %d numbers of %s have %d: it is damaged", say.Quote(key), size, s.length, s.dtype, want)
	}
	s.offset = begin
	return &s, nil
}

var errRation = fmt.Errorf("is a zip archive with a list of more than %d MB, which no file of weights has", maxDirectory>>20)

// rationed reads no more than so many bytes.
type rationed struct {
	r    io.ReaderAt
	left int
}

func (r *rationed) ReadAt(b []byte, offset int64) (int, error) {
	if r.left -= len(b); r.left < 0 {
		return 0, errRation
	}
	return r.r.ReadAt(b, offset)
}
