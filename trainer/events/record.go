package events

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// The messages below are protocol buffers: fields, each a tag (its number
// shifted left by 3, plus how its value is stored) and the value. The field
// numbers are those of TensorBoard's event.proto and summary.proto; fields
// come in the order of their numbers and zeros are left out, as Google's own
// encoders do, so that the bytes can be compared with theirs.
const (
	eventWallTime    = 1<<3 | fixed64  // double, seconds since 1970
	eventStep        = 2<<3 | varint   // int64
	eventFileVersion = 3<<3 | lengthed // string
	eventSummary     = 5<<3 | lengthed // Summary
	eventSessionLog  = 7<<3 | lengthed // SessionLog

	summaryValue     = 1<<3 | lengthed // Summary.Value
	valueTag         = 1<<3 | lengthed // string
	valueSimple      = 2<<3 | fixed32  // float
	sessionLogStatus = 1<<3 | varint   // enum
	sessionStart     = 1

	varint   = 0
	fixed64  = 1
	lengthed = 2
	fixed32  = 5
)

// event begins an Event with the fields that all have.
func event(wallTime float64, step int64) []byte {
	b := append(make([]byte, 0, 64), eventWallTime)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(wallTime))
	if step != 0 {
		b = append(b, eventStep)
		b = binary.AppendUvarint(b, uint64(step))
	}
	return b
}

// field appends a field of bytes, a string or a message.
func field[T string | []byte](b []byte, tag byte, content T) []byte {
	b = append(b, tag)
	b = binary.AppendUvarint(b, uint64(len(content)))
	return append(b, content...)
}

func versionEvent(wallTime float64) []byte {
	return field(event(wallTime, 0), eventFileVersion, "brain.Event:2")
}

func startEvent(wallTime float64, step int64) []byte {
	return field(event(wallTime, step), eventSessionLog, []byte{sessionLogStatus, sessionStart})
}

func scalarEvent(wallTime float64, step int64, tag string, value float32) []byte {
	v := field(nil, valueTag, tag)
	v = append(v, valueSimple)
	v = binary.LittleEndian.AppendUint32(v, math.Float32bits(value))
	return field(event(wallTime, step), eventSummary, field(nil, summaryValue, v))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frame puts an event into the framing of TFRecord: its length and the event,
// each followed by its checksum.
func frame(event []byte) []byte {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, len(event)+16), uint64(len(event)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, event...)
	return binary.LittleEndian.AppendUint32(b, masked(event))
}

// masked is CRC-32C, rotated and shifted as TFRecord wants it: a checksum of
// data that themselves hold checksums would otherwise be weak.
func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}
