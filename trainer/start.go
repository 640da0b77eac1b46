package trainer

import (
	"fmt"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// Start makes the configured net with its starting weights: from scratch, a
// function of the seed, or a file's.
func Start(c *configs.Config, n Numerics) (*nets.Net, error) {
	net, _, err := StartNoting(c, n)
	return net, err
}

// StartNoting is [Start] with what is worth knowing once of the file: sentences on
// what is passed over in it and on names that are others there.
func StartNoting(c *configs.Config, n Numerics) (net *nets.Net, notes []string, err error) {
	if c.Net.Weights == "" {
		net, err = build(c, n, nets.New, func(*nets.Net) error { return nil })
		return net, nil, err
	}
	path, err := weights.Resolve(c.Net)
	if err == nil {
		net, notes, err = WithBackbone(c, n, path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("net.weights=%s cannot be used for %s: %w", c.Net.Weights, c.Net.Name, err)
	}
	return net, notes, nil
}

// WithBackbone makes the configured net with the backbone of a file, such as a
// run's model.safetensors, and with head and classifier as they start. The notes
// are those of [StartNoting].
func WithBackbone(c *configs.Config, n Numerics, path string) (net *nets.Net, notes []string, err error) {
	f, err := weights.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	for _, note := range f.Notes {
		notes = append(notes, f.Path+": "+note)
	}
	net, err = build(c, n, nets.NewBlank, func(net *nets.Net) error {
		more, err := net.LoadBackbone(f)
		notes = append(notes, more...)
		return err
	})
	return net, notes, err
}

// maker is nets.New or nets.NewBlank.
type maker func(c configs.Net, classes int, seed uint64, d torch.Device, channelsLast bool) (*nets.Net, error)

// build makes the configured net by one of nets' two ways and fills it; where that
// fails there is none.
func build(c *configs.Config, n Numerics, with maker, fill func(*nets.Net) error) (net *nets.Net, err error) {
	err = torch.Do(func() (err error) {
		n.Apply()
		net, err = with(c.Net, augment.Classes(c.Augment.Variant), c.Seed, n.Device, n.ChannelsLast)
		if err != nil {
			return err
		}
		return fill(net)
	})
	if err != nil {
		if net != nil {
			Free(net)
		}
		return nil, err
	}
	return net, nil
}

// Free frees a net that this package made.
func Free(net *nets.Net) {
	// Freeing cannot be refused.
	_ = torch.Do(func() error { net.Free(); return nil })
}
