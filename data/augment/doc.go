// Package augment draws and carries out what is done to a picture before a
// network sees it: a small translation, a colour jitter, and, in the views that
// are to be told from the normal one, a CutPaste patch or a scar, or what CutPaste
// is held against: a patch filled with a colour or jittered where it lies, or a turn.
//
// The two halves are kept apart. A [Planner] makes plans: a [Plan] is a handful
// of integers that says everything about one view of one picture, and is a pure
// function of (seed, step, source picture, view). A [Painter] carries plans out
// on RGB bytes [S,S,3]. Because the plan is nothing but integers and every
// operation on a pixel is integer arithmetic, there is one right answer for
// every byte, whoever computes it: the assembly for AVX2 and the Go code give
// the same bytes, and so can tensor operations on another device.
//
// One view is made in five steps:
//
//  1. translate: out(x,y) = in(x+DX, y+DY), the border reflected without
//     repeating the edge, as torchvision's pad with padding_mode="reflect"
//     followed by a random crop;
//  2. jitter the whole picture: brightness, contrast, saturation and hue in the
//     plan's order, as torchvision's ColorJitter on Pillow images;
//  3. keep a square of it, the crop, where only a part of every picture is wanted:
//     the rest then happens to that as if it were the picture;
//  4. cut a rectangle out of the result and jitter it alone, or fill it;
//  5. paste it, turned or straight, through a masked gather: pixel (x,y) of the
//     destination rectangle takes the cut's pixel (u,v), an affine map of (x,y)
//     in 16.16 fixed point, if (u,v) lies inside the cut, and keeps its own
//     value if not.
//
// The normal view ends after step 3. A picture that is turned is a cut of all of it.
// What is outside a crop is not painted.
package augment
