package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// PlanRow says everything about one view of one picture, for [Painting.Paint]:
// a plan of data/augment, which explains the numbers, with its jitters laid out
// for many pictures at a time. It is the row of a tensor.
type PlanRow struct {
	Source, Label, DX, DY  int32
	CropX, CropY           int32
	Base                   JitterRow
	CutX, CutY, CutW, CutH int32
	X, Y, W, H             int32
	Map                    [6]int32
	Patch                  JitterRow
	Fill                   int32 // 1<<24 + 0xRRGGBB, or 0 for none
}

// JitterRow is a colour jitter: blends, a turn of the hue, blends.
type JitterRow struct {
	Before [Blends]Blend
	Hue    int32 // the shift of the 8-bit hue, NoHue for none
	After  [Blends]Blend
}

// Blend is one blend by a factor in units of 1/4096; Op is data/augment's.
type Blend struct{ Op, By int32 }

// Blends is how many blends a jitter has at most, on either side of the hue.
const Blends = C.CP_BLENDS

// NoHue is the shift of a jitter that leaves the hue alone.
const NoHue = -1

// rowLength is the number of int32s in a row.
const rowLength = int(unsafe.Sizeof(PlanRow{}) / 4)

// The two sides of the border lay a row out alike.
var _ = [1]struct{}{}[unsafe.Sizeof(PlanRow{})-C.sizeof_cp_plan]

// Painting is what the plans of all updates have in common.
type Painting struct {
	Views  int  // pictures made of one source picture
	Shared bool // all views of a source picture have the same Base, crop and source
	Input  int  // pixels in width and height of what is painted, the pictures' own or a crop's
	// Blends and turns of the hue that a jitter has at most: what never happens
	// is not computed.
	BaseBlends, PatchBlends int
	BaseHue, PatchHue       bool
	BaseContrast            bool // contrast is among the Base's blends
	Fills                   bool // some cuts are filled with a colour
	// CutW and CutH are the largest cut of each view in pixels, 0 for a view
	// into which nothing is pasted.
	CutW, CutH   []int
	Mean, Std    []float64 // of red, green and blue in 0..1
	ChannelsLast bool
}

// Pictures puts bytes [N,S,S,3] on device d as [N,3,S,S], once, to be painted
// from.
func Pictures(bytes []uint8, size int, d Device) Tensor {
	per := size * size * 3
	if len(bytes)%per != 0 {
		panic(misuse(fmt.Sprintf("%d bytes are no whole number of %d px pictures", len(bytes), size)))
	}
	name := d.c()
	defer C.free(unsafe.Pointer(name))
	return made(func(out *C.cp_tensor) *C.char {
		return C.cp_pictures(unsafe.Pointer(unsafe.SliceData(bytes)), C.int64_t(len(bytes)/per), C.int64_t(size), name, out)
	})
}

// Plans sends rows to device d as one tensor, without waiting for it.
func Plans(rows []PlanRow, d Device) Tensor { return Send(flat(rows), d, len(rows), rowLength) }

// OverwritePlans replaces the rows of a tensor of [Plans] by as many others.
func OverwritePlans(t Tensor, rows []PlanRow) { Overwrite(t, flat(rows)) }

func flat(rows []PlanRow) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(rows))), len(rows)*rowLength)
}

// Paint carries plans out, a row each, view-major, on pictures [N,3,S,S] of the
// same device: normalised images [V*B,3,I,I], I being Input, and labels [V*B]. The
// images are the host's painter's, byte for byte.
func (p Painting) Paint(pictures, plans Tensor) (images, labels Tensor) {
	if p.Views < 1 || p.Views > C.CP_VIEWS || len(p.CutW) != p.Views || len(p.CutH) != p.Views {
		panic(misuse(fmt.Sprintf("a painting of %d views with %d and %d sizes of cuts", p.Views, len(p.CutW), len(p.CutH))))
	}
	how := C.cp_painting{
		views: C.int64_t(p.Views), shared: C.int64_t(flag(p.Shared)), channels_last: C.int64_t(flag(p.ChannelsLast)),
		input:       C.int64_t(p.Input),
		base_blends: C.int64_t(p.BaseBlends), base_hue: C.int64_t(flag(p.BaseHue)), base_contrast: C.int64_t(flag(p.BaseContrast)),
		patch_blends: C.int64_t(p.PatchBlends), patch_hue: C.int64_t(flag(p.PatchHue)),
		fills: C.int64_t(flag(p.Fills)),
	}
	for v := range p.Views {
		how.cut_w[v], how.cut_h[v] = C.int64_t(p.CutW[v]), C.int64_t(p.CutH[v])
	}
	for c := range 3 {
		how.mean[c], how.inv_std[c] = C.double(p.Mean[c]*255), C.double(1/(p.Std[c]*255))
	}
	images = made(func(out *C.cp_tensor) *C.char {
		second := new(unsafe.Pointer)
		msg := C.cp_paint(pictures.c(), plans.c(), &how, out, (*C.cp_tensor)(second))
		if msg == nil {
			labels = own(second)
		}
		return msg
	})
	return images, labels
}
