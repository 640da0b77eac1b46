package localize

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// Maps are float32, of values up to 16: half a unit in the last place is 5e-7.
const tolerance = 1e-6

func flat(m [][]float64) []float32 {
	var out []float32
	for _, row := range m {
		for _, v := range row {
			out = append(out, float32(v))
		}
	}
	return out
}

func wantMap(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d pixels, want %d", what, len(got), len(want))
	}
	for i, v := range got {
		if !(math.Abs(float64(v)-want[i]) <= tolerance) {
			t.Fatalf("%s: pixel %d is %v, want %v", what, i, v, want[i])
		}
	}
}

type upsampled struct {
	Side, Window, Stride int
	Sigma                float64
	Scores               [][]float64
	Rows                 []int
	Plain, Normalized    [][]float64
}

type pair struct {
	Sigma                  float64
	Map, Filtered, Resized [][]float64
}

// testdata/upsample.json was made by tools/golden/localize.py with PyTorch and SciPy.
func fixture(t *testing.T) (f struct {
	Upsample       []upsampled
	Filter, Resize []pair
}) {
	t.Helper()
	text, err := os.ReadFile("testdata/upsample.json")
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Upsample) < 5 || len(f.Filter) < 3 || len(f.Resize) < 4 {
		t.Fatal("the fixture has too few cases")
	}
	return f
}

func TestUpsamplingAgainstPyTorch(t *testing.T) {
	for _, c := range fixture(t).Upsample {
		g := configs.Grid{Picture: (c.Side-1)*c.Stride + c.Window, Window: c.Window, Stride: c.Stride}
		if g.Side() != c.Side {
			t.Fatalf("%d windows a side, PyTorch has %d", g.Side(), c.Side)
		}
		for normalize, want := range map[bool][][]float64{false: c.Plain, true: c.Normalized} {
			l := configs.Localize{Upsample: "gaussian", Sigma: strconv.FormatFloat(c.Sigma, 'g', -1, 64), NormalizeBorder: normalize}
			got, err := NewUpsampler(g, l).Map(flat(c.Scores))
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range c.Rows {
				wantMap(t, "normalize "+strconv.FormatBool(normalize), got[row*g.Picture:][:g.Picture], want[i])
			}
		}
	}
}

func TestFilterAgainstSciPy(t *testing.T) {
	for _, c := range fixture(t).Filter {
		a := filter(len(c.Map), c.Sigma)
		wantMap(t, "filtered", apply(a, a, flat(c.Map)), slices.Concat(c.Filtered...))
	}
}

func TestResizeAgainstPyTorch(t *testing.T) {
	for _, c := range fixture(t).Resize {
		got := Resize(flat(c.Map), len(c.Map[0]), len(c.Map), len(c.Resized[0]), len(c.Resized))
		wantMap(t, "resized", got, slices.Concat(c.Resized...))
	}
}

// By hand: windows of 3 px at stride 2 of 7 have their middles at 1, 3 and 5; the
// border has the outermost windows' scores.
func TestBilinear(t *testing.T) {
	g := configs.Grid{Picture: 7, Window: 3, Stride: 2}
	got, err := NewUpsampler(g, configs.Localize{Upsample: "bilinear"}).Map([]float32{0, 2, 8, 0, 2, 8, 10, 12, 18})
	if err != nil {
		t.Fatal(err)
	}
	wantMap(t, "row 0", got[:7], []float64{0, 0, 1, 2, 5, 8, 8})
	wantMap(t, "row 3", got[21:28], []float64{0, 0, 1, 2, 5, 8, 8})
	wantMap(t, "row 4", got[28:35], []float64{5, 5, 6, 7, 10, 13, 13})
	wantMap(t, "row 6", got[42:], []float64{10, 10, 11, 12, 15, 18, 18})
}

// Where every window has the same score, so has the whole map once the border is
// normalised, or interpolated; pixels that no window sees are those beside them;
// smoothing changes nothing.
func TestOneScoreEverywhere(t *testing.T) {
	for _, g := range []configs.Grid{{Picture: 256, Window: 32, Stride: 4}, {Picture: 30, Window: 8, Stride: 5}, {Picture: 9, Window: 9, Stride: 4}} {
		scores := slices.Repeat([]float32{3}, g.Windows())
		want := slices.Repeat([]float64{3}, g.Picture*g.Picture)
		for _, l := range []configs.Localize{
			{Upsample: "gaussian", Sigma: "auto", NormalizeBorder: true},
			{Upsample: "gaussian", Sigma: "0.001", NormalizeBorder: true}, // no weight is left between the middles
			{Upsample: "gaussian", Sigma: "auto", NormalizeBorder: true, Smooth: 4},
			{Upsample: "bilinear", Smooth: 100},
		} {
			got, err := NewUpsampler(g, l).Map(scores)
			if err != nil {
				t.Fatal(err)
			}
			wantMap(t, "map", got, want)
		}
	}
}

// Without that, weights add up to 1 in the middle, on the average, and to less at
// the border.
func TestBorderFallsOff(t *testing.T) {
	g := configs.Grid{Picture: 256, Window: 32, Stride: 4}
	got, err := NewUpsampler(g, configs.Localize{Upsample: "gaussian", Sigma: "auto"}).Map(slices.Repeat([]float32{1}, g.Windows()))
	if err != nil {
		t.Fatal(err)
	}
	middle := got[128*256+128:][:4]
	if mean := (middle[0] + middle[1] + middle[2] + middle[3]) / 4; math.Abs(float64(mean)-1) > 0.03 {
		t.Errorf("the middle is %v", middle)
	}
	if got[0] > 0.01 || got[128*256] > 0.2 {
		t.Errorf("the corner is %v, the border %v", got[0], got[128*256])
	}
}

// Smoothing is what it is by itself after upsampling.
func TestSmooth(t *testing.T) {
	g := configs.Grid{Picture: 24, Window: 8, Stride: 4}
	scores := make([]float32, g.Windows())
	for i := range scores {
		scores[i] = float32(i * i % 11)
	}
	l := configs.Localize{Upsample: "gaussian", Sigma: "2"}
	rough, _ := NewUpsampler(g, l).Map(scores)
	l.Smooth = 1.5
	smooth, err := NewUpsampler(g, l).Map(scores)
	if err != nil {
		t.Fatal(err)
	}
	a := filter(24, 1.5)
	var want []float64
	for _, v := range apply(a, a, rough) {
		want = append(want, float64(v))
	}
	for i, v := range smooth {
		if math.Abs(float64(v)-want[i]) > 1e-5 { // rough was rounded
			t.Fatalf("pixel %d is %v, filtered by itself %v", i, v, want[i])
		}
	}
}

func TestWindowsWithoutAScore(t *testing.T) {
	g := configs.Grid{Picture: 16, Window: 8, Stride: 4}
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		scores := make([]float32, 9)
		scores[5] = float32(bad)
		if _, err := NewUpsampler(g, configs.Default().Localize).Map(scores); err == nil || !strings.Contains(err.Error(), "x 8, y 4") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func BenchmarkMap(b *testing.B) {
	g := configs.Grid{Picture: 256, Window: 32, Stride: 4}
	u, scores := NewUpsampler(g, configs.Default().Localize), make([]float32, g.Windows())
	for b.Loop() {
		if _, err := u.Map(scores); err != nil {
			b.Fatal(err)
		}
	}
}
