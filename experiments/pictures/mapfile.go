package pictures

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"math"
	"os"
	"strconv"
)

// steps is how many there are from a scale's low end to its high one: the largest
// value of a 16-bit picture.
const steps = math.MaxUint16

// The keywords of the two texts (PNG's tEXt) that hold a scale. Other programs find
// them too: Pillow, as Image.open(file).text["Low"].
const (
	lowText  = "Low"
	highText = "High"
)

// WriteMap writes a map of rows of this width as a PNG of 16-bit grey, in which a
// value v stands for the score Low + v*(High-Low)/65535, and which holds Low and High
// as texts. A score is rounded to the nearest value: read again it is off by half a
// step at most. The file appears whole or not at all.
//
// It fails, and writes nothing, where a score is not finite or lies outside of the
// scale by more than half a step, naming the pixel.
//
// It panics if the scores are not rows of this width.
func WriteMap(file string, scores []float32, width int, s Scale) error {
	if width < 1 || len(scores) == 0 || len(scores)%width != 0 {
		panic(fmt.Sprintf("pictures: %d scores are not rows of %d", len(scores), width))
	}
	if !s.usable() {
		return fmt.Errorf("the map %s cannot be written: from %v to %v is no scale; take one of finite scores", file, s.Low, s.High)
	}
	step := (s.High - s.Low) / steps
	im := image.NewGray16(image.Rect(0, 0, width, len(scores)/width))
	for i, score := range scores {
		v, ok := s.value(float64(score), step)
		if !ok {
			return fmt.Errorf("the map %s cannot be written: its score at column %d of row %d is %v, and the scale goes from %v to %v; take a scale of all maps, whose scores are finite",
				file, i%width, i/width, score, s.Low, s.High)
		}
		binary.BigEndian.PutUint16(im.Pix[2*i:], v)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		return fmt.Errorf("the map %s cannot be made: %w", file, err)
	}
	// Texts may stand anywhere between the header, which is the first chunk and 25
	// bytes long, and the end.
	const header = len(signature) + 25
	content := bytes.Clone(b.Bytes()[:header])
	content = appendText(content, lowText, s.Low)
	content = appendText(content, highText, s.High)
	return save(file, append(content, b.Bytes()[header:]...))
}

// value is the 16-bit value of a score, and whether there is one.
func (s Scale) value(score, step float64) (uint16, bool) {
	v := 0.0
	if step > 0 {
		v = math.Round((score - s.Low) / step)
	} else if score != s.Low {
		return 0, false
	}
	return uint16(v), v >= 0 && v <= steps // and not NaN
}

// ReadMap reads what WriteMap wrote: the scores, how many are in a row, and the scale.
// Every error names the file.
func ReadMap(file string) (scores []float32, width int, s Scale, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, Scale{}, fmt.Errorf("a map cannot be read: %w", err)
	}
	fail := func(err error) ([]float32, int, Scale, error) {
		return nil, 0, Scale{}, fmt.Errorf("%s is not a whole map (%w); make the maps anew", file, err)
	}
	decoded, err := png.Decode(bytes.NewReader(content)) // checks every chunk's sum
	if err != nil {
		return fail(err)
	}
	im, ok := decoded.(*image.Gray16)
	if !ok {
		return fail(errors.New("its pixels are not 16-bit grey"))
	}
	if s.Low, err = findText(content, lowText); err != nil {
		return fail(err)
	}
	if s.High, err = findText(content, highText); err != nil {
		return fail(err)
	}
	if !s.usable() {
		return fail(fmt.Errorf("its scale goes from %v to %v", s.Low, s.High))
	}
	step := (s.High - s.Low) / steps
	scores = make([]float32, len(im.Pix)/2)
	for i := range scores {
		scores[i] = float32(s.Low + float64(float64(binary.BigEndian.Uint16(im.Pix[2*i:]))*step))
	}
	return scores, im.Bounds().Dx(), s, nil
}

// A PNG is its signature and chunks: four bytes of length, four of the kind, the
// content, four of a check sum over kind and content.
const signature = "\x89PNG\r\n\x1a\n"

// appendText appends a tEXt chunk of a keyword, a zero and a number in the shortest
// form that gives it back exactly.
func appendText(to []byte, keyword string, v float64) []byte {
	body := strconv.AppendFloat([]byte("tEXt"+keyword+"\x00"), v, 'g', -1, 64)
	to = binary.BigEndian.AppendUint32(to, uint32(len(body)-4))
	to = append(to, body...)
	return binary.BigEndian.AppendUint32(to, crc32.ChecksumIEEE(body))
}

// findText finds the number that appendText put into a PNG.
func findText(content []byte, keyword string) (float64, error) {
	rest := content[len(signature):]
	for len(rest) >= 12 {
		length := int64(binary.BigEndian.Uint32(rest))
		if length > int64(len(rest)-12) {
			break
		}
		body := rest[4 : 8+length]
		if text, ok := bytes.CutPrefix(body, []byte("tEXt"+keyword+"\x00")); ok {
			v, err := strconv.ParseFloat(string(text), 64)
			if err != nil {
				return 0, fmt.Errorf("its text %s is no number", keyword)
			}
			return v, nil
		}
		rest = rest[12+length:]
	}
	return 0, fmt.Errorf("it has no text %s", keyword)
}
