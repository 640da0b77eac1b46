package data

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// Every kind of file against what Pillow makes of it, from
// tools/golden/decode.py. Lossless files: no tolerance; JPEG: 2 levels, as its
// decoders round differently.
func TestDecodeIsPillows(t *testing.T) {
	text, err := os.ReadFile("testdata/decode/decode.json")
	if err != nil {
		t.Fatal(err)
	}
	var answers map[string]struct {
		Size   [2]int
		Within int
		Pixels []byte
	}
	if err := json.Unmarshal(text, &answers); err != nil {
		t.Fatal(err)
	}
	files, err := Folder("testdata/decode")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(answers) {
		t.Fatalf("%d files, %d answers", len(files), len(answers))
	}
	for _, f := range files {
		t.Run(f.Rel, func(t *testing.T) {
			want := answers[f.Rel]
			got, err := Decode(f.Path, 0)
			if err != nil {
				t.Fatal(err)
			}
			if got.W != want.Size[0] || got.H != want.Size[1] {
				t.Fatalf("size %d x %d, want %v", got.W, got.H, want.Size)
			}
			if d := worst(got.Pix, want.Pixels); d > want.Within {
				t.Errorf("differs by %d levels\n got %v\nwant %v", d, got.Pix, want.Pixels)
			}
		})
	}
}

// encoded is a small picture in each format.
func encoded(t testing.TB, w, h int) map[string][]byte {
	t.Helper()
	src := noise(w, h)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		copy(img.Pix[4*i:], src.Pix[3*i:3*i+3])
		img.Pix[4*i+3] = 255
	}
	out := map[string][]byte{}
	for name, encode := range map[string]func(*bytes.Buffer) error{
		"PNG":  func(b *bytes.Buffer) error { return png.Encode(b, img) },
		"JPEG": func(b *bytes.Buffer) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: 95}) },
		"BMP":  func(b *bytes.Buffer) error { return bmp.Encode(b, img) },
		"TIFF": func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		out[name] = b.Bytes()
	}
	return out
}

func write(t testing.TB, path string, content []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// wantError fails unless err says all the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

func TestDecodeByContentNotByName(t *testing.T) {
	for format, content := range encoded(t, 6, 4) {
		path := write(t, filepath.Join(t.TempDir(), "picture.jpg"), content)
		im, err := Decode(path, 0)
		if err != nil {
			t.Errorf("%s named .jpg: %v", format, err)
		} else if im.W != 6 || im.H != 4 {
			t.Errorf("%s: %d x %d", format, im.W, im.H)
		}
	}
}

// A file cut off anywhere is an error that names it, never a picture with a
// grey lower half and never a panic. The one exception is a file that lacks
// nothing that is needed for its pixels.
func TestTruncatedFilesAreErrors(t *testing.T) {
	dir := t.TempDir()
	for format, content := range encoded(t, 40, 30) {
		p, err := decodeBytes(content, 0)
		if err != nil {
			t.Fatal(err)
		}
		whole := toRGB(p.image)
		for n := 0; n < len(content); n += 1 + len(content)/300 {
			p, err := decodeBytes(content[:n], 0)
			if err != nil {
				continue
			}
			if d := worst(toRGB(p.image).Pix, whole.Pix); d > 0 || n < len(content)*9/10 {
				t.Fatalf("%s cut to %d of %d bytes gave a picture that differs by %d", format, n, len(content), d)
			}
		}
		path := write(t, filepath.Join(dir, "half.png"), content[:len(content)/2])
		_, err = Decode(path, 0)
		wantError(t, err, path, "cut short", "copy it again")
	}

	files, err := Folder("testdata/decode")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeBytes(content[:len(content)*2/3], 0); err == nil {
			t.Errorf("two thirds of %s were decoded", f.Rel)
		} else if !strings.Contains(err.Error(), "cut short") {
			t.Logf("%s: %v", f.Rel, err)
		}
	}
}

// Damage inside a file may go unnoticed in formats without checksums, but it
// must not panic.
func TestDamagedFilesDoNotPanic(t *testing.T) {
	for _, content := range encoded(t, 20, 15) {
		state := uint32(7)
		for i := range 300 {
			bad := bytes.Clone(content)
			for range 1 + i%4 {
				state = state*1664525 + 1013904223
				bad[int(state>>8)%len(bad)] = uint8(state)
			}
			if p, err := decodeBytes(bad, 10_000); err == nil {
				toRGB(p.image)
				nonzero(p.image)
			}
		}
	}
}

func TestFilesThatAreNoPictures(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		content string
		says    string
	}{
		"empty.png": {"", "is empty"},
		"text.png":  {"This is no picture.", "is not a PNG, JPEG, BMP or TIFF"},
		"gif.png":   {"GIF89a....", "it is a GIF"},
		"webp.png":  {"RIFF....WEBPVP8 ", "it is a WebP"},
		"page.jpg":  {"\n<!DOCTYPE html>", "HTML"},
		"lfs.png":   {"version https://git-lfs.github.com/spec/v1\n", "Git LFS"},
		"bad.png":   {"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDRxxxxxxxxxxxxxxxxx", "cannot be decoded"},
		"os2.bmp":   {"BM" + strings.Repeat("\x00", 12) + "\x0c" + strings.Repeat("\x00", 60), "cannot be decoded"},
	} {
		_, err := Decode(write(t, filepath.Join(dir, name), []byte(c.content)), 0)
		wantError(t, err, name, c.says)
	}
	_, err := Decode(filepath.Join(dir, "nowhere.png"), 0)
	wantError(t, err, "nowhere.png")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
}

// A bomb is refused from its header: this PNG claims 30000 x 30000 pixels, and
// there is nothing behind the claim.
func TestBombIsRefusedBeforeDecoding(t *testing.T) {
	header := []byte("\x00\x00\x00\x0dIHDR")
	header = binary.BigEndian.AppendUint32(header, 30000)
	header = binary.BigEndian.AppendUint32(header, 30000)
	header = append(header, 8, 2, 0, 0, 0)
	header = binary.BigEndian.AppendUint32(header, crc32.ChecksumIEEE(header[4:]))
	content := append([]byte("\x89PNG\r\n\x1a\n"), header...)
	path := write(t, filepath.Join(t.TempDir(), "bomb.png"), content)
	_, err := Decode(path, 0)
	wantError(t, err, path, "30000 x 30000", "data.max_pixels (100000000)")

	path = write(t, filepath.Join(t.TempDir(), "picture.png"), encoded(t, 20, 10)["PNG"])
	if _, err := Decode(path, 200); err != nil {
		t.Errorf("exactly as large as allowed: %v", err)
	}
	_, err = Decode(path, 199)
	wantError(t, err, "20 x 10", "data.max_pixels (199)")
}

func encodePNG(t *testing.T, img image.Image) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return write(t, filepath.Join(t.TempDir(), "mask.png"), b.Bytes())
}

func TestDecodeMask(t *testing.T) {
	box := image.Rect(0, 0, 3, 1)
	grey := image.NewGray(box)
	grey.Pix = []uint8{0, 1, 255}
	grey16 := image.NewGray16(box)
	grey16.SetGray16(1, 0, color.Gray16{Y: 1}) // 0 when rounded to 8 bits
	grey16.SetGray16(2, 0, color.Gray16{Y: 65535})
	rgb := image.NewRGBA(box)
	rgb.Pix = []uint8{0, 0, 0, 255, 0, 0, 7, 255, 9, 0, 0, 255}
	palette := image.NewPaletted(box, color.Palette{color.Black, color.RGBA{G: 200, A: 255}})
	palette.Pix = []uint8{0, 1, 1}
	alpha := image.NewNRGBA(box)
	alpha.Pix = []uint8{0, 0, 0, 255, 1, 0, 0, 255, 255, 255, 255, 0}
	for name, img := range map[string]image.Image{"grey": grey, "grey16": grey16, "rgb": rgb, "palette": palette, "alpha": alpha} {
		w, h, on, err := DecodeMask(encodePNG(t, img), 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if w != 3 || h != 1 || on[0] || !on[1] || !on[2] {
			t.Errorf("%s: %d x %d %v, want 3 x 1 [false true true]", name, w, h, on)
		}
	}
	_, _, _, err := DecodeMask(filepath.Join(t.TempDir(), "none.png"), 0)
	wantError(t, err, "none.png")
}

// A mask is turned as its picture is.
func TestDecodeMaskIsUpright(t *testing.T) {
	picture, err := Decode("testdata/decode/turned6.png", 0)
	if err != nil {
		t.Fatal(err)
	}
	w, h, on, err := DecodeMask("testdata/decode/turned6.png", 0)
	if err != nil {
		t.Fatal(err)
	}
	if w != picture.W || h != picture.H {
		t.Fatalf("mask %d x %d, picture %d x %d", w, h, picture.W, picture.H)
	}
	for i := range on {
		if want := picture.Pix[3*i]|picture.Pix[3*i+1]|picture.Pix[3*i+2] != 0; on[i] != want {
			t.Fatalf("pixel %d is %v", i, on[i])
		}
	}
}

// 4:2:0, the most common JPEG: no reference here (libjpeg smooths chroma, this
// does not), but grey must stay grey and sizes that are no multiple of 16 must
// work.
func TestDecodeSubsampledJPEG(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 37, 23), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = uint8(i)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 128, 128
	}
	im := toRGB(img)
	for i := range 37 * 23 {
		y := img.Y[i/37*img.YStride+i%37]
		if r, g, b := im.Pix[3*i], im.Pix[3*i+1], im.Pix[3*i+2]; r != y || g != y || b != y {
			t.Fatalf("pixel %d is %d %d %d, want %d", i, r, g, b, y)
		}
	}
}

func TestRound8(t *testing.T) {
	for v := range 65536 {
		want := uint8(float64(v)*255/65535 + 0.5)
		if got := round8(uint16(v)); got != want {
			t.Fatalf("round8(%d) = %d, want %d", v, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, content := range encoded(f, 5, 4) {
		f.Add(content)
	}
	files, err := Folder("testdata/decode")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file.Path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := decodeBytes(content, 10_000)
		if err != nil {
			return
		}
		im := toRGB(p.image)
		im.Pix, im.W, im.H = upright(im.Pix, im.W, im.H, 3, p.orientation)
		if len(im.Pix) != 3*im.W*im.H || im.W*im.H > 10_000 {
			t.Fatalf("%d bytes for %d x %d", len(im.Pix), im.W, im.H)
		}
		Resize(im, 8, 8)
	})
}

// The size that is read without decoding is that of the decoded picture, sideways
// ones among them.
func TestDimensions(t *testing.T) {
	files, err := Folder("testdata/decode")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		im, err := Decode(file.Path, 0)
		if err != nil {
			continue
		}
		if w, h, err := Dimensions(file.Path, 0); err != nil || w != im.W || h != im.H {
			t.Errorf("%s is %d x %d, not %d x %d (%v)", file.Rel, im.W, im.H, w, h, err)
		}
	}
	_, _, err = Dimensions(write(t, filepath.Join(t.TempDir(), "a.png"), encoded(t, 6, 4)["PNG"]), 23)
	wantError(t, err, "a.png", "data.max_pixels")
}
