package weights

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// readDirectory finds out which format the file has and lists its tensors.
// Errors go on after the file's name.
func (f *File) readDirectory() error {
	if f.size == 0 {
		return errors.New("is empty: copy or download it again")
	}
	start := make([]byte, min(f.size, 512))
	if err := safetensors.ReadFull(f.r, start, 0); err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	if what, next := textual(start); what != "" {
		return fmt.Errorf("%s; %s", what, next)
	}
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("PK\x05\x06")):
		return f.readZip()
	case len(start) > 9 && start[0] == 0x80 && start[1] <= 5 && start[8] != '{':
		// A pickle begins with the instruction PROTO; so may the length of a
		// safetensors header, but that is followed by a brace.
		return f.readLegacy()
	}
	return f.readSafetensors()
}

// textual says what a file is that begins like text, which no weights do, and what
// to do; "" if it does not.
func textual(start []byte) (what, next string) {
	text := strings.ToLower(string(bytes.TrimSpace(start)))
	switch {
	case strings.HasPrefix(text, "<!doctype") || strings.HasPrefix(text, "<html") || strings.HasPrefix(text, "<?xml"):
		return "is a web page, no weights: its download failed", "download it again"
	case strings.HasPrefix(text, "version https://git-lfs"):
		return "is a pointer of Git LFS, no weights", "run git lfs pull where it came from"
	case utf8.Valid(start) && !bytes.ContainsFunc(start, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }):
		return "is a text file, no weights", "name a .pth, .pt or .safetensors file"
	}
	return "", ""
}

func (f *File) readSafetensors() error {
	places, _, err := safetensors.ReadHeader(f.r, f.size)
	if err != nil {
		return fmt.Errorf("is damaged or no file of weights: %w; copy or download it again", err)
	}
	f.Format = Safetensors
	for _, p := range places {
		f.Tensors = append(f.Tensors, Tensor{
			Name: p.Name, DType: p.DType, Shape: p.Shape,
			storage: &storage{dtype: p.DType, offset: p.Offset, length: int(p.Bytes) / sizes[p.DType]},
		})
	}
	return nil
}
