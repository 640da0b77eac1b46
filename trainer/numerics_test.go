package trainer

import (
	"runtime"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/nets/torch"
)

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		amp, channelsLast string
		threads           int
		want              Numerics
	}{
		{"off", "off", 1, Numerics{"cpu", false, false, 1}},
		{"bf16", "on", 1, Numerics{"cpu", true, true, 1}},
		{"auto", "auto", 0, Numerics{"cpu", torch.FastBFloat16(), true, runtime.NumCPU()}},
	} {
		config := small()
		config.Amp, config.ChannelsLast, config.Threads = c.amp, c.channelsLast, c.threads
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
