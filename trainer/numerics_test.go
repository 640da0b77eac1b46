package trainer

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
)

func TestSettle(t *testing.T) {
	auto := torch.FP32
	if torch.FastBFloat16() {
		auto = torch.BF16
	}
	for _, c := range []struct {
		amp, channelsLast string
		threads           int
		want              Numerics
	}{
		{"off", "off", 1, Numerics{Amp: torch.FP32, Threads: 1}},
		{"bf16", "on", 1, Numerics{Amp: torch.BF16, ChannelsLast: true, Threads: 1}},
		{"fp16", "on", 1, Numerics{Amp: torch.FP16, ChannelsLast: true, Threads: 1}},
		{"auto", "auto", 0, Numerics{Amp: auto, ChannelsLast: true, Threads: runtime.NumCPU()}},
	} {
		config := small()
		config.Amp, config.ChannelsLast, config.Threads = c.amp, c.channelsLast, c.threads
		c.want.Device, c.want.OneDNN, c.want.Deterministic = "cpu", true, config.Train.Deterministic
		if got, err := Settle(config); err != nil || got != c.want {
			t.Errorf("amp %s, channels_last %s, %d threads: %+v (%v), want %+v", c.amp, c.channelsLast, c.threads, got, err, c.want)
		}
	}
}

func TestSettleWithoutCUDA(t *testing.T) {
	if n, _ := torch.CUDA(); n > 0 {
		t.Skip("this machine has a CUDA device")
	}
	c := small()
	c.Device = "cuda"
	if _, err := Settle(c); err == nil || !strings.Contains(err.Error(), "cuda") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

// What an older CUDA device cannot do is one sentence that names the key.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		amp, embed string
		device     torch.Device
		bf16       bool
		key        string
	}{
		{"bf16", "off", "cuda:1", false, "amp"}, {"auto", "bf16", "cuda:1", false, "embed.amp"},
		{"bf16", "bf16", "cuda:1", true, ""}, {"bf16", "bf16", "cpu", false, ""},
		{"fp16", "off", "cuda:1", false, ""}, {"auto", "off", "cuda:1", false, ""},
	} {
		config := small()
		config.Amp, config.Embed.Amp = c.amp, c.embed
		err := refuse(config, c.device, c.bf16)
		var wrong *configs.Error
		switch {
		case c.key == "" && err != nil:
			t.Errorf("%+v: %v", c, err)
		case c.key != "" && (!errors.As(err, &wrong) || wrong.Key != c.key || !strings.Contains(err.Error(), "cuda:1")):
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A run that is begun on one device and goes on on another computes as it did.
func TestAs(t *testing.T) {
	begun := Numerics{Device: "cuda:0", Amp: torch.BF16, ChannelsLast: true, OneDNN: true, TF32: true, Threads: 16}
	here := Numerics{Device: "cpu", Amp: torch.FP32, Deterministic: true, Threads: 2}
	want := Numerics{Device: "cpu", Amp: torch.BF16, ChannelsLast: true, OneDNN: true, Deterministic: true, Threads: 2}
	if got := here.As(begun); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Work with one numerics is what it is alone, whatever others did in the process
// in between.
func TestApply(t *testing.T) {
	c := small()
	net, n := started(t, c)
	embed := func(n Numerics) []float32 {
		got, err := Embed(context.Background(), []*nets.Net{net}, pictures(4, c.Data.Size), c, n, nil)
		if err != nil {
			t.Fatal(err)
		}
		return got[0][0]
	}
	other := n
	other.OneDNN = false
	first, between, again := embed(n), embed(other), embed(n)
	if slices.Equal(first, between) {
		t.Error("who computes convolutions changes nothing: this tries nothing")
	}
	if !slices.Equal(first, again) {
		t.Error("other numerics in between change the numbers")
	}
}
