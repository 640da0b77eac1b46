package trainer

import (
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
	if set := s.find(p, d); set != nil {
		set.users++
		return set.tensor
	}
	set := &sharedSet{p, d, torch.Pictures(p.Pix, p.Size, d).Keep(), 1}
	*s = append(*s, set)
	return set.tensor
}

// find is the set of pictures that a training has on the device already, or nil.
func (s *sharedPictures) find(p *data.Pictures, d torch.Device) *sharedSet {
	for _, set := range *s {
		if set.of == p && set.device == d {
			return set
		}
	}
	return nil
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
