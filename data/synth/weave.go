package synth

import (
	"math"
	"math/rand/v2"
)

// weave is striped ticking seen from above, a twill: warp threads run down the picture, and each passes over
// three weft threads and under the fourth, one thread further down than its neighbour. Coordinates u (across the
// warp) and v (across the weft) count threads.
type weave struct {
	pose   pose
	pitch  float64 // threads are this far apart
	phase  point   // which threads lie in the middle: textures have no fixed place
	sun    point   // towards the light, in the picture's plane
	ground rgb     // colour of the weft and of the plain warp
	stripe rgb     // and of the warp's stripes
	seed   uint32

	cut  *threadCut
	tear *blob
}

// Of every stripeRepeat warp threads, the first stripeThreads are coloured.
const stripeRepeat, stripeThreads = 12, 5

// threadCut is a length of one warp thread, or of some side by side, that is missing.
type threadCut struct {
	first, threads int32
	from, to       float64 // along the threads, in weft threads
}

func newWeave(r *rand.Rand) subject {
	a := between(r, 0, 2*math.Pi)
	tone := between(r, .94, 1.06)
	return &weave{
		pose: newPose(r, .07, 0, .04), pitch: .031,
		phase:  point{between(r, 60, 120), between(r, 60, 120)}, // so that threads count from 0 or more
		sun:    point{math.Cos(a), math.Sin(a)},
		ground: rgb{.78, .75, .68}.times(tone), stripe: rgb{.24, .36, .56}.times(between(r, .9, 1.1)),
		seed: r.Uint32(),
	}
}

// threads maps a point of the picture to thread coordinates; slow noise keeps the threads from being straight.
func (w *weave) threads(x, y float64) (u, v float64) {
	lx, ly := w.pose.local(x, y)
	u = lx/w.pitch + w.phase.x + .3*value(w.seed, 3*lx, 5*ly)
	v = ly/w.pitch + w.phase.y + .3*value(w.seed+1, 5*lx, 3*ly)
	return u, v
}

func (w *weave) shade(x, y float64) rgb {
	u, v := w.threads(x, y)
	if w.tear != nil {
		// Single fibres reach a little way into the tear.
		if d := w.tear.depth(x, y); d > .25 || d > 0 && value(w.seed+9, 9*u, 9*v) < 4*d-.3 {
			return rgb{.07, .07, .08}.plus(.02 * value(w.seed+8, 40*x, 40*y))
		}
	}
	i, j := math.Floor(u), math.Floor(v)
	fu, fv := u-i-.5, v-j-.5
	place := (int32(i) + int32(j)) & 3 // in the twill's repeat: 0 where the weft is on top
	if place == 0 {
		if c, ok := w.weft(int32(j), fv, u); ok {
			return c.times(.85 + .15*math.Cos(math.Pi*fu))
		}
	}
	if c, ok := w.warp(int32(i), fu, v); ok {
		if place == 0 {
			return c.times(.45) // seen beside the weft that covers it
		}
		return c.times(.85 + .15*math.Cos(math.Pi*(float64(place)-2+fv)/3)) // an arch over three threads
	}
	if c, ok := w.weft(int32(j), fv, u); ok {
		return c.times(.45)
	}
	return rgb{.10, .10, .12}
}

// warp is the colour of warp thread i, across (in [-.5, .5] from its middle) and along; false beside the thread
// and where it is cut.
func (w *weave) warp(i int32, across, along float64) (rgb, bool) {
	id := hash2(w.seed+3, i, 0)
	if c := w.cut; c != nil && i >= c.first && i < c.first+c.threads {
		fray := .35 * value(id+1, 7*across, along)
		if along+fray > c.from && along-fray < c.to {
			return rgb{}, false
		}
	}
	colour := w.ground
	if i%stripeRepeat < stripeThreads {
		colour = w.stripe
	}
	tone := yarn(id, across, along, w.sun.x)
	return colour.times(tone), tone > 0
}

// weft is the same for weft thread j.
func (w *weave) weft(j int32, across, along float64) (rgb, bool) {
	tone := yarn(hash2(w.seed+2, j, 0), across, along, w.sun.y)
	return w.ground.times(tone), tone > 0
}

// yarn is the tone of a round, slightly uneven thread that is lit from one side; 0 beside the thread.
func yarn(id uint32, across, along, facing float64) float64 {
	t := across / (.46 + .04*value(id, .4*along, 0))
	if t*t >= 1 {
		return 0
	}
	tone := .7 + .3*math.Sqrt(1-t*t) + .14*facing*t
	return tone * (1 + .10*(unit(id)-.5) + .06*value(id+2, 1.5*along, 7*across+2*along))
}

func (w *weave) damage(kind string, r *rand.Rand) shader {
	switch kind {
	case "hole":
		torn := *w
		b := newBlob(r, spot(r, .12), between(r, .04, .07), .3, .6)
		torn.tear = &b
		return torn.shade
	case "loose_thread":
		colour := rgb{.10, .10, .10}
		if r.Uint64()&1 == 0 {
			colour = rgb{.62, .16, .14}
		}
		return over(w.shade, fibre(r, spot(r, .2), between(r, .25, .42), between(r, .010, .015), colour, w.sun))
	case "stain":
		ink := rgb{.50, .42, .30}.times(between(r, .85, 1.2))
		return over(w.shade, stain(r, spot(r, .12), between(r, .05, .10), ink))
	case "thread_cut":
		worn := *w
		at := spot(r, .2)
		u, v := w.threads(at.x, at.y)
		length := between(r, 8, 14)
		worn.cut = &threadCut{
			first: int32(math.Floor(u)), threads: 1 + int32(r.IntN(3)), from: v - length/2, to: v + length/2,
		}
		return worn.shade
	}
	panic("synth: weave has no defect " + kind)
}
