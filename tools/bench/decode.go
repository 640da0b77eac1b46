package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/cutpaste/cutpaste/data"
)

// Files are as MVTec AD's: 1024 px. Sixteen, so that none stays in the
// processor's cache until its next turn.
const (
	fileSize = 1024
	files    = 16
	loadSize = 256
)

// decoderVerb makes this program our side of reading pictures.
const decoderVerb = "decoder"

// compareDecoding measures pictures of one format that are decoded and resized,
// per second of one core's time; the reference is Pillow's, as torchvision's
// Resize uses it. Both read the same files.
func compareDecoding(format string) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		if err := writePictures(dir, files, format); err != nil {
			return nil, err
		}
		ours, err := startSelf(ctx, decoderVerb, dir, "off")
		if err != nil {
			return nil, err
		}
		defer ours.stop()
		reference, err := b.startReference(ctx, "decode_reference.py", "--folder", dir, "--size", strconv.Itoa(loadSize))
		if err != nil {
			return nil, err
		}
		defer reference.stop()
		rates, err := b.takeTurns(ctx, [2]*process{ours, reference}, decoding)
		if err != nil {
			return nil, err
		}
		return []row{compared(rates[0], rates[1], images.unit)}, nil
	}
}

// compareCache measures loading from the cache of decoded pictures against
// decoding, both ours.
func compareCache(ctx context.Context, b *bench) ([]row, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	pictures := filepath.Join(dir, "pictures")
	if err := os.Mkdir(pictures, 0o777); err != nil {
		return nil, err
	}
	if err := writePictures(pictures, files, "png"); err != nil {
		return nil, err
	}
	var sides [2]*process
	for i, cache := range []string{filepath.Join(dir, "cache"), "off"} {
		if sides[i], err = startSelf(ctx, decoderVerb, pictures, cache); err != nil {
			return nil, err
		}
		defer sides[i].stop()
	}
	rates, err := b.takeTurns(ctx, sides, decoding)
	if err != nil {
		return nil, err
	}
	return []row{compared(rates[0], rates[1], images.unit)}, nil
}

// decoding is the task of a folder's pictures, per second of processor time.
var decoding = task{per: files, unit: images.unit, clock: func(a answer) float64 { return a.Processor }}

// decode is our side: it answers each line, a number, after loading the pictures
// of a folder so many times on one core. args are the folder and data.cache.
func decode(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("a decoder takes a folder and data.cache")
	}
	runtime.GOMAXPROCS(1)
	items, err := data.Folder(args[0])
	if err != nil {
		return err
	}
	hello := answer{Work: fmt.Sprintf("%d files to %d px", len(items), loadSize)}
	return serve(in, out, hello, nil, func(n int) (answer, error) {
		for range n {
			p, err := data.Load(context.Background(), items, data.LoadOptions{Size: loadSize, Workers: 1, MaxPixels: fileSize * fileSize, Cache: args[1]})
			if err != nil {
				return answer{}, err
			}
			if len(p.Notes) > 0 {
				return answer{}, errors.New(p.Notes[0])
			}
		}
		return answer{}, nil
	})
}

// writePictures fills a folder with n files of a format, png or jpg: smooth colours
// and a sensor's noise, so that a PNG takes 1.2 MB as MVTec AD's do.
func writePictures(dir string, n int, format string) error {
	small := &data.Image{W: fileSize / 32, H: fileSize / 32, Pix: noise(1, fileSize/32)}
	smooth := data.Resize(small, fileSize, fileSize).Pix
	r := rand.New(rand.NewPCG(0, 0))
	for i := range n {
		im := image.NewNRGBA(image.Rect(0, 0, fileSize, fileSize))
		for p := range fileSize * fileSize {
			for c := range 3 {
				im.Pix[4*p+c] = 64 + smooth[3*p+c]/2 + uint8(r.UintN(8))
			}
			im.Pix[4*p+3] = 255
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%03d.%s", i, format)))
		if err != nil {
			return err
		}
		if format == "png" {
			err = png.Encode(f, im)
		} else {
			err = jpeg.Encode(f, im, &jpeg.Options{Quality: 95})
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}
