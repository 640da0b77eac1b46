package nets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// CAM is what Grad-CAM explains, and where: the larger of the logits of some
// classes, by the maps of a level. [NewCAM] makes it.
type CAM struct {
	Level string

	from, to int // of the classes
}

// NewCAM is gradcam.level and gradcam.target of a net with so many classes, of
// which class 0 is what is normal. The last level stands for itself by name. A level
// or class that the net lacks is a *configs.Error of its key.
func NewCAM(net configs.Net, c configs.GradCAM, classes int) (CAM, error) {
	levels := Levels(net.Name)
	if len(levels) == 0 {
		_, err := Describe(net)
		return CAM{}, err
	}
	cam := CAM{Level: c.Level}
	if c.Level == "last" {
		cam.Level = levels[len(levels)-1]
	}
	if !slices.Contains(levels, cam.Level) {
		return CAM{}, &configs.Error{Key: "gradcam.level", Msg: fmt.Sprintf("gradcam.level is %s, which %s lacks; it has %s, and last is %s",
			c.Level, net.Name, strings.Join(levels, ", "), levels[len(levels)-1])}
	}
	switch c.Target {
	case "defect":
		cam.from, cam.to = 1, classes
	case "normal":
		cam.from, cam.to = 0, 1
	default:
		class, err := strconv.Atoi(c.Target)
		if err != nil || class < 0 || class >= classes {
			return CAM{}, &configs.Error{Key: "gradcam.target", Msg: fmt.Sprintf("gradcam.target is %s, and the classes are 0 to %d; give one of them, defect or normal", c.Target, classes-1)}
		}
		cam.from, cam.to = class, class+1
	}
	return cam, nil
}

// GradCAM is Grad-CAM (Selvaraju et al. 2017, equations 1 and 2) of images [B,3,S,S]
// in inference: with A [B,C,h,w] the maps of the level and y a picture's logit, the
// largest of cam's classes, the map [B,h,w] is
//
//	ReLU(sum over c of alpha[c] A[c]),  alpha[c] = mean over positions of dy/dA[c]
//
// in float32, in units of the logit, not scaled to 0..1. It is large where there is
// what raises y; for the normal class that is what looks normal, so a defect is where
// such a map is small.
//
// Convolutions and matrix products of the forward pass compute in precision p. Each
// picture has its own map, whatever the others are. The net is afterwards as it was,
// its weights' gradients too: only A's is computed. What is between lives until the
// caller's scope ends. Gradients must be on: within [torch.NoGrad] it panics with a
// [*torch.Error]. A level of another net panics.
func (n *Net) GradCAM(images torch.Tensor, cam CAM, p torch.Precision) torch.Tensor {
	defer n.record()
	n.recordNothing()
	var maps, y torch.Tensor
	torch.Autocast(n.store.device, p, func() {
		embedding := n.backbone.forward(images, pass{visit: func(level string, m torch.Tensor) bool {
			if level == cam.Level {
				// Nothing before it is recorded, and what comes after is.
				maps = m.RequireGrad(true)
			}
			return false
		}})
		y = torch.SumOfLargest(n.Logits(embedding, false), cam.from, cam.to)
	})
	if !maps.Defined() {
		panic(fmt.Sprintf("nets: %s has no level %q", n.name, cam.Level))
	}
	y.Backward() // of the sum, as no picture's logit depends on another picture
	return torch.ActivationMap(maps, maps.Grad())
}

// recordNothing keeps passes from being recorded for their weights' sake, until
// record.
func (n *Net) recordNothing() {
	for _, e := range n.store.entries {
		e.tensor.RequireGrad(false)
	}
}

// record lets passes be recorded for the weights that the present phase trains.
func (n *Net) record() {
	for _, e := range n.store.entries {
		e.tensor.RequireGrad(e.trained)
	}
}
