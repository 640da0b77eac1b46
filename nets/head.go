package nets

import (
	"strconv"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// head is the paper's MLP projection head (section 4); its sizes are not
// printed there, so they are configured. Every layer is dense, batch-normalised
// and rectified; the last one may be plain.
type head struct {
	layers []projection
	out    int
}

type projection struct {
	linear linear
	bn     *norm
}

func newHead(s scope, in int, widths []int, plainLast bool) head {
	h := head{out: in}
	for i, width := range widths {
		here := s.in(strconv.Itoa(i))
		plain := plainLast && i == len(widths)-1
		p := projection{linear: newLinear(here.in("linear"), h.out, width, plain)}
		if !plain {
			bn := newNorm(here.in("bn"), torchNorm, width)
			p.bn = &bn
		}
		h.layers = append(h.layers, p)
		h.out = width
	}
	return h
}

func (h head) forward(x torch.Tensor, batch bool) torch.Tensor {
	for _, p := range h.layers {
		x = p.linear.forward(x)
		if p.bn != nil {
			x = torch.ReLU(p.bn.forward(x, batch))
		}
	}
	return x
}
