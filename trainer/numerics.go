package trainer

import (
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// Numerics is how numbers are computed: the configuration's "auto" settled for
// this machine. It is written into the run's meta.json.
type Numerics struct {
	Device        torch.Device    `json:"device"`
	Amp           torch.Precision `json:"amp"`
	ChannelsLast  bool            `json:"channels_last"`
	OneDNN        bool            `json:"onednn"` // CPU: who computes convolutions
	TF32          bool            `json:"tf32"`   // CUDA
	Deterministic bool            `json:"deterministic"`
	Threads       int             `json:"threads"`
}

// Settle finds the configured device and settles amp, channels_last and the
// other keys of computing for it, without measuring anything; [Calibrate] does
// that. A device that is not there, or that cannot compute as the keys say, is an
// error.
//
// amp=auto is bfloat16 on a device that computes in it and float32 elsewhere;
// channels_last=auto is on.
func Settle(c *configs.Config) (Numerics, error) {
	device, err := torch.Find(c.Device)
	if err != nil {
		return Numerics{}, err
	}
	n := Numerics{
		Device: device, Amp: torch.Precision(c.Amp), ChannelsLast: c.ChannelsLast != "off", OneDNN: true,
		TF32: c.TF32 && device.IsCUDA(), Deterministic: c.Train.Deterministic,
	}
	return n, torch.Do(func() error {
		bf16 := device.FastBFloat16()
		if err := refuse(c, device, bf16); err != nil {
			return err
		}
		if c.Amp == "auto" {
			n.Amp = torch.FP32
			if bf16 {
				n.Amp = torch.BF16
			}
		}
		n.Threads = torch.SetThreads(c.Threads)
		n.Apply()
		return nil
	})
}

// refuse says what a device cannot do: cuDNN has no convolutions in bfloat16 for
// one that does not compute in it. A CPU emulates both half precisions.
func refuse(c *configs.Config, d torch.Device, bf16 bool) error {
	if !d.IsCUDA() || bf16 {
		return nil
	}
	for _, k := range []struct{ key, value, instead string }{
		{"amp", c.Amp, "auto, fp16 or off"}, {"embed.amp", c.Embed.Amp, "off"},
	} {
		if k.value == "bf16" {
			return &configs.Error{Key: k.key, Msg: fmt.Sprintf("%s bf16 needs a CUDA device of compute capability 8.0 or newer, which %s is not; choose %s", k.key, d, k.instead)}
		}
	}
	return nil
}

// Apply sets what is the process's and not a tensor's or an operation's. It is
// called inside torch.Do whenever work with n begins, as work with other
// numerics may have come before.
func (n Numerics) Apply() {
	torch.SetThreads(n.Threads)
	torch.SetDeterministic(n.Deterministic)
	torch.SetOneDNN(n.OneDNN)
	torch.SetTF32(n.TF32)
}

// As is n with the choices of a run that was begun with other: precision, layout
// and who computes convolutions, which its weights depend on. Where it goes on
// and on how many threads is n's.
func (n Numerics) As(other Numerics) Numerics {
	n.Amp, n.ChannelsLast, n.OneDNN = other.Amp, other.ChannelsLast, other.OneDNN
	return n
}

// autocast computes f in this precision on the device of n.
func autocast(n Numerics, p torch.Precision, f func() torch.Tensor) (out torch.Tensor) {
	torch.Autocast(n.Device, p, func() { out = f() })
	return out
}
