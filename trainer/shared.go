package trainer

import (
	"slices"

	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// sharedPictures are the pictures on devices, each set once however many
// trainings of this process use it. Only the tensor thread touches it.
type sharedPictures []*sharedSet

type sharedSet struct {
	of     *data.Pictures
	device torch.Device
	tensor torch.Tensor
	users  int
}

var shared sharedPictures

// take is the pictures on the device, as [N,3,S,S]. Give them back when done.
func (s *sharedPictures) take(p *data.Pictures, d torch.Device) torch.Tensor {
	for _, set := range *s {
		if set.of == p && set.device == d {
			set.users++
			return set.tensor
		}
	}
	set := &sharedSet{p, d, torch.Pictures(p.Pix, p.Size, d).Keep(), 1}
	*s = append(*s, set)
	return set.tensor
}

// has says whether a training has the pictures there already.
func (s *sharedPictures) has(p *data.Pictures, d torch.Device) bool {
	return slices.ContainsFunc(*s, func(set *sharedSet) bool { return set.of == p && set.device == d })
}

// give frees the pictures when nobody uses them any more.
func (s *sharedPictures) give(t torch.Tensor) {
	for i, set := range *s {
		if set.tensor != t {
			continue
		}
		if set.users--; set.users == 0 {
			set.tensor.Free()
			*s = append((*s)[:i], (*s)[i+1:]...)
		}
		return
	}
}
