package trainer

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// What is open is measured, the settled choice first, and the outcome is one of
// what was measured.
func TestCalibrate(t *testing.T) {
	c := small()
	c.ChannelsLast = "auto"
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	before := live(t)
	began := time.Now()
	got, timings, err := Calibrate(context.Background(), c, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v, chosen %+v of %+v", time.Since(began), got, timings)
	if now := live(t); now != before {
		t.Errorf("%d tensors are left over", now-before)
	}
	// 2 pictures of 32 px in 3 views are few enough to go past oneDNN.
	if len(timings) != 4 {
		t.Fatalf("%d timings of 2 layouts with and without oneDNN", len(timings))
	}
	seen := map[Timing]bool{}
	found := false
	for _, v := range timings {
		found = found || v.Amp == got.Amp && v.ChannelsLast == got.ChannelsLast && v.OneDNN == got.OneDNN
		if !(v.ImagesPerSecond > 0) || math.IsInf(v.ImagesPerSecond, 0) || v.Amp != torch.FP32 {
			t.Errorf("timing %+v", v)
		}
		v.ImagesPerSecond = 0
		seen[v] = true
	}
	if len(seen) != 4 || timings[0].ChannelsLast != n.ChannelsLast || timings[0].OneDNN != n.OneDNN {
		t.Errorf("timings %+v", timings)
	}
	if !found {
		t.Errorf("%+v is none of %+v", got, timings)
	}
	again, same, err := Calibrate(context.Background(), c, n)
	if err != nil || again != got || !slices.Equal(same, timings) {
		t.Errorf("a second time it is %+v of %+v (%v)", again, same, err)
	}
	if got.As(n) != n {
		t.Errorf("%+v became %+v: more than precision, layout and convolutions changed", n, got)
	}
}

// Where the keys leave nothing open nothing is measured.
func TestCalibrateNothing(t *testing.T) {
	c := small()
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	got, timings, err := Calibrate(context.Background(), c, n)
	if got != n || timings != nil || err != nil {
		t.Errorf("%+v, %v, %v", got, timings, err)
	}
}

func TestCalibrateCancelled(t *testing.T) {
	c := small()
	c.ChannelsLast = "auto"
	c.Data.Size = 40 // not measured by another test
	n, err := Settle(c)
	if err != nil {
		t.Fatal(err)
	}
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(reason)
	before := live(t)
	if got, _, err := Calibrate(ctx, c, n); !errors.Is(err, reason) || got != n || live(t) != before {
		t.Errorf("%+v, %v", got, err)
	}
}

// Pictures and their number are bounded, whatever the run's are.
func TestCalibrationBounds(t *testing.T) {
	for _, c := range []struct {
		device            torch.Device
		size, crop, batch int
		wantSize, wantNum int
	}{
		{"cpu", 64, 0, 32, 64, 32}, // two threads: two pictures of 256 px, or 32 of 64
		{"cpu", 64, 0, 4, 64, 12},
		{"cpu", 256, 0, 32, 256, 2},
		{"cpu", 4096, 0, 32, 256, 2},
		{"cuda:0", 256, 0, 32, 256, 96},
		{"cuda:0", 256, 0, 64, 256, 96},
		{"cuda:0", 4096, 0, 32, 1024, 6},
		{"cpu", 256, 64, 32, 64, 2}, // behind the small stem a picture of 64 px is as much as one of 256
		{"cpu", 256, 32, 32, 32, 8},
		{"cpu", 256, 128, 32, 128, 8}, // which has the ImageNet stem
		{"cuda:0", 256, 64, 64, 64, 96},
		{"cuda:0", 256, 32, 32, 32, 96},
	} {
		config := small()
		config.Data.Size, config.Data.Crop, config.Train.Batch = c.size, c.crop, c.batch
		k := &calibration{config: config}
		size, num := k.bounds(Numerics{Device: c.device, Threads: 2})
		if size != c.wantSize || num != c.wantNum {
			t.Errorf("%d pictures of %d px (crops of %d) on %s: measured on %d of %d px, want %d of %d", 3*c.batch, c.size, c.crop, c.device, num, size, c.wantNum, c.wantSize)
		}
	}
}

// Which choices are measured on a CPU, in order: the settled one, then all that
// the keys leave open.
func TestCalibrationChoices(t *testing.T) {
	type option struct {
		amp         torch.Precision
		layout, dnn bool
	}
	for _, c := range []struct {
		amp, layout string
		pixels      int
		want        []option
	}{
		{"off", "auto", tinyPixels + 1, []option{{"off", true, true}, {"off", false, true}}},
		{"off", "auto", tinyPixels, []option{{"off", true, true}, {"off", true, false}, {"off", false, true}, {"off", false, false}}},
		{"bf16", "auto", tinyPixels, []option{{"bf16", true, true}, {"bf16", false, true}}},
		{"fp16", "on", tinyPixels, nil},
	} {
		config := small()
		config.Amp, config.ChannelsLast = c.amp, c.layout
		n, err := Settle(config)
		if err != nil {
			t.Fatal(err)
		}
		var got []option
		for _, v := range (&calibration{config: config}).choices(n, c.pixels) {
			got = append(got, option{v.Amp, v.ChannelsLast, v.OneDNN})
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("amp %s, channels_last %s, %d pixels: %v, want %v", c.amp, c.layout, c.pixels, got, c.want)
		}
	}
}

// A choice replaces the settled one only if it is clearly faster, round by round.
func TestCalibrationMargin(t *testing.T) {
	a, b, c := Numerics{Threads: 1}, Numerics{Threads: 2}, Numerics{Threads: 3}
	for _, v := range []struct {
		what                  string
		settled, other, third []float64 // seconds
		want                  Numerics
	}{
		{"hardly faster", []float64{1.06, 1.06, 1.06}, []float64{1, 1, 1}, []float64{2}, a},
		{"faster", []float64{1.08, 1.08, 1.08}, []float64{1, 1, 1}, []float64{2}, b},
		{"slower", []float64{1, 1, 1}, []float64{1.3, 1.3, 1.3}, []float64{2}, a},
		{"the fastest of two", []float64{1.5, 1.5, 1.5}, []float64{1.2, 1.2, 1.2}, []float64{1, 1, 1}, c},
		{"faster while the machine is ever slower", []float64{1.1, 2.2, 4.4}, []float64{1, 2, 4}, []float64{9}, b},
		{"one lucky round", []float64{1, 1, 1}, []float64{1, 0.5, 1}, []float64{2}, a},
		{"one disturbed round", []float64{1.2, 1.2, 1.2}, []float64{1, 3, 1}, []float64{2}, b},
		{"too few rounds", []float64{1.2, 1.2}, []float64{1, 1}, []float64{2}, a},
		{"few rounds, but much faster", []float64{1.4, 1.4}, []float64{1, 1}, []float64{2}, b},
	} {
		k := &calibration{lanes: []*lane{{numerics: a, took: v.settled}, {numerics: b, took: v.other}, {numerics: c, took: v.third}}}
		if got := k.best(); got != v.want {
			t.Errorf("%s: chose the %d.", v.what, got.Threads)
		}
	}
}

// What is measured is the longest phase that trains the whole net.
func TestCalibratedPhase(t *testing.T) {
	head, all := configs.Phase{Steps: 9, Train: "head"}, configs.Phase{Steps: 3, Train: "all"}
	longer := configs.Phase{Steps: 4, Train: "all", BatchNorm: "frozen"}
	for _, c := range []struct {
		phases []configs.Phase
		want   configs.Phase
	}{
		{[]configs.Phase{head, all}, all}, {[]configs.Phase{all, longer, all, head}, longer},
		{[]configs.Phase{{Steps: 5, Train: "head"}, head}, head},
		{nil, configs.Phase{Steps: 8, Lr: 0.03, Train: "all", BatchNorm: "train"}},
	} {
		config := small()
		config.Train.Phases = c.phases
		if got := (&calibration{config: config}).phase(); got != c.want {
			t.Errorf("of %v it is %v", c.phases, got)
		}
	}
}
