package pictures

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/cutpaste/cutpaste/experiments/metric"
)

// ROCCurve is a line of a plot by [ROC].
type ROCCurve struct {
	Name   string         // such as "pixels"
	AUROC  float64        // of the whole curve, for the legend
	Points []metric.Point // at most some thousands: thin those of pixels (metric.Pixels.ROC)
}

// PROCurve is a line of a plot by [PRO].
type PROCurve struct {
	Name   string
	AUPRO  float64 // up to the plot's limit, for the legend
	Points []metric.PROPoint
}

// ROC plots receiver operating characteristics, with the line of chance.
//
// It fails where a curve has no point, or one that is no number.
func ROC(title string, curves []ROCCurve) (*Plot, error) {
	p := newPlot(title, "false-positive rate", "true-positive rate")
	p.axes(1)
	for i, c := range curves {
		points := make(plotter.XYs, len(c.Points))
		for j, point := range c.Points {
			points[j] = plotter.XY{X: point.FPR, Y: point.TPR}
		}
		if err := p.curve(i, points, fmt.Sprintf("%s, AUROC %.3f", c.Name, c.AUROC)); err != nil {
			return nil, fmt.Errorf("the ROC curve of %s cannot be drawn: %w", c.Name, err)
		}
	}
	return p, p.chance(1)
}

// PRO plots curves of per-region overlap up to a false-positive rate in (0, 1], where
// AUPRO stops looking, with the line of chance.
//
// It fails where a curve has no point, or one that is no number.
func PRO(title string, curves []PROCurve, limit float64) (*Plot, error) {
	p := newPlot(title, "false-positive rate of pixels", "per-region overlap")
	p.axes(limit)
	for i, c := range curves {
		points := make(plotter.XYs, len(c.Points))
		for j, point := range c.Points {
			points[j] = plotter.XY{X: point.FPR, Y: point.PRO}
		}
		if err := p.curve(i, upTo(points, limit), fmt.Sprintf("%s, AUPRO %.3f", c.Name, c.AUPRO)); err != nil {
			return nil, fmt.Errorf("the PRO curve of %s cannot be drawn: %w", c.Name, err)
		}
	}
	return p, p.chance(limit)
}

// upTo is a curve to the limit, where a straight line between two points ends it, as
// in metric.PixelMetrics.AUPRO.
func upTo(points plotter.XYs, limit float64) plotter.XYs {
	for i, b := range points {
		if b.X > limit && i > 0 {
			a := points[i-1]
			return append(points[:i:i], plotter.XY{X: limit, Y: a.Y + (b.Y-a.Y)*(limit-a.X)/(b.X-a.X)})
		}
	}
	return points
}

// Histogram plots how many normal and how many anomalous test pictures have which
// score, in bins that both share; either may be empty. The threshold, if it is not
// nil, is a line. Scores that are not finite are left out.
//
// It fails where there is no score at all.
func Histogram(title string, normal, anomalous []float64, threshold *float64) (*Plot, error) {
	low, high, n := math.Inf(1), math.Inf(-1), 0
	for _, scores := range [][]float64{normal, anomalous} {
		for _, v := range scores {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				low, high, n = min(low, v), max(high, v), n+1
			}
		}
	}
	if n == 0 {
		return nil, errors.New("a histogram of no score cannot be drawn")
	}
	if !(low < high) { // one bar, as wide as a number of this size makes sensible
		far := max(math.Abs(low)/10, 0.5)
		low, high = low-far, high+far
	}
	bins := min(max(2*int(math.Sqrt(float64(n))), 10), 40)
	width := (high - low) / float64(bins)

	p := newPlot(title, "score", "test pictures")
	p.Legend.Top, p.Legend.YOffs = true, -vg.Points(4)
	tallest := 0.0
	for i, class := range []struct {
		name   string
		scores []float64
	}{{"normal", normal}, {"anomalous", anomalous}} {
		if len(class.scores) == 0 {
			continue
		}
		h := &plotter.Histogram{Width: width, FillColor: translucent(lines[i]), LineStyle: p.line(i)}
		h.LineStyle.Width, h.LineStyle.Dashes = vg.Points(0.8), nil
		for bin, count := range counts(class.scores, low, high, bins) {
			if count == 0 {
				continue // not even a line on the axis
			}
			h.Bins = append(h.Bins, plotter.HistogramBin{Min: low + float64(bin)*width, Max: low + float64(bin+1)*width, Weight: float64(count)})
			tallest = max(tallest, float64(count))
		}
		p.Add(h)
		p.Legend.Add(fmt.Sprintf("%s (%d)", class.name, len(class.scores)), h)
	}
	if threshold != nil {
		line, err := plotter.NewLine(plotter.XYs{{X: *threshold, Y: 0}, {X: *threshold, Y: tallest}})
		if err != nil {
			return nil, fmt.Errorf("the threshold %v cannot be drawn: %w", *threshold, err)
		}
		line.Color, line.Width, line.Dashes = ink, vg.Points(1.2), dashes
		p.Add(line)
		p.Legend.Add(fmt.Sprintf("threshold %.4g", *threshold), line)
	}
	p.X.Min, p.X.Max = min(p.X.Min, low), max(p.X.Max, high)
	p.Y.Min, p.Y.Max = 0, tallest*1.25 // room for the legend
	p.Y.Tick.Marker = wholeTicks{}
	return p, nil
}

// counts is how many scores are in each of the bins from low to high, of which the
// last holds high too. Scores outside are not counted, nor NaN.
func counts(scores []float64, low, high float64, bins int) []int {
	out := make([]int, bins)
	for _, v := range scores {
		if v >= low && v <= high {
			out[min(int(float64(bins)*((v-low)/(high-low))), bins-1)]++
		}
	}
	return out
}

// wholeTicks marks whole numbers: there are no halves of pictures.
type wholeTicks struct{}

func (wholeTicks) Ticks(low, high float64) (out []plot.Tick) {
	at, _ := ticks(low, high)
	for _, v := range at {
		if v == math.Trunc(v) {
			out = append(out, plot.Tick{Value: v, Label: strconv.Itoa(int(v))})
		}
	}
	return out
}
