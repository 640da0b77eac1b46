package configs

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// The counts are the paper's: 57 x 57 windows of 32 pixels (A.5), which for 64
// pixels are 49 x 49.
func TestGrid(t *testing.T) {
	for _, c := range []struct {
		args   []string
		window int
		side   int
	}{
		{[]string{"data.crop=64"}, 64, 49},
		{[]string{"data.crop=32"}, 32, 57},
		{[]string{"data.crop=64", "localize.window=32"}, 32, 57},
		{[]string{"data.crop=64", "localize.stride=64"}, 64, 4},
		{[]string{"data.crop=64", "localize.stride=50"}, 64, 4},
		{nil, 256, 1},
	} {
		got, err := Load("", c.args, nil)
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
			continue
		}
		if g := got.Grid(); g.Window != c.window || g.Side() != c.side || g.Windows() != c.side*c.side {
			t.Errorf("%q: %d windows a side of %d pixels, want %d of %d", c.args, g.Side(), g.Window, c.side, c.window)
		}
	}
}

func TestWindowsThatDoNotFit(t *testing.T) {
	for arg, c := range map[string]struct{ key, says string }{
		"localize.window=257": {"localize.window", "larger than data.size 256"},
		"localize.stride=0":   {"localize.stride", "1 to 4096"},
		"localize.stride=257": {"localize.stride", "no score"},
		"localize.sigma=0":    {"localize.sigma", "more than 0"},
		"localize.sigma=nan":  {"localize.sigma", "more than 0"},
		"localize.memory=0":   {"localize.memory", "more than 0"},
		"localize.top=0":      {"localize.top", "1 to"},
	} {
		var wrong *Error
		if _, err := Load("", []string{arg}, nil); !errors.As(err, &wrong) || wrong.Key != c.key || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q about %s", arg, err, c.says, c.key)
		}
	}
	_, err := Load("", []string{"localize.image_score=top", "localize.top=65537"}, nil)
	if err == nil || !strings.Contains(err.Error(), "65536 pixels") {
		t.Errorf("%v", err)
	}
	if _, err := Load("", []string{"localize.image_score=top", "localize.top=65536"}, nil); err != nil {
		t.Error(err)
	}
}

// FCDD's rule by hand: log10(0.45*31 + 1) + 0.25 is log10(14.95) + 0.25.
func TestDeviation(t *testing.T) {
	l := Default().Localize
	for window, want := range map[int]float64{31: 1.42464, 32: 10, 64: 10} {
		if got := l.Deviation(window); math.Abs(got-want) > 1e-5 {
			t.Errorf("the kernel of %d pixels has sigma %v, want %v", window, got, want)
		}
	}
	l.Sigma = "12"
	if got := l.Deviation(32); got != 12 {
		t.Errorf("sigma 12 is %v", got)
	}
}
