package wholeset

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
)

// WritePicture writes [h,w,3] bytes as a new RGB PNG.
func WritePicture(file string, pix []uint8, w, h int) error {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		copy(img.Pix[4*i:], pix[3*i:3*i+3])
		img.Pix[4*i+3] = 255 // an opaque picture is written without an alpha channel
	}
	return writePNG(file, img)
}

// WriteMask writes [h,w] bytes, 255 where there is a defect and 0 elsewhere, as a new
// greyscale PNG.
func WriteMask(file string, grey []uint8, w, h int) error {
	return writePNG(file, &image.Gray{Pix: grey, Stride: w, Rect: image.Rect(0, 0, w, h)})
}

func writePNG(file string, img image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("encoding %s: %w", file, err)
	}
	return WriteFile(file, b.Bytes())
}

// WriteFile writes and syncs a new file. One that is there is an error: two jobs
// would write it.
func WriteFile(file string, content []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Link gives the file from a second name, or copies it where that cannot be: to
// another disk, say. What from may be a link to is meant, not the link.
func Link(from, to string) error {
	real, err := filepath.EvalSymlinks(from)
	if err != nil {
		return err
	}
	if os.Link(real, to) == nil {
		return nil
	}
	content, err := os.ReadFile(real)
	if err != nil {
		return err
	}
	return WriteFile(to, content)
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
