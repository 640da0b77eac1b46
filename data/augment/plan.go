package augment

import "fmt"

// Kind is what is done to a view after translation and jitter.
type Kind uint8

const (
	Normal     Kind = iota // nothing more
	CutPaste               // a large patch is cut, jittered and pasted elsewhere (paper 2.1)
	Scar                   // a thin strip is cut, jittered, rotated and pasted elsewhere (paper 2.2)
	Cutout                 // a large patch is filled with one colour (paper 5.1)
	ScarCutout             // a thin strip is filled with one colour, the Scar of paper table 1 (2.2)
	Confetti               // a large patch is jittered where it lies (paper 5.1)
	Turn90                 // the whole picture is turned counter-clockwise by this many degrees,
	Turn180                // as in Gidaris et al. 2018 (paper table 1)
	Turn270
)

// String names the kind as tables and captions do.
func (k Kind) String() string {
	switch k {
	case Normal:
		return "normal"
	case CutPaste:
		return "CutPaste"
	case Scar:
		return "Scar"
	case Cutout:
		return "Cutout"
	case ScarCutout:
		return "Scar of one colour"
	case Confetti:
		return "Confetti"
	case Turn90:
		return "turned 90"
	case Turn180:
		return "turned 180"
	case Turn270:
		return "turned 270"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Plan says everything about one view of one source picture, in integers.
type Plan struct {
	Kind  Kind
	Label int32 // class to be learned, 0 is normal
	Base        // the whole picture
	Paste       // the patch; all zero for Normal
}

// Base is what is done to the whole picture, and which part of the result is kept.
// Views with equal bases are the same picture before anything is pasted.
type Base struct {
	DX, DY       int32 // out(x,y) = in(x+DX, y+DY) with a reflected border
	Jitter       Jitter
	CropX, CropY int32 // the upper left pixel of what is kept
}

// Paste moves a rectangle of the picture, as Base left it, to another place.
// All in pixels of that picture, which is the crop where there is one.
type Paste struct {
	CutX, CutY, CutW, CutH int32 // the rectangle that is cut
	X, Y, W, H             int32 // the rectangle that is written, always inside the picture

	// Map takes the destination's pixel (x,y), counted from (X,Y), to the cut's
	// pixel (u,v), counted from (CutX,CutY), in 16.16 fixed point:
	//
	//	u = (Map[0]*x + Map[1]*y + Map[2]) >> 16
	//	v = (Map[3]*x + Map[4]*y + Map[5]) >> 16
	//
	// The half pixel that points at centres is in Map[2] and Map[5], so this is
	// nearest-neighbour sampling, Pillow's default for rotate and what published
	// implementations use. Pixels whose (u,v) is outside the cut stay as they are.
	Map [6]int32

	Patch Jitter // applied to the cut, before the map
	Fill  Fill   // takes the place of every pixel of the cut, if it is a colour
}

// Fill is a colour that a patch is filled with, or none: 0.
type Fill int32

// Filled is the fill of a colour: 1<<24, so that black is one, and red, green and
// blue, 8 bits each.
func Filled(r, g, b uint8) Fill { return 1<<24 | Fill(r)<<16 | Fill(g)<<8 | Fill(b) }

// RGB is the colour of a fill that is one.
func (f Fill) RGB() (r, g, b uint8) { return uint8(f >> 16), uint8(f >> 8), uint8(f) }

// Jitter is up to four colour operations, each at most once, carried out from first
// to last; the first None ends it.
type Jitter [4]Adjust

// Adjust is one colour operation and its strength.
type Adjust struct {
	Op Op
	By int32 // factor in units of 1/One, from 0 to 2*One; for Hue the shift of the 8-bit hue, 0 to 255
}

// One is a factor of 1: an operation by One changes nothing. Factors are drawn
// on this grid because a product of an 8-bit value and such a factor is exact in
// 32-bit floating point and in integers alike, so that every implementation,
// Pillow's included, rounds to the same byte.
const One = 4096

// Op is a colour operation.
type Op uint8

const (
	None       Op = iota
	Brightness    // towards black
	Contrast      // towards the mean grey of the picture
	Saturation    // towards each pixel's own grey
	Hue           // turns the colour circle
)

// Views is the number of pictures a variant makes of one source picture: 2, or
// 3 for 3way, or 4 for rotation. An unknown variant panics; configs has checked it
// before.
func Views(variant string) int { return len(kinds(variant)) }

// Classes is the number of classes a variant teaches: 2, or 3 for 3way, or 4 for
// rotation. An unknown variant panics.
func Classes(variant string) int { return len(kinds(variant)) }

// either stands for CutPaste or Scar with equal chance.
const either Kind = 255

// kinds lists a variant's views; the class of a view is its place in the list.
// Union teaches one class of both (paper 5.2), hence two views; 3way has one of
// each (paper 2.2). What rotation teaches is the turn.
func kinds(variant string) []Kind {
	switch variant {
	case "cutpaste":
		return []Kind{Normal, CutPaste}
	case "scar":
		return []Kind{Normal, Scar}
	case "union":
		return []Kind{Normal, either}
	case "3way":
		return []Kind{Normal, CutPaste, Scar}
	case "rotation":
		return []Kind{Normal, Turn90, Turn180, Turn270}
	case "cutout":
		return []Kind{Normal, Cutout}
	case "scar_cutout":
		return []Kind{Normal, ScarCutout}
	case "confetti":
		return []Kind{Normal, Confetti}
	}
	panic(fmt.Sprintf("augment: unknown variant %q", variant))
}
