package pictures

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"

	"github.com/cutpaste/cutpaste/experiments/metric"
)

// plots makes one plot of each kind.
func plots(t *testing.T) map[string]*Plot {
	t.Helper()
	scores, anomalous := []float64{1, 2, 3, 4}, []bool{false, true, false, true}
	curve, err := metric.ROC(scores, anomalous)
	if err != nil {
		t.Fatal(err)
	}
	roc, err := ROC("bottle", []ROCCurve{{"pictures", 0.75, curve}, {"pixels", 0.5, []metric.Point{{}, {FPR: 1, TPR: 1}}}})
	if err != nil {
		t.Fatal(err)
	}
	pro, err := PRO("bottle", []PROCurve{{"patch map", 0.6, []metric.PROPoint{{}, {FPR: 0.1, PRO: 0.5}, {FPR: 1, PRO: 1}}}}, 0.3)
	if err != nil {
		t.Fatal(err)
	}
	histogram, err := Histogram("bottle", []float64{1, 3}, []float64{2, 4}, ptr(2.5))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*Plot{"roc": roc, "pro": pro, "histogram": histogram}
}

func TestPlotsAreTheSameAgain(t *testing.T) {
	dir := t.TempDir()
	read := func(p *Plot, name string) []byte {
		file := filepath.Join(dir, name)
		if err := p.Write(file); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	again := plots(t)
	for name, p := range plots(t) {
		for _, extension := range []string{".svg", ".png"} {
			content := read(p, name+extension)
			if !bytes.Equal(content, read(again[name], name+extension)) {
				t.Errorf("%s%s has other bytes", name, extension)
			}
			if extension == ".png" {
				if im, err := png.Decode(bytes.NewReader(content)); err != nil || im.Bounds().Dx() != 864 || im.Bounds().Dy() != 720 {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if err := p.Write(filepath.Join(dir, "plot.jpeg")); err == nil || !strings.Contains(err.Error(), "neither .svg nor .png") {
			t.Errorf("as a JPEG: %v", err)
		}
	}
}

func TestWordsOfPlots(t *testing.T) {
	for name, want := range map[string][]string{
		"roc":       {"bottle", "false-positive rate", "true-positive rate", "pictures, AUROC 0.750", "pixels, AUROC 0.500", "chance", "0.25"},
		"pro":       {"bottle", "false-positive rate of pixels", "per-region overlap", "patch map, AUPRO 0.600", "chance", "0.3"},
		"histogram": {"bottle", "score", "test pictures", "normal (2)", "anomalous (2)", "threshold 2.5"},
	} {
		content, err := plots(t)[name].encode(".svg")
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range want {
			if !strings.Contains(string(content), ">"+word+"<") {
				t.Errorf("%s does not say %q", name, word)
			}
		}
		if n := strings.Count(string(content), "font-family:"); n == 0 || n != strings.Count(string(content), ",sans-serif;") {
			t.Errorf("%s: a font of %d has no other to take instead", name, n)
		}
	}
}

func TestUpTo(t *testing.T) {
	curve := plotter.XYs{{X: 0, Y: 0}, {X: 0.1, Y: 0.5}, {X: 0.5, Y: 0.9}, {X: 1, Y: 1}}
	for limit, want := range map[float64]plotter.XYs{
		0.05: {{X: 0, Y: 0}, {X: 0.05, Y: 0.25}},
		0.1:  {{X: 0, Y: 0}, {X: 0.1, Y: 0.5}, {X: 0.1, Y: 0.5}},
		0.3:  {{X: 0, Y: 0}, {X: 0.1, Y: 0.5}, {X: 0.3, Y: 0.7}},
		1:    curve,
	} {
		got := upTo(curve, limit)
		if !slices.EqualFunc(got, want, func(a, b plotter.XY) bool {
			return math.Abs(a.X-b.X) < 1e-12 && math.Abs(a.Y-b.Y) < 1e-12
		}) {
			t.Errorf("up to %v the curve is %v, want %v", limit, got, want)
		}
	}
	if curve[2] != (plotter.XY{X: 0.5, Y: 0.9}) {
		t.Error("the curve itself was changed")
	}
}

func TestCounts(t *testing.T) {
	got := counts([]float64{0, 1, 1.99, 2, 9.99, 10, math.NaN(), math.Inf(1), -1, 11}, 0, 10, 5)
	if want := []int{3, 1, 0, 0, 2}; !slices.Equal(got, want) {
		t.Errorf("the bins hold %v, want %v", got, want)
	}
}

func TestHistogramsOfLittle(t *testing.T) {
	for _, c := range []struct {
		name              string
		normal, anomalous []float64
		threshold         *float64
	}{
		{"one class", []float64{1, 2}, nil, nil},
		{"the other", nil, []float64{1, 2}, ptr(5)},
		{"one score", []float64{3}, nil, ptr(3)},
		{"one large score", []float64{1e300}, []float64{1e300}, nil},
		{"scores that are none", []float64{math.NaN(), 1}, []float64{math.Inf(1)}, nil},
	} {
		p, err := Histogram("", c.normal, c.anomalous, c.threshold)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if _, err := p.encode(".svg"); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.threshold != nil && (*c.threshold < p.X.Min || *c.threshold > p.X.Max) {
			t.Errorf("%s: the threshold is not between %v and %v", c.name, p.X.Min, p.X.Max)
		}
	}
}

func TestPlotsThatCannotBeDrawn(t *testing.T) {
	for name, draw := range map[string]func() (*Plot, error){
		"a ROC without points": func() (*Plot, error) { return ROC("", []ROCCurve{{"pixels", 1, nil}}) },
		"a PRO of NaN": func() (*Plot, error) {
			return PRO("", []PROCurve{{"pixels", 1, []metric.PROPoint{{FPR: math.NaN()}}}}, 0.3)
		},
		"no score":       func() (*Plot, error) { return Histogram("", []float64{math.NaN()}, nil, nil) },
		"threshold +Inf": func() (*Plot, error) { return Histogram("", []float64{1}, nil, ptr(math.Inf(1))) },
	} {
		if _, err := draw(); err == nil || !strings.Contains(err.Error(), "cannot be drawn") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// There are no halves of pictures on an axis.
func TestWholeTicks(t *testing.T) {
	for _, high := range []float64{1.25, 2.5, 5, 17.5} {
		marks := wholeTicks{}.Ticks(0, high)
		for _, m := range marks {
			if strings.Contains(m.Label, ".") {
				t.Errorf("up to %v there is a mark %s", high, m.Label)
			}
		}
		if len(marks) < 2 {
			t.Errorf("up to %v there are %d marks", high, len(marks))
		}
	}
}
