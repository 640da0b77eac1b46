package data

import (
	"bytes"
	"encoding/binary"
)

// A camera held sideways saves the picture sideways and writes how to turn it
// into EXIF's tag 0x0112, a number from 1 (upright) to 8. The tag stands in an
// image file directory, TIFF's structure: a TIFF file starts with one, a JPEG
// carries one in its APP1 segment and a PNG in its eXIf chunk (PNG, third
// edition, 11.3.3.4). A damaged directory means upright, never an error: the
// pixels are there all the same.

// orientationOf is a file's EXIF orientation, 1 if it has none.
func orientationOf(content []byte, format string) int {
	switch format {
	case "JPEG":
		return orientationOfTIFF(exifOfJPEG(content))
	case "PNG":
		return orientationOfTIFF(exifOfPNG(content))
	case "TIFF":
		return orientationOfTIFF(content)
	}
	return 1
}

// exifOfJPEG walks over the segments before the first scan.
func exifOfJPEG(b []byte) []byte {
	const header = "Exif\x00\x00"
	for i := 2; i+4 <= len(b) && b[i] == 0xff; {
		marker := b[i+1]
		if marker == 0xff { // a fill byte
			i++
			continue
		}
		length := int(binary.BigEndian.Uint16(b[i+2:])) // counts itself
		if marker == 0xda || length < 2 || i+2+length > len(b) {
			return nil
		}
		segment := b[i+4 : i+2+length]
		if marker == 0xe1 && bytes.HasPrefix(segment, []byte(header)) {
			return segment[len(header):]
		}
		i += 2 + length
	}
	return nil
}

func exifOfPNG(b []byte) []byte {
	for i := 8; i+12 <= len(b); {
		length := int(binary.BigEndian.Uint32(b[i:]))
		if length > len(b)-i-12 {
			return nil
		}
		if string(b[i+4:i+8]) == "eXIf" {
			return b[i+8 : i+8+length]
		}
		i += 12 + length
	}
	return nil
}

// orientationOfTIFF reads the tag from the first directory.
func orientationOfTIFF(b []byte) int {
	const upright, tag, short, long = 1, 0x0112, 3, 4
	if len(b) < 8 {
		return upright
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return upright
	}
	start := int64(order.Uint32(b[4:]))
	if start+2 > int64(len(b)) {
		return upright
	}
	entries := int64(order.Uint16(b[start:]))
	for i := range entries {
		at := start + 2 + 12*i // tag, type, count, value
		if at+12 > int64(len(b)) {
			return upright
		}
		if order.Uint16(b[at:]) != tag {
			continue
		}
		var value uint32
		switch order.Uint16(b[at+2:]) {
		case short:
			value = uint32(order.Uint16(b[at+8:]))
		case long:
			value = order.Uint32(b[at+8:])
		}
		if value >= 1 && value <= 8 {
			return int(value)
		}
		return upright
	}
	return upright
}

// upright turns a picture of w x h pixels with n values each as orientation
// says, and returns it with its new size.
func upright[T any](pix []T, w, h, n, orientation int) ([]T, int, int) {
	if orientation <= 1 {
		return pix, w, h
	}
	ow, oh := w, h
	if orientation >= 5 {
		ow, oh = h, w
	}
	out := make([]T, len(pix))
	for y := range oh {
		for x := range ow {
			sx, sy := x, y // where this pixel stands in the file
			switch orientation {
			case 2: // mirrored
				sx = w - 1 - x
			case 3: // upside down
				sx, sy = w-1-x, h-1-y
			case 4: // mirrored and upside down
				sy = h - 1 - y
			case 5: // transposed
				sx, sy = y, x
			case 6: // to be turned clockwise
				sx, sy = y, h-1-x
			case 7: // transposed over the other diagonal
				sx, sy = w-1-y, h-1-x
			case 8: // to be turned anticlockwise
				sx, sy = w-1-y, x
			}
			copy(out[n*(y*ow+x):n*(y*ow+x+1)], pix[n*(sy*w+sx):n*(sy*w+sx+1)])
		}
	}
	return out, ow, oh
}
