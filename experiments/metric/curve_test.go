package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// whole is a curve that is not thinned: n is so large that every step counts.
const whole = 1 << 40

// height is the curve's, straight between its points, at x; where it is upright,
// its lowest and highest there.
func height(curve []Point, x float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for i, b := range curve {
		if b.FPR == x {
			low, high = min(low, b.TPR), max(high, b.TPR)
		}
		if i > 0 {
			if a := curve[i-1]; a.FPR < x && x < b.FPR {
				y := a.TPR + (b.TPR-a.TPR)*(x-a.FPR)/(b.FPR-a.FPR)
				return y, y
			}
		}
	}
	return low, high
}

// area by trapezoids up to FPR 1.
func area(curve []Point) (sum float64) {
	for i := 1; i < len(curve); i++ {
		sum += (curve[i].FPR - curve[i-1].FPR) * (curve[i].TPR + curve[i-1].TPR) / 2
	}
	return sum
}

// both gives the ROC and the PRO of what was gathered as curves of one type.
func both(t *testing.T, s stepper, n int) (roc, pro []Point) {
	t.Helper()
	roc, err := rocCurve(s, n)
	if err != nil {
		t.Fatal(err)
	}
	points, err := proCurve(s, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range points {
		pro = append(pro, Point{p.FPR, p.PRO, p.Threshold})
	}
	return roc, pro
}

func TestCurves(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for range 300 {
		maps := randomMaps(r)
		exact := exactly(t, maps, 1)
		var p Pixels
		addAll(t, &p, maps)
		h := NewPixelHistogram(4)
		addAll(t, h, maps)
		roc, pro := both(t, &p, whole)
		if !near(area(roc), exact.AUROC) || !near(area(pro), exact.AUPRO) {
			t.Fatalf("areas %v and %v, want %v and %v for %v", area(roc), area(pro), exact.AUROC, exact.AUPRO, maps)
		}
		binned, binnedPRO := both(t, h, whole)
		n := 1 + r.IntN(10)
		few, fewPRO := both(t, &p, n)
		for _, c := range [][2][]Point{{few, roc}, {fewPRO, pro}, {binned, roc}, {binnedPRO, pro}} {
			curve, whole := c[0], c[1]
			if curve[0] != (Point{0, 0, math.Inf(1)}) || curve[len(curve)-1].FPR != 1 || curve[len(curve)-1].TPR != 1 {
				t.Fatalf("the curve %v does not go from (0, 0) to (1, 1)", curve)
			}
			for i, p := range curve {
				if low, high := height(whole, p.FPR); p.TPR < low-tolerance || p.TPR > high+tolerance {
					t.Fatalf("point %v is not on %v", p, whole)
				}
				if i > 0 && (p.FPR < curve[i-1].FPR || p.TPR < curve[i-1].TPR || p.Threshold >= curve[i-1].Threshold) {
					t.Fatalf("the curve %v turns back", curve)
				}
			}
		}
		for _, c := range [][2][]Point{{few, roc}, {fewPRO, pro}} {
			if len(c[0]) > 2*n+2 {
				t.Fatalf("%d points, want at most %d", len(c[0]), 2*n+2)
			}
			// Left out points lie within 1/n of the curve: it passes their square.
			far := 1/float64(n) + tolerance
			for _, p := range c[1] {
				low, _ := height(c[0], max(0, p.FPR-far))
				_, high := height(c[0], min(1, p.FPR+far))
				if p.TPR < low-far || p.TPR > high+far {
					t.Fatalf("point %v is far from %v", p, c[0])
				}
			}
		}
	}
}

// A threshold of the curve separates as its point says.
func TestThresholdsOfCurves(t *testing.T) {
	maps := noisyMaps(2, 32)
	h := NewPixelHistogram(16)
	addAll(t, h, maps)
	for _, p := range must(h.ROC(100)) {
		fp, tp, normal, anomalous := 0, 0, 0, 0
		for _, m := range maps {
			for i, s := range m.Scores {
				found := 0
				if float64(s) >= p.Threshold {
					found = 1
				}
				if m.Mask != nil && m.Mask[i] != 0 {
					anomalous++
					tp += found
				} else {
					normal++
					fp += found
				}
			}
		}
		if !near(p.FPR, float64(fp)/float64(normal)) || !near(p.TPR, float64(tp)/float64(anomalous)) {
			t.Errorf("at %v there are %v and %v, the curve says %v and %v", p.Threshold, float64(fp)/float64(normal), float64(tp)/float64(anomalous), p.FPR, p.TPR)
		}
	}
	var p Pixels
	addAll(t, &p, maps)
	if thresholds := must(p.PRO(5)); !slices.IsSortedFunc(thresholds, func(a, b PROPoint) int {
		return int(math.Copysign(1, b.Threshold-a.Threshold))
	}) {
		t.Errorf("the thresholds do not fall: %v", thresholds)
	}
}

// The lowest bin of the lowest scores reaches beyond finite numbers; its threshold
// does not.
func TestThresholdsAreFinite(t *testing.T) {
	h := NewPixelHistogram(2)
	addAll(t, h, []testMap{{5, []float32{3e38, -1e38, -3e38, 1e38, -3.2e38}, []uint8{1, 0, 1, 0, 0}}})
	points := must(h.PRO(100))
	if last := points[len(points)-1]; last != (PROPoint{1, 1, -math.MaxFloat32}) {
		t.Errorf("the curve ends at %v", last)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
