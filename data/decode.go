package data

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// DefaultMaxPixels is the largest picture that is decoded where the caller
// sets no bound: 100 million pixels, 300 MB as RGB.
const DefaultMaxPixels = 100_000_000

// Image is an RGB picture: Pix is [H,W,3], interleaved, from the top left.
type Image struct {
	W, H int
	Pix  []uint8
}

// Decode reads a PNG, JPEG, BMP or TIFF file, told apart by content and not by
// name, as 8-bit RGB, upright (EXIF's orientation is carried out). maxPixels
// bounds width times height, which is read before the picture is decoded;
// 0 means DefaultMaxPixels.
//
// What becomes of other pixel kinds:
//
//	grey            the same value in R, G and B
//	16 bits         rounded to 8: 65535 becomes 255. Pillow's convert("RGB")
//	                clips 16-bit grey at 255 instead, which turns such pictures
//	                white, and cuts 16-bit RGB to its high byte
//	palette         its colours
//	alpha           dropped, whatever colour lies under it, as Pillow's
//	                convert("RGB") does
//	CMYK            (1-C)(1-K) and so on, as Pillow does; no colour profile
//	several pages   the first of a TIFF
//
// A JPEG with subsampled chroma is decoded with each chroma value repeated,
// where libjpeg smooths; luma is the same.
//
// Every error names the file and says what to do.
func Decode(path string, maxPixels int) (*Image, error) {
	p, err := decodeFile(path, maxPixels)
	if err != nil {
		return nil, err
	}
	im := toRGB(p.image)
	im.Pix, im.W, im.H = upright(im.Pix, im.W, im.H, 3, p.orientation)
	return im, nil
}

// DecodeMask reads a mask by the same rules as Decode: on[y*w+x] is true where
// any colour of the file's pixel is not zero, in the file's own depth (a 16-bit
// mask of ones is a mask). Alpha is ignored.
func DecodeMask(path string, maxPixels int) (w, h int, on []bool, err error) {
	p, err := decodeFile(path, maxPixels)
	if err != nil {
		return 0, 0, nil, err
	}
	b := p.image.Bounds()
	on, w, h = upright(nonzero(p.image), b.Dx(), b.Dy(), 1, p.orientation)
	return w, h, on, nil
}

// Dimensions are the width and height that [Decode] gives a file's picture, which is
// not decoded for them.
func Dimensions(path string, maxPixels int) (w, h int, err error) {
	err = readFile(path, func(content []byte) error {
		c, size, err := header(content, maxPixels)
		if err != nil {
			return err
		}
		w, h = size.Width, size.Height
		if orientationOf(content, c.format) >= 5 { // its rows are columns
			w, h = h, w
		}
		return nil
	})
	return w, h, err
}

// decoded is a picture as its file has it.
type decoded struct {
	image       image.Image
	format      string // PNG, JPEG, BMP or TIFF
	orientation int    // EXIF's, 1 to 8
}

func decodeFile(path string, maxPixels int) (p decoded, err error) {
	err = readFile(path, func(content []byte) (err error) {
		p, err = decodeBytes(content, maxPixels)
		return err
	})
	return p, err
}

// readFile hands a file's content to use, whose errors are the rest of a sentence.
func readFile(path string, use func(content []byte) error) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("a picture cannot be read: %w", err)
	}
	if err := use(content); err != nil {
		return fmt.Errorf("%s %w", path, err)
	}
	return nil
}

// decodeBytes decodes a file's content. Its errors are the rest of a sentence
// that starts with the file's name.
func decodeBytes(content []byte, maxPixels int) (decoded, error) {
	c, _, err := header(content, maxPixels)
	if err != nil {
		return decoded{}, err
	}
	img, err := c.decode(bytes.NewReader(content))
	if err != nil {
		return decoded{}, broken(c.format, err)
	}
	return decoded{image: img, format: c.format, orientation: orientationOf(content, c.format)}, nil
}

// header reads what kind of file it is, and its size.
func header(content []byte, maxPixels int) (*codec, image.Config, error) {
	if maxPixels <= 0 {
		maxPixels = DefaultMaxPixels
	}
	if len(content) == 0 {
		return nil, image.Config{}, errors.New("is empty (0 bytes): copy it again or remove it")
	}
	c := sniff(content)
	if c == nil {
		return nil, image.Config{}, fmt.Errorf("is not a PNG, JPEG, BMP or TIFF picture%s: convert it to PNG or remove it", guess(content))
	}
	size, err := c.config(bytes.NewReader(content))
	if err != nil {
		return nil, size, broken(c.format, err)
	}
	if size.Width <= 0 || size.Height <= 0 {
		return nil, size, fmt.Errorf("is a %s of %d x %d pixels: remove it", c.format, size.Width, size.Height)
	}
	if int64(size.Width) > int64(maxPixels)/int64(size.Height) {
		return nil, size, fmt.Errorf("has %d x %d pixels, more than data.max_pixels (%d): shrink it, or raise data.max_pixels if it is meant to be so large",
			size.Width, size.Height, maxPixels)
	}
	return c, size, nil
}

func broken(format string, err error) error {
	if slices.ContainsFunc(endsTooEarly, func(early error) bool { return errors.Is(err, early) }) {
		return fmt.Errorf("is cut short, its %s data ends too early (%w): copy it again or remove it", format, err)
	}
	return fmt.Errorf("is a %s that cannot be decoded (%w): save it again as PNG or remove it", format, err)
}

// endsTooEarly is what the decoders return for a file that was cut off. The
// JPEG decoder's word for an end in the middle of a scan is "short Huffman
// data", the others' for missing rows "not enough pixel data".
var endsTooEarly = []error{
	io.ErrUnexpectedEOF,
	io.EOF,
	jpeg.FormatError("short Huffman data"),
	png.FormatError("not enough pixel data"),
	tiff.FormatError("not enough pixel data"),
}

// codec is one format that is read.
type codec struct {
	format     string
	magics     []string
	extensions []string
	config     func(io.Reader) (image.Config, error)
	decode     func(io.Reader) (image.Image, error)
}

var codecs = []codec{
	{"PNG", []string{"\x89PNG\r\n\x1a\n"}, []string{"png"}, png.DecodeConfig, png.Decode},
	{"JPEG", []string{"\xff\xd8\xff"}, []string{"jpg", "jpeg", "jpe", "jfif"}, jpeg.DecodeConfig, jpeg.Decode},
	{"BMP", []string{"BM"}, []string{"bmp", "dib"}, bmp.DecodeConfig, bmp.Decode},
	{"TIFF", []string{"II*\x00", "MM\x00*"}, []string{"tif", "tiff"}, tiff.DecodeConfig, tiff.Decode},
}

// unreadExtensions are pictures too, but of formats that are not read: a file
// named so is worth a note, where a text file is not.
var unreadExtensions = []string{"webp", "gif", "jp2", "heic", "avif", "ppm", "pgm", "pbm", "jxl", "tga", "exr"}

// sniff is the codec for a file's content, or nil.
func sniff(content []byte) *codec {
	for i := range codecs {
		for _, magic := range codecs[i].magics {
			if bytes.HasPrefix(content, []byte(magic)) {
				return &codecs[i]
			}
		}
	}
	return nil
}

// guess names what a file that is not read looks like, for a sentence.
func guess(content []byte) string {
	switch {
	case bytes.HasPrefix(content, []byte("GIF8")):
		return " (it is a GIF)"
	case bytes.HasPrefix(content, []byte("RIFF")) && len(content) > 12 && string(content[8:12]) == "WEBP":
		return " (it is a WebP)"
	case bytes.HasPrefix(content, []byte("version https://git-lfs")):
		return " (it is a Git LFS pointer, not yet fetched)"
	case bytes.HasPrefix(bytes.TrimSpace(content), []byte("<")):
		return " (it is an HTML or XML page)"
	}
	return ""
}

// formatOfName is the format that a file's extension promises, or "".
func formatOfName(name string) string {
	ext := extension(name)
	for _, c := range codecs {
		for _, e := range c.extensions {
			if e == ext {
				return c.format
			}
		}
	}
	return ""
}

// extension is a file's extension in lower case without its dot.
func extension(name string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
}
