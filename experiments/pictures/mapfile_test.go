package pictures

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMapsComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	dir := t.TempDir()
	for _, c := range []struct {
		scale         Scale
		width, height int
	}{
		{Scale{0, 1}, 7, 5},
		{Scale{-3.25, 812.0625}, 64, 64},
		{Scale{1e-9, 3e-9}, 1, 9},
		{Scale{-2e30, 1e30}, 9, 1},
	} {
		scores := make([]float32, c.width*c.height)
		for i := range scores {
			scores[i] = float32(c.scale.Low + r.Float64()*(c.scale.High-c.scale.Low))
		}
		scores[0], scores[len(scores)-1] = float32(c.scale.Low), float32(c.scale.High)
		file := filepath.Join(dir, "map.png")
		if err := WriteMap(file, scores, c.width, c.scale); err != nil {
			t.Fatal(err)
		}
		got, width, scale, err := ReadMap(file)
		if err != nil {
			t.Fatal(err)
		}
		if width != c.width || len(got) != len(scores) || scale != c.scale {
			t.Fatalf("%d scores in rows of %d by %v; want %d of %d by %v", len(got), width, scale, len(scores), c.width, c.scale)
		}
		step := (c.scale.High - c.scale.Low) / 65535
		for i := range scores {
			rounding := 1e-7 * math.Max(math.Abs(c.scale.Low), math.Abs(c.scale.High)) // of float32
			if math.Abs(float64(got[i])-float64(scores[i])) > step/2+rounding {
				t.Fatalf("score %v came back as %v, farther than half of %v", scores[i], got[i], step)
			}
		}
	}
}

// The pixels as the format says: by a scale from 10 to 65545 a step is 1.
func TestMapsInTheirFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.png")
	scores := []float32{10, 11, 65545, 12.4, 12.6, 9.6} // the last is less than half a step below
	if err := WriteMap(file, scores, 3, Scale{10, 65545}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	im, ok := decoded.(*image.Gray16)
	if !ok || im.Bounds() != image.Rect(0, 0, 3, 2) {
		t.Fatalf("the file is a %T of %v", decoded, decoded.Bounds())
	}
	for i, want := range []uint16{0, 1, 65535, 2, 3, 0} {
		if got := im.Gray16At(i%3, i/3).Y; got != want {
			t.Errorf("score %v has value %d, want %d", scores[i], got, want)
		}
	}
	if !bytes.Contains(content, []byte("tEXtLow\x0010")) || !bytes.Contains(content, []byte("tEXtHigh\x0065545")) {
		t.Error("the scale is not in the file")
	}
}

func TestMapOfOneScore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.png")
	if err := WriteMap(file, []float32{2.5, 2.5}, 2, Scale{2.5, 2.5}); err != nil {
		t.Fatal(err)
	}
	if got, _, _, err := ReadMap(file); err != nil || !slices.Equal(got, []float32{2.5, 2.5}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestMapsThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name   string
		scores []float32
		scale  Scale
		want   string
	}{
		{"NaN", []float32{0, 0, 0, nan}, Scale{0, 1}, "column 1 of row 1 is NaN"},
		{"infinite", []float32{0, inf, 0, 0}, Scale{0, 1}, "column 1 of row 0 is +Inf"},
		{"too high", []float32{0, 0, 1.1, 0}, Scale{0, 1}, "column 0 of row 1 is 1.1"},
		{"too low", []float32{-0.1, 0, 0, 0}, Scale{0, 1}, "column 0 of row 0 is -0.1"},
		{"not the only score", []float32{1, 1, 1, 2}, Scale{1, 1}, "column 1 of row 1 is 2"},
		{"no scale", []float32{1, 1, 1, 2}, NewScale(), "is no scale"},
	} {
		err := WriteMap(filepath.Join(dir, "map.png"), c.scores, 2, c.scale)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "map.png") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%d files were written, %v", len(entries), err)
	}
}

func TestMapsThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "map.png")
	if err := WriteMap(file, []float32{0, 1, 2, 3}, 2, Scale{0, 3}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(im image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, im); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	flipped := bytes.Clone(whole)
	flipped[len(signature)+25+13] ^= 1 // in the text Low
	square := image.Rect(0, 0, 2, 2)
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"cut":               {whole[:len(whole)/2], "EOF"},
		"empty":             {nil, "EOF"},
		"damaged":           {flipped, "checksum"},
		"another picture":   {encode(image.NewGray16(square)), "has no text Low"},
		"of 8 bits":         {encode(image.NewGray(square)), "not 16-bit grey"},
		"without high":      {bytes.Replace(whole, textChunk("High", "3"), nil, 1), "has no text High"},
		"a scale of words":  {bytes.Replace(whole, textChunk("High", "3"), textChunk("High", "x"), 1), "High is no number"},
		"of an upset scale": {bytes.Replace(whole, textChunk("High", "3"), textChunk("High", "-3"), 1), "goes from 0 to -3"},
	} {
		if err := os.WriteFile(file, c.content, 0o666); err != nil {
			t.Fatal(err)
		}
		_, _, _, err := ReadMap(file)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "map.png") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, _, _, err := ReadMap(filepath.Join(dir, "missing.png")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// textChunk is a tEXt chunk, made by hand.
func textChunk(keyword, content string) []byte {
	body := []byte("tEXt" + keyword + "\x00" + content)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	chunk = append(chunk, body...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
}
