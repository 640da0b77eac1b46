package trainer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// paintsOnDevice decides where the plans are carried out: augment.on and
// data.device_cache, settled for the pictures at hand.
func (l *loop) paintsOnDevice() (bool, error) {
	c, d := l.Config, l.Numerics.Device
	if c.Augment.On == "cpu" || c.Augment.On == "auto" && (d == torch.CPU || c.Data.DeviceCache == "off") {
		return false, nil
	}
	if d == torch.CPU || shared.find(l.Pictures, d) != nil {
		return true, nil // they are there
	}
	need := int64(len(l.Pictures.Pix))
	if free, _, err := torch.Memory(d); err == nil {
		if fits, err := cacheFits(c.Data.DeviceCache, need, free, d); err != nil {
			return false, err
		} else if !fits && c.Augment.On == "auto" {
			l.note(fmt.Sprintf("the pictures (%s) stay on the host: %s has %s free; plans are carried out there", size(need), d, size(free)))
			return false, nil
		}
	}
	l.note(fmt.Sprintf("%d pictures (%s) are kept on %s, where their plans are carried out", len(l.Pictures.Items), size(need), d))
	return true, nil
}

// cacheFits says whether need bytes of pictures go onto a device with so many
// free. "auto" leaves half of them to the training.
func cacheFits(setting string, need, free int64, d torch.Device) (bool, error) {
	if setting == "on" && need > free {
		return false, fmt.Errorf("data.device_cache=on would keep %s of pictures on %s, which has %s free; set it to auto or off, or lower data.size", size(need), d, size(free))
	}
	return setting == "on" || need <= free/2, nil
}

// size is a number of bytes for people.
func size(bytes int64) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	case bytes >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
}

// MemoryError says that a device has no room for what was asked of it.
type MemoryError struct {
	Device torch.Device
	Tried  string   // what could not be had, such as "20.00 MiB"
	Knobs  []string // what may help, such as "lower train.batch"
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("%s is out of memory (%s could not be had); %s; a saved checkpoint is kept", e.Device, e.Tried, strings.Join(e.Knobs, ", or "))
}

var tried = regexp.MustCompile(`ried to allocate ([\d.]+ \w+)`)

// memoryError is err as a [MemoryError] with these knobs where libtorch ran out of
// memory, else nil.
func memoryError(err error, n Numerics, knobs ...string) *MemoryError {
	var refused *torch.Error
	if !errors.As(err, &refused) || !refused.OutOfMemory() {
		return nil
	}
	e := &MemoryError{n.Device, "more", knobs}
	if m := tried.FindStringSubmatch(refused.Msg); m != nil {
		e.Tried = m[1]
	}
	return e
}

// explained is err, as a [MemoryError] where libtorch ran out of memory.
func explained(err error, c *configs.Config, n Numerics) error {
	side := "lower data.size"
	if c.Data.Crop > 0 {
		side = "lower data.crop"
	}
	e := memoryError(err, n, "lower train.batch", side)
	if e == nil {
		return err
	}
	if c.JobsPerDevice > 1 {
		e.Knobs = append(e.Knobs, "lower jobs_per_device")
	}
	if n.Device != torch.CPU {
		if n.Amp == torch.FP32 {
			e.Knobs = append(e.Knobs, "set amp=bf16")
		}
		if c.Augment.On == "auto" && c.Data.DeviceCache != "off" {
			e.Knobs = append(e.Knobs, "set data.device_cache=off")
		}
	}
	return e
}
