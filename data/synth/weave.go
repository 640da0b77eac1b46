package synth

import (
	"math"
	"math/rand/v2"
)

// weave is checked cloth seen from above: warp threads run down the picture, weft threads across, each over one
// and under the next. Coordinates u (across the warp) and v (across the weft) count threads.
type weave struct {
	pose   pose
	pitch  float64 // threads are this far apart
	phase  point   // which thread lies in the middle: textures have no fixed place
	sun    point   // towards the light, in the picture's plane
	ground rgb     // colour of the plain threads
	band   rgb     // and of those in the check's bands
	seed   uint32

	cut  *threadCut
	tear *blob
}

// The check: of every checkRepeat threads, the first checkBand are coloured.
const checkRepeat, checkBand = 16, 6

// threadCut is a length of one thread or two that is missing.
type threadCut struct {
	warp     bool
	thread   int32   // the first of them
	threads  int32   // how many lie side by side
	from, to float64 // along the threads, in threads crossed
}

func newWeave(r *rand.Rand) subject {
	a := between(r, 0, 2*math.Pi)
	tone := between(r, .94, 1.06)
	return &weave{
		pose: newPose(r, .07, 0, .04), pitch: .031,
		phase:  point{between(r, 60, 120), between(r, 60, 120)},
		sun:    point{math.Cos(a), math.Sin(a)},
		ground: rgb{.76, .73, .66}.times(tone), band: rgb{.24, .36, .56}.times(between(r, .9, 1.1)),
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
	i, j := math.Floor(u), math.Floor(v)
	fu, fv := u-i-.5, v-j-.5
	warpOver := (int32(i)+int32(j))&1 == 0

	if w.tear != nil {
		if d := w.tear.depth(x, y); d > 0 {
			// Single fibres reach a little way into the tear.
			if d > .25 || value(w.seed+9, 9*u, 9*v) < 4*d-.3 {
				return rgb{.07, .07, .08}.plus(.02 * value(w.seed+8, 40*x, 40*y))
			}
		}
	}
	warp, onWarp := w.thread(true, int32(i), fu, v, fv, warpOver)
	weft, onWeft := w.thread(false, int32(j), fv, u, fu, !warpOver)
	switch {
	case onWarp && (warpOver || !onWeft):
		return warp
	case onWeft:
		return weft
	}
	return rgb{.10, .10, .12}
}

// thread is the colour of one thread at across (in [-.5, .5] from its middle) and along; arc is the place
// between the crossings before and after, in [-.5, .5]. It reports false beside the thread and where it is cut.
func (w *weave) thread(warp bool, index int32, across, along, arc float64, above bool) (rgb, bool) {
	seed, facing := w.seed+2, w.sun.y
	if warp {
		seed, facing = w.seed+3, w.sun.x
	}
	colour := w.ground
	if index%checkRepeat < checkBand { // threads count from 0 or more: the phase sees to that
		colour = w.band
	}
	id := hash2(seed, index, 0)
	half := .45 + .04*value(id, .4*along, 0)
	t := across / half
	if t*t >= 1 {
		return rgb{}, false
	}
	if c := w.cut; c != nil && c.warp == warp && index >= c.thread && index < c.thread+c.threads {
		fray := .35 * value(id+1, 7*across, along)
		if along+fray > c.from && along-fray < c.to {
			return rgb{}, false
		}
	}
	tone := .7 + .3*math.Sqrt(1-t*t) + .14*facing*t // round, lit from one side
	if above {
		tone *= .85 + .15*math.Cos(math.Pi*arc)
	} else {
		tone *= .42
	}
	tone *= 1 + .10*(unit(id)-.5) + .06*value(id+2, 1.5*along, 7*across+2*along)
	return colour.times(tone), true
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
		return over(w.shade, fibre(r, spot(r, .2), between(r, .25, .42), between(r, .009, .014), colour, w.sun))
	case "stain":
		ink := rgb{.50, .44, .36}.times(between(r, .85, 1.25))
		return over(w.shade, stain(r, spot(r, .12), between(r, .05, .10), ink))
	case "thread_cut":
		worn := *w
		at := spot(r, .15)
		u, v := w.threads(at.x, at.y)
		c := threadCut{warp: r.Uint64()&1 == 0, thread: int32(math.Floor(u)), threads: 1 + int32(r.IntN(2)), from: v}
		if !c.warp {
			c.thread, c.from = int32(math.Floor(v)), u
		}
		length := between(r, 7, 13)
		c.from -= length / 2
		c.to = c.from + length
		worn.cut = &c
		return worn.shade
	}
	panic("synth: weave has no defect " + kind)
}
