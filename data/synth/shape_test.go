package synth

import (
	"math"
	"testing"
)

func TestRamp(t *testing.T) {
	for _, c := range []struct{ lo, hi, v, want float64 }{
		{1, 3, 0, 0}, {1, 3, 1, 0}, {1, 3, 2, .5}, {1, 3, 3, 1}, {1, 3, 9, 1},
	} {
		if got := ramp(c.lo, c.hi, c.v); got != c.want {
			t.Errorf("ramp(%v, %v, %v) = %v, want %v", c.lo, c.hi, c.v, got, c.want)
		}
	}
}

func TestPoseRoundTrip(t *testing.T) {
	p := newPose(stream(0, "", "", "pose", 0), .3, .1, .1)
	for _, q := range []point{{0, 0}, {.2, .9}, {1, .5}} {
		x, y := p.picture(p.local(q.x, q.y))
		if math.Abs(x-q.x) > 1e-12 || math.Abs(y-q.y) > 1e-12 {
			t.Errorf("%v came back as (%v, %v)", q, x, y)
		}
	}
}

func TestPathNear(t *testing.T) {
	p := newPath([]point{{.2, .2}, {.6, .2}, {.6, .6}})
	for _, c := range []struct {
		x, y, dist, along float64
		right             bool // when looking along the path, y downwards
	}{
		{.4, .3, .1, .25, true},    // below the first leg, half way along it
		{.4, .1, .1, .25, false},   // above it
		{.1, .2, .1, 0, false},     // before the start: on neither side
		{.65, .4, .05, .75, false}, // right of the downward leg in the picture, left when looking along it
	} {
		dist, along, side := p.near(c.x, c.y, .2)
		if math.Abs(dist-c.dist) > 1e-12 || math.Abs(along-c.along) > 1e-12 || side > 0 != c.right {
			t.Errorf("(%v, %v): distance %v, along %v, side %v; want %v, %v, right %v",
				c.x, c.y, dist, along, side, c.dist, c.along, c.right)
		}
	}
	if dist, _, _ := p.near(.9, .2, .2); !math.IsInf(dist, 1) {
		t.Errorf("a point out of reach is %v away, want +Inf", dist)
	}
}

func TestBlobDepth(t *testing.T) {
	b := blob{x: .5, y: .4, rx: .2, ry: .1, cos: 1, rough: 0, fat: 1}
	for _, c := range []struct{ x, y, want float64 }{
		{.5, .4, 1}, {.7, .4, 0}, {.5, .5, 0}, {.6, .4, .5}, {.9, .4, -1},
	} {
		if got := b.depth(c.x, c.y); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("depth(%v, %v) = %v, want %v", c.x, c.y, got, c.want)
		}
	}
}
