package pictures

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

// Write writes a figure into a PNG file, which appears whole or not at all.
func Write(file string, im image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		return fmt.Errorf("the picture %s cannot be made: %w", file, err)
	}
	return save(file, b.Bytes())
}

func save(file string, content []byte) error {
	if err := wholefile.Write(file, content); err != nil {
		return fmt.Errorf("the picture %s cannot be written: %w", file, err)
	}
	return nil
}
