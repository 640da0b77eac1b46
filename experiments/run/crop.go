package run

import "github.com/cutpaste/cutpaste/configs"

// checkCrop refuses to begin with crops.
func checkCrop(c *configs.Config) error {
	if c.Data.Crop == 0 {
		return nil
	}
	return &configs.Error{Key: "data.crop", Msg: "the patch model that data.crop trains is scored by windows of every picture, which runs cannot do yet; nothing was trained: set data.crop to 0"}
}
