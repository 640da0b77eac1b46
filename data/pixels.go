package data

import (
	"encoding/binary"
	"image"
	"image/color"
)

// toRGB takes any picture that the four decoders return to 8-bit RGB, by the
// rules of Decode. The loops per type are what makes decoding fast: asking an
// image.Image for one pixel after the other allocates.
func toRGB(img image.Image) *Image {
	b := img.Bounds()
	out := &Image{W: b.Dx(), H: b.Dy(), Pix: make([]uint8, 3*b.Dx()*b.Dy())}
	var palette [256][3]uint8
	if p, ok := img.(*image.Paletted); ok {
		palette = colours(p.Palette)
	}
	for y := range out.H {
		dst := out.Pix[3*out.W*y : 3*out.W*(y+1)]
		at := func(stride int) int { return y * stride }
		switch src := img.(type) {
		case *image.Gray:
			for x, v := range src.Pix[at(src.Stride):][:out.W] {
				dst[3*x], dst[3*x+1], dst[3*x+2] = v, v, v
			}
		case *image.Gray16:
			row := src.Pix[at(src.Stride):][:2*out.W]
			for x := range out.W {
				v := to8(row[2*x:])
				dst[3*x], dst[3*x+1], dst[3*x+2] = v, v, v
			}
		case *image.YCbCr:
			for x := range out.W {
				yi, ci := src.YOffset(b.Min.X+x, b.Min.Y+y), src.COffset(b.Min.X+x, b.Min.Y+y)
				dst[3*x], dst[3*x+1], dst[3*x+2] = color.YCbCrToRGB(src.Y[yi], src.Cb[ci], src.Cr[ci])
			}
		case *image.NRGBA:
			dropAlpha(dst, src.Pix[at(src.Stride):])
		case *image.RGBA:
			unmultiply(dst, src.Pix[at(src.Stride):])
		case *image.NRGBA64:
			row := src.Pix[at(src.Stride):][:8*out.W]
			for x := range out.W {
				dst[3*x], dst[3*x+1], dst[3*x+2] = to8(row[8*x:]), to8(row[8*x+2:]), to8(row[8*x+4:])
			}
		case *image.Paletted:
			for x, v := range src.Pix[at(src.Stride):][:out.W] {
				copy(dst[3*x:3*x+3], palette[v][:])
			}
		case *image.CMYK:
			row := src.Pix[at(src.Stride):][:4*out.W]
			for x := range out.W {
				dst[3*x], dst[3*x+1], dst[3*x+2] = color.CMYKToRGB(row[4*x], row[4*x+1], row[4*x+2], row[4*x+3])
			}
		default: // 16-bit RGB: opaque, or with premultiplied alpha
			for x := range out.W {
				c := color.NRGBA64Model.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA64)
				dst[3*x], dst[3*x+1], dst[3*x+2] = round8(c.R), round8(c.G), round8(c.B)
			}
		}
	}
	return out
}

// nonzero says for every pixel whether any of its colours is not zero.
func nonzero(img image.Image) []bool {
	b := img.Bounds()
	on := make([]bool, b.Dx()*b.Dy())
	switch img := img.(type) {
	case *image.Gray16, *image.NRGBA64, *image.RGBA64:
		// not by toRGB, whose rounding to 8 bits would lose small values
		for i := range on {
			c := color.NRGBA64Model.Convert(img.At(b.Min.X+i%b.Dx(), b.Min.Y+i/b.Dx())).(color.NRGBA64)
			on[i] = c.R|c.G|c.B != 0
		}
	default:
		pix := toRGB(img).Pix
		for i := range on {
			on[i] = pix[3*i]|pix[3*i+1]|pix[3*i+2] != 0
		}
	}
	return on
}

// to8 reads a big-endian 16-bit value, as package image keeps it, as 8 bits.
func to8(b []uint8) uint8 { return round8(binary.BigEndian.Uint16(b)) }

// round8 is v*255/65535, rounded: 65535 = 255*257.
func round8(v uint16) uint8 { return uint8((uint32(v) + 128) / 257) }

func dropAlpha(dst, rgba []uint8) {
	for i, j := 0, 0; i < len(dst); i, j = i+3, j+4 {
		copy(dst[i:i+3], rgba[j:j+3])
	}
}

// unmultiply undoes premultiplied alpha (in a TIFF, "associated" alpha) and
// drops it.
func unmultiply(dst, rgba []uint8) {
	for i, j := 0, 0; i < len(dst); i, j = i+3, j+4 {
		a := uint32(rgba[j+3])
		if a == 255 || a == 0 {
			copy(dst[i:i+3], rgba[j:j+3])
			continue
		}
		for c := range 3 {
			dst[i+c] = uint8(min(uint32(rgba[j+c])*255/a, 255)) // truncated, as Pillow does
		}
	}
}

// colours are a palette's 256 colours without alpha; an index beyond a short
// palette is black.
func colours(p color.Palette) (out [256][3]uint8) {
	for i, c := range p[:min(len(p), 256)] {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		out[i] = [3]uint8{n.R, n.G, n.B}
	}
	return out
}
