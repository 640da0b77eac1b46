package configs

import "fmt"

// Input is the width and height in pixels of the pictures that the net is trained
// on: data.crop, or data.size where nothing is cropped.
func (d *Data) Input() int {
	if d.Crop > 0 {
		return d.Crop
	}
	return d.Size
}

// inputKey is the key that Input comes from.
func (d *Data) inputKey() string {
	if d.Crop > 0 {
		return "data.crop"
	}
	return "data.size"
}

// checkCrop refuses a crop that is larger than the picture it is taken from.
func (c *Config) checkCrop() error {
	if d := &c.Data; d.Crop > d.Size {
		return &Error{Key: "data.crop", Msg: fmt.Sprintf("data.crop %d is larger than data.size %d, which it is taken from; lower the one or raise the other", d.Crop, d.Size)}
	}
	return nil
}
