package weights

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cutpaste/cutpaste/configs/say"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// What a legacy file begins with (torch.serialization's MAGIC_NUMBER and
// PROTOCOL_VERSION), the first in little-endian order.
const (
	legacyMagic    = long("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")
	legacyProtocol = int64(1001)
)

// readLegacy opens PyTorch's format of before 1.6. It is a row of pickles: a
// magic number, the number of the protocol, a dict about the machine, the dict
// of tensors and the list of its storages' keys. Behind them lie the storages in
// the list's order, each the number of its elements, in 8 bytes, and they.
func (f *File) readLegacy() error {
	f.Format = PyTorchLegacy
	p := newPickle(f.r, 0, f.size)
	magic, err := p.load()
	if err != nil || magic != legacyMagic {
		return errors.New("is a pickle, but not one that torch.save wrote; save a net's state_dict() with PyTorch")
	}
	protocol, err := p.load()
	if err != nil {
		return err
	}
	if n, _ := protocol.(int64); n != legacyProtocol {
		return fmt.Errorf("has protocol %d of PyTorch's legacy format, and %d is known; save it again with PyTorch", n, legacyProtocol)
	}
	machine, err := p.load()
	if err != nil {
		return err
	}
	if d, ok := machine.(*dict); !ok || d.get("little_endian") != true {
		return errors.New("has numbers in another byte order; load and save it on a little-endian machine")
	}
	l := legacyFile{size: f.size, storages: map[string]*storage{}}
	p.persistent = l.storage
	root, err := p.load()
	if err != nil {
		return err
	}
	p.persistent = nil
	keys, err := p.load()
	if err != nil {
		return err
	}
	if err := l.lay(f, keys, p.at); err != nil {
		return err
	}
	return f.stateDict(root)
}

// get is the value of a text key, nil if there is none.
func (d *dict) get(key string) any {
	for _, e := range d.entries {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// A legacyFile is a file that is being opened.
type legacyFile struct {
	size     int64
	storages map[string]*storage
	views    []*storage
}

// storage makes a storage of a persistent id, or a view of one. The view is
// None or (key, first element, length).
func (l *legacyFile) storage(id tuple) (*storage, error) {
	key, s, view, err := storageID(id, l.size)
	if err != nil {
		return nil, err
	}
	whole := l.storages[key]
	if whole == nil {
		whole = &s
		l.storages[key] = whole
	}
	if whole.dtype != s.dtype || whole.length != s.length {
		return nil, fmt.Errorf("is damaged: its storage %s has two types or lengths", say.Quote(key))
	}
	if view == nil {
		return whole, nil
	}
	parts, _ := view.(tuple)
	if len(parts) != 3 {
		return nil, errors.New("is damaged: it has a view of a storage that is none")
	}
	first, isFirst := parts[1].(int64)
	length, isLength := parts[2].(int64)
	if !isFirst || !isLength || first < 0 || length < 0 || first > int64(whole.length) || length > int64(whole.length)-first {
		return nil, fmt.Errorf("is damaged: it has a view beyond its storage %s", say.Quote(key))
	}
	part := &storage{dtype: s.dtype, length: int(length), of: whole, first: int(first)}
	l.views = append(l.views, part)
	return part, nil
}

// lay says where in the file the storages are, from that byte on.
func (l *legacyFile) lay(f *File, keys any, at int64) error {
	list, ok := keys.(*list)
	if !ok {
		return errors.New("is damaged: it lacks the list of its storages")
	}
	laid := map[string]bool{}
	for _, k := range list.items {
		key, _ := k.(string)
		s := l.storages[key]
		if s == nil || laid[key] {
			return errors.New("is damaged: the list of its storages is not that of its tensors")
		}
		laid[key] = true
		var length [8]byte
		if f.size-at < 8 {
			return cutStorage(key)
		}
		if err := safetensors.ReadFull(f.r, length[:], at); err != nil {
			return fmt.Errorf("cannot be read: %w", err)
		}
		if n := binary.LittleEndian.Uint64(length[:]); n != uint64(s.length) {
			return fmt.Errorf("is damaged: its storage %s has %d numbers in one place and %d in another", say.Quote(key), s.length, n)
		}
		s.offset = at + 8
		at = s.offset + int64(s.length)*int64(sizes[s.dtype])
		if at > f.size {
			return cutStorage(key)
		}
	}
	if len(laid) != len(l.storages) {
		return errors.New("is damaged: the list of its storages is not that of its tensors")
	}
	for _, v := range l.views {
		v.offset = v.of.offset + int64(v.first)*int64(sizes[v.dtype])
	}
	return nil
}

func cutStorage(key string) error {
	return fmt.Errorf("ends in the middle of its storage %s: it is cut off; copy or download it again", say.Quote(key))
}
