package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime/pprof"
	"slices"
	"strings"
)

// hostShare is the share of f's updates that is not spent in libtorch. Go's own
// profiler looks at the process a hundred times per second of processor time. A
// look that finds the tensor thread in a call of C counts for libtorch, every
// other look at Go code, on whatever thread, for the host: the trainer's, the
// nets', gotorch's, the collector's. Looks at libtorch's own threads count for
// neither, since the time of an update is that of the tensor thread.
func hostShare(f func() error) (float64, error) {
	var b bytes.Buffer
	if err := pprof.StartCPUProfile(&b); err != nil {
		return 0, err
	}
	err := f()
	pprof.StopCPUProfile()
	if err != nil {
		return 0, err
	}
	looks, err := readProfile(&b)
	if err != nil {
		return 0, err
	}
	return share(looks)
}

// look is a stack, innermost function first, and how often it was found.
type look struct {
	stack []string
	times int64
}

func share(looks []look) (float64, error) {
	var all, host int64
	for _, l := range looks {
		if slices.Contains(l.stack, "runtime._ExternalCode") {
			continue
		}
		inUpdate := slices.ContainsFunc(l.stack, func(f string) bool { return strings.HasSuffix(f, "trainer.(*Updater).Update") })
		if inUpdate {
			all += l.times
		}
		if l.stack[0] != "runtime.cgocall" {
			host += l.times
		}
	}
	if all < 100 {
		return 0, fmt.Errorf("the profiler found %d moments of an update, too few to tell a share", all)
	}
	return float64(host) / float64(all), nil
}

// readProfile reads the little of pprof's format that is needed: of profile.proto
// (github.com/google/pprof) samples, locations' innermost lines, functions' names.
func readProfile(r io.Reader) ([]look, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	type sample struct{ locations, values []uint64 }
	var (
		samples   []sample
		texts     []string
		functions = map[uint64]uint64{}   // to their name's text
		locations = map[uint64][]uint64{} // to their functions, innermost first
	)
	err = fields(b, func(number int, value uint64, inner []byte) error {
		switch number {
		case 2:
			var s sample
			err := fields(inner, func(number int, value uint64, packed []byte) error {
				switch number {
				case 1:
					s.locations = append(s.locations, numbers(value, packed)...)
				case 2:
					s.values = append(s.values, numbers(value, packed)...)
				}
				return nil
			})
			samples = append(samples, s)
			return err
		case 4:
			var id uint64
			var inlined []uint64
			err := fields(inner, func(number int, value uint64, line []byte) error {
				switch number {
				case 1:
					id = value
				case 4:
					return fields(line, func(number int, value uint64, _ []byte) error {
						if number == 1 {
							inlined = append(inlined, value)
						}
						return nil
					})
				}
				return nil
			})
			locations[id] = inlined
			return err
		case 5:
			var id, name uint64
			err := fields(inner, func(number int, value uint64, _ []byte) error {
				switch number {
				case 1:
					id = value
				case 2:
					name = value
				}
				return nil
			})
			functions[id] = name
			return err
		case 6:
			texts = append(texts, string(inner))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []look
	for _, s := range samples {
		l := look{times: int64(s.values[0])}
		for _, at := range s.locations {
			for _, f := range locations[at] {
				l.stack = append(l.stack, texts[functions[f]])
			}
		}
		if len(l.stack) > 0 {
			out = append(out, l)
		}
	}
	return out, nil
}

var errProfile = errors.New("the profile is not in pprof's format")

// fields walks through a message of protocol buffers: each field's number with
// its value if that is a number, else its bytes.
func fields(b []byte, visit func(number int, value uint64, inner []byte) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return errProfile
		}
		b = b[n:]
		value, n := binary.Uvarint(b)
		if n <= 0 {
			return errProfile
		}
		b = b[n:]
		var inner []byte
		switch tag & 7 {
		case 0: // a number
		case 2: // as many bytes
			if value > uint64(len(b)) {
				return errProfile
			}
			inner, b = b[:value], b[value:]
		default:
			return errProfile
		}
		if err := visit(int(tag>>3), value, inner); err != nil {
			return err
		}
	}
	return nil
}

// numbers is a repeated field, which may be packed or a single number.
func numbers(value uint64, packed []byte) []uint64 {
	if packed == nil {
		return []uint64{value}
	}
	var out []uint64
	for len(packed) > 0 {
		v, n := binary.Uvarint(packed)
		if n <= 0 {
			return out
		}
		out, packed = append(out, v), packed[n:]
	}
	return out
}
