package safetensors

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	format "github.com/nlpodyssey/safetensors"

	"github.com/cutpaste/cutpaste/configs/say"
)

// stated is what a header says of a tensor.
type stated struct {
	name    string
	dtype   format.DType
	shape   []uint64
	offsets [2]uint64
}

// parseHeader reads a header's JSON once, from front to back, and stops at the
// first thing that no header has. It must be UTF-8 (else two different names could
// be read as one), have no name twice (the specification forbids it, and readers
// differ in which of the two they take) and nothing behind it but white space.
// A header has objects, texts and lists of whole numbers, at most three deep, and
// nothing else. The library and encoding/json read it as maps of anything, several
// times over and whole before it is looked at: for one of nothing but short names
// that takes seconds where this takes a tenth.
func parseHeader(header []byte) ([]stated, map[string]string, error) {
	if !utf8.Valid(header) {
		return nil, nil, errors.New("its header is not UTF-8")
	}
	s := scanner{rest: header, length: len(header)}
	if !s.next('{') {
		return nil, nil, errors.New("its header is not a JSON object")
	}
	var tensors []stated
	var meta map[string]string
	seen := map[string]bool{}
	err := s.members(func(key []byte) (err error) {
		name := string(key)
		if seen[name] {
			return fmt.Errorf("its header has %s twice", say.Quote(name))
		}
		seen[name] = true
		if name == metaKey {
			meta, err = s.metadata()
			return err
		}
		t, err := s.tensor(name)
		tensors = append(tensors, t)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if s.space(); len(s.rest) > 0 {
		return nil, nil, errors.New("its header goes on behind its end")
	}
	return tensors, meta, nil
}

// A scanner takes a header's JSON apart. Errors are half a sentence.
type scanner struct {
	rest   []byte
	length int // of all
}

// space passes over white space.
func (s *scanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\t' || s.rest[0] == '\r' || s.rest[0] == '\n') {
		s.rest = s.rest[1:]
	}
}

// next takes c, if it comes next.
func (s *scanner) next(c byte) bool {
	s.space()
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) noJSON() error {
	return fmt.Errorf("its header is not JSON from byte %d on", s.length-len(s.rest))
}

// members gives each the keys of an object, whose brace is taken, in turn; each
// takes the values.
func (s *scanner) members(each func(key []byte) error) error {
	if s.next('}') {
		return nil
	}
	for {
		key, ok := s.text()
		if !ok || !s.next(':') {
			return s.noJSON()
		}
		if err := each(key); err != nil {
			return err
		}
		if s.next('}') {
			return nil
		}
		if !s.next(',') {
			return s.noJSON()
		}
	}
}

// text takes a text, if one comes next.
func (s *scanner) text() ([]byte, bool) {
	if !s.next('"') {
		return nil, false
	}
	for i, c := range s.rest {
		switch {
		case c == '"':
			text := s.rest[:i]
			s.rest = s.rest[i+1:]
			return text, true
		case c == '\\':
			return s.escaped()
		case c < ' ':
			return nil, false
		}
	}
	return nil, false
}

// escaped is text, of one with escapes.
func (s *scanner) escaped() ([]byte, bool) {
	for i := 0; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '"':
			var text string
			err := json.Unmarshal(append(append([]byte{'"'}, s.rest[:i]...), '"'), &text)
			s.rest = s.rest[i+1:]
			return []byte(text), err == nil
		}
	}
	return nil, false
}

// metadata is an object of texts.
func (s *scanner) metadata() (map[string]string, error) {
	if !s.next('{') {
		return nil, errors.New("its metadata are not a JSON object")
	}
	meta := map[string]string{}
	err := s.members(func(key []byte) error {
		value, ok := s.text()
		if !ok {
			return fmt.Errorf("its metadata have %s, which is no text", say.Quote(string(key)))
		}
		if _, twice := meta[string(key)]; twice {
			return fmt.Errorf("its metadata have %s twice", say.Quote(string(key)))
		}
		meta[string(key)] = string(value)
		return nil
	})
	return meta, err
}

// tensor is the object of one tensor, which has three members and no others.
func (s *scanner) tensor(name string) (stated, error) {
	t := stated{name: name}
	if len(name) > MaxName {
		return t, fmt.Errorf("it names a tensor by %d bytes (%s), more than the %d allowed", len(name), say.Quote(name), MaxName)
	}
	if !s.next('{') {
		return t, fmt.Errorf("tensor %s is not described by a JSON object", say.Quote(name))
	}
	var dtype, shape, offsets int
	err := s.members(func(member []byte) (err error) {
		switch string(member) {
		case "dtype":
			dtype++
			t.dtype, err = s.dtype(name)
		case "shape":
			shape++
			t.shape, err = s.numbers(name, "shape", nil, MaxDimensions)
		case "data_offsets":
			offsets++
			var list []uint64
			if list, err = s.numbers(name, "data_offsets", t.offsets[:0], 2); err == nil && len(list) != 2 {
				err = fmt.Errorf("tensor %s has data_offsets that are not two", say.Quote(name))
			}
		default:
			err = fmt.Errorf("tensor %s has the unknown member %s", say.Quote(name), say.Quote(string(member)))
		}
		return err
	})
	if err == nil && (dtype != 1 || shape != 1 || offsets != 1) {
		err = fmt.Errorf("tensor %s must have a dtype, a shape and data_offsets, each once", say.Quote(name))
	}
	return t, err
}

func (s *scanner) dtype(name string) (format.DType, error) {
	text, ok := s.text()
	if !ok {
		return 0, fmt.Errorf("tensor %s has a dtype that is no text", say.Quote(name))
	}
	d, err := format.ParseDType(string(text))
	if err != nil {
		return 0, fmt.Errorf("tensor %s has the unknown type %s", say.Quote(name), say.Quote(string(text)))
	}
	return d, nil
}

// numbers appends to list at most so many whole numbers from 0 on.
func (s *scanner) numbers(name, member string, list []uint64, most int) ([]uint64, error) {
	wrong := func() error {
		return fmt.Errorf("tensor %s has a %s that is no list of at most %d whole numbers", say.Quote(name), member, most)
	}
	if !s.next('[') {
		return nil, wrong()
	}
	if s.next(']') {
		return list, nil
	}
	for {
		s.space()
		digits := 0
		for digits < len(s.rest) && '0' <= s.rest[digits] && s.rest[digits] <= '9' {
			digits++
		}
		n, err := strconv.ParseUint(string(s.rest[:digits]), 10, 64)
		if err != nil || digits > 1 && s.rest[0] == '0' || len(list) == most {
			return nil, wrong()
		}
		list, s.rest = append(list, n), s.rest[digits:]
		if s.next(']') {
			return list, nil
		}
		if !s.next(',') {
			return nil, wrong()
		}
	}
}
