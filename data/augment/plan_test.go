package augment

import (
	"math"
	"slices"
	"sync"
	"testing"
)

// draws is enough to see a wrong distribution: the tolerance of a distance is
// then 1.95/sqrt(20000) = 0.014, besides what rounding to pixels moves.
const draws = 20000

func TestVariants(t *testing.T) {
	for variant, want := range map[string][]Kind{
		"cutpaste": {Normal, CutPaste},
		"scar":     {Normal, Scar},
		"3way":     {Normal, CutPaste, Scar},
		"rotation": {Normal, Turn90, Turn180, Turn270},
		"cutout":   {Normal, Cutout}, "scar_cutout": {Normal, ScarCutout},
		"confetti": {Normal, Confetti},
	} {
		a := defaults()
		a.Variant = variant
		plans := NewPlanner(a, mean, 64, 64, 0).Plans(nil, 0, 0)
		if len(plans) != Views(variant) || Classes(variant) != len(want) {
			t.Errorf("%s: %d plans, %d views, %d classes, want %d of each", variant, len(plans), Views(variant), Classes(variant), len(want))
		}
		for i, p := range plans {
			if p.Kind != want[i] || p.Label != int32(i) {
				t.Errorf("%s: view %d is %v with label %d, want %v with %d", variant, i, p.Kind, p.Label, want[i], i)
			}
		}
	}
}

// The union's second view is either augmentation with equal chance and one
// label (paper 5.2). 20,000 draws: five standard deviations are 0.018.
func TestUnion(t *testing.T) {
	a := defaults()
	a.Variant = "union"
	p := NewPlanner(a, mean, 64, 64, 0)
	count := map[Kind]int{}
	for step := range draws {
		plans := p.Plans(nil, step, 0)
		if len(plans) != 2 || plans[0].Kind != Normal || plans[0].Label != 0 || plans[1].Label != 1 {
			t.Fatalf("step %d: %+v", step, plans)
		}
		count[plans[1].Kind]++
	}
	if share := float64(count[Scar]) / draws; len(count) != 2 || math.Abs(share-0.5) > 0.018 {
		t.Errorf("second views are %v", count)
	}
}

// A plan depends on (seed, step, picture, view) and on nothing else: not on what
// was drawn before, nor by how many goroutines.
func TestPlansArePure(t *testing.T) {
	p := NewPlanner(defaults(), mean, 64, 64, 5)
	const n = 500
	want := make([][]Plan, n)
	for i := range n {
		want[i] = p.Plans(nil, i/10, i%10)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			again := NewPlanner(defaults(), mean, 64, 64, 5)
			for i := n - 1; i >= 0; i-- {
				for _, q := range []*Planner{p, again} {
					if got := q.Plans(nil, i/10, i%10); !slices.Equal(got, want[i]) {
						t.Errorf("step %d, picture %d: another plan the second time", i/10, i%10)
						return
					}
				}
			}
		})
	}
	wg.Wait()

	seen := map[Plan]bool{}
	for i := range n {
		for _, plan := range want[i][1:] {
			if seen[plan] {
				t.Fatalf("step %d, picture %d repeats another plan", i/10, i%10)
			}
			seen[plan] = true
		}
	}
	if other := NewPlanner(defaults(), mean, 64, 64, 6).Plans(nil, 0, 0); slices.Equal(other, want[0]) {
		t.Error("another seed gives the same plans")
	}
}

// Shared views have one base; independent ones each their own, the first being
// the shared one. What is pasted does not depend on it.
func TestSharedAndIndependentViews(t *testing.T) {
	a := defaults()
	shared := NewPlanner(a, mean, 64, 64, 0).Plans(nil, 3, 4)
	a.Views = "independent"
	own := NewPlanner(a, mean, 64, 64, 0).Plans(nil, 3, 4)
	for i := range shared {
		if shared[i].Base != shared[0].Base {
			t.Errorf("shared view %d has a base of its own", i)
		}
		if i > 0 && own[i].Base == own[0].Base {
			t.Errorf("independent view %d has the first view's base", i)
		}
		if own[i].Paste != shared[i].Paste {
			t.Errorf("view %d pastes something else when views are independent", i)
		}
	}
	if own[0].Base != shared[0].Base {
		t.Error("the first view's base depends on whether views are shared")
	}
}

// Translations are whole pixels, uniform over -32..32 at 256 px: chi-square over
// 65 values exceeds 112 once in five thousand times.
func TestTranslation(t *testing.T) {
	count := map[int32]float64{}
	for _, p := range drawn(t, defaults(), 256, draws, Normal) {
		count[p.DX]++
		if p.DX < -32 || p.DX > 32 || p.DY < -32 || p.DY > 32 {
			t.Fatalf("translation by (%d,%d), want at most 32", p.DX, p.DY)
		}
	}
	chi := 0.0
	for _, n := range count {
		chi += (n - draws/65.) * (n - draws/65.) / (draws / 65.)
	}
	if len(count) != 65 || chi > 112 {
		t.Errorf("%d different translations, chi-square %.0f", len(count), chi)
	}
}

// Factors are uniform in [1-v, 1+v], hue in [-v, v] turns cut to 1/255, and all
// 24 orders equally likely: chi-square over them exceeds 56 once in five
// thousand times.
func TestJitterIsDrawnAsTorchvisionDoes(t *testing.T) {
	a := defaults()
	a.Jitter.Hue = 0.1
	strength := map[Op]float64{Brightness: a.Jitter.Brightness, Contrast: a.Jitter.Contrast, Saturation: a.Jitter.Saturation, Hue: 0.1}
	values, orders := map[Op][]float64{}, map[[4]Op]float64{}
	for _, p := range drawn(t, a, 64, draws, Normal) {
		var order [4]Op
		for i, s := range p.Jitter {
			order[i] = s.Op
			v := float64(s.By)/One - 1
			if s.Op == Hue {
				v = float64(int8(s.By)) / 255
			}
			values[s.Op] = append(values[s.Op], v)
		}
		orders[order]++
	}
	for op, v := range strength {
		tolerance := 0.014
		if op == Hue {
			tolerance += 1.5 / 51 // in steps of 1/255 from -25 to 25, twice the weight on 0
		}
		if len(values[op]) != draws || slices.Max(values[op]) > v || slices.Min(values[op]) < -v {
			t.Errorf("operation %d: %d values in [%v, %v], want %d within %v", op, len(values[op]), slices.Min(values[op]), slices.Max(values[op]), draws, v)
		}
		if d := distance(values[op], ramp(-v, v)); d > tolerance {
			t.Errorf("operation %d is not uniform: distance %.3f", op, d)
		}
	}
	chi := 0.0
	for _, n := range orders {
		chi += (n - draws/24.) * (n - draws/24.) / (draws / 24.)
	}
	if len(orders) != 24 || chi > 56 {
		t.Errorf("%d different orders, chi-square %.0f", len(orders), chi)
	}
}

// An operation without strength is left out, as torchvision does.
func TestJitterLeavesOut(t *testing.T) {
	a := defaults()
	a.Jitter.Brightness, a.Jitter.Saturation = 0, 0
	for _, p := range drawn(t, a, 64, 100, Normal) {
		if p.Jitter[0].Op != Contrast || p.Jitter[1] != (Adjust{}) {
			t.Fatalf("jitter is %v, want contrast alone", p.Jitter)
		}
	}
}
