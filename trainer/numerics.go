package trainer

import (
	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Numerics is how numbers are computed: the configuration's "auto" settled for
// this machine. It is written into the run's meta.json.
type Numerics struct {
	Device       torch.Device `json:"device"`
	BFloat16     bool         `json:"bf16"`
	ChannelsLast bool         `json:"channels_last"`
	Threads      int          `json:"threads"`
}

// Settle finds the configured device and settles amp, channels_last, threads
// and determinism for it. A device that is not there is an error.
//
// amp=auto is bfloat16 on CUDA and on a CPU that computes in it; elsewhere it
// is slower than float32. channels_last=auto is on: it measured faster in both
// precisions (make bench).
func Settle(c *configs.Config) (Numerics, error) {
	device, err := torch.Find(c.Device)
	if err != nil {
		return Numerics{}, err
	}
	n := Numerics{Device: device}
	n.BFloat16 = c.Amp == "bf16" || c.Amp == "auto" && (device.IsCUDA() || torch.FastBFloat16())
	n.ChannelsLast = c.ChannelsLast != "off"
	return n, torch.Do(func() error {
		n.Threads = torch.SetThreads(c.Threads)
		torch.SetDeterministic(c.Train.Deterministic)
		return nil
	})
}
