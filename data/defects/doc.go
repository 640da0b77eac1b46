// Package defects draws the synthetic defects of the paper's table 6 (section 5.3)
// onto normal pictures: digits like MNIST's, and the square, ellipse and heart of
// dSprites, filled with a random colour or with what a natural picture shows. All are
// drawn here: no data set is needed, and the shapes are not those data sets' own.
//
// The paper says no more about them than that they are patched onto normal pictures
// of MVTec AD. What it leaves open is chosen here:
//
//	count        one defect a picture
//	position     uniform over all places where the whole shape is inside
//	size         the circle around the shape has a diameter of half to all of a share
//	             of the picture's shorter side, a quarter unless told otherwise, as
//	             dSprites scales its shapes by 0.5 to 1
//	orientation  any, for dSprites' shapes, as there; digits lean by up to 15 degrees
//	digits       strokes of 10 to 18 % of that diameter, squeezed, stretched and slanted
//	colour       uniform in RGB, the same for the whole shape
//	natural      pixels cut from a uniform place of another picture, at its own scale
//
// A picture is a pure function of (picture, defect, natural picture, size, seed,
// index), and the mask is exactly the set of pixels that the shape covers. The two
// fills of one index have the same shape at the same place. There is no
// antialiasing. The bytes are the same on every amd64 machine; where Go's compiler
// fuses multiplications and additions (arm64, GOAMD64=v3) a pixel at a shape's
// outline may be another.
package defects
