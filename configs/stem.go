package configs

import (
	"fmt"
	"strings"
)

// The values of net.stem besides auto.
const (
	StemImageNet = "imagenet"
	StemSmall    = "small"
)

// largestSmall is the largest crop in pixels that auto gives the small stem.
const largestSmall = 64

// Network is net.* with net.stem settled, which auto leaves to data.crop and the
// kind of backbone: what nets are made of.
func (c *Config) Network() Net {
	n := c.Net
	if n.Stem == "auto" {
		n.Stem = StemImageNet
		if c.Data.Crop > 0 && c.Data.Crop <= largestSmall && !n.efficient() {
			n.Stem = StemSmall
		}
	}
	return n
}

func (n *Net) efficient() bool { return strings.HasPrefix(n.Name, "efficientnet") }

// checkStem refuses a small stem where there is none, or where the official
// weights do not fit into it.
func (c *Config) checkStem() error {
	if c.Network().Stem != StemSmall {
		return nil
	}
	if c.Net.efficient() {
		return &Error{Key: "net.stem", Msg: fmt.Sprintf("net.stem small is for ResNets, and net.name is %s, which has its own stem; set net.stem to auto or choose a ResNet", c.Net.Name)}
	}
	if c.Net.Weights == ImageNet {
		why := "net.stem small"
		if c.Net.Stem == "auto" {
			why = fmt.Sprintf("net.stem auto is small at data.crop %d and", c.Data.Crop)
		}
		return &Error{Key: "net.stem", Msg: why + " has a 3x3 convolution, which cannot take the 7x7 one of net.weights imagenet; set net.stem to imagenet, or leave net.weights empty"}
	}
	return nil
}
