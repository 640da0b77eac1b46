package nets

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// kind says what a tensor of a net is.
type kind uint8

const (
	parameter kind = iota // a layer's weight or bias
	affine                // batch normalisation's
	statistic             // batch normalisation's running mean or variance: not trained
)

// entry is one tensor of a net under its name.
type entry struct {
	name   string
	tensor torch.Tensor
	shape  []int
	kind   kind
	fill   fill // its starting values

	trained bool // in the present phase
}

// store holds a net's tensors in the order in which they were declared, which
// is torchvision's.
type store struct {
	entries      []entry
	seed         uint64
	device       torch.Device
	channelsLast bool
	norms        []named    // the batch normalisations
	layers       []convNorm // the convolutions that have one
	batches      counts

	dry   bool   // nothing but names, shapes and costs: no tensors
	blank bool   // tensors without starting values, for those who load some
	macs  []cost // of the convolutions
}

// named is a batch normalisation's name and constants.
type named struct {
	name string
	kind normKind
}

// counts are the training batches that running statistics have seen.
type counts struct{ backbone, head int64 }

// cost is the multiply-adds of a convolution for every position of its output,
// which is 2^down times smaller than the picture in width and height.
type cost struct{ each, down int }

// pooled is the down of what has one position whatever the picture's size.
const pooled = -1

func (s *store) cost(c convShape, down int) {
	s.macs = append(s.macs, cost{c.in / c.groups * c.out * c.kernel * c.kernel, down})
}

// scope is a place in the net's names, such as layer1.0, and in its
// resolutions.
type scope struct {
	store  *store
	prefix string
	down   int
}

func (s scope) in(name string) scope {
	if s.prefix != "" && name != "" {
		name = "." + name
	}
	s.prefix += name
	return s
}

// at is s where maps are 2^down times smaller than the picture.
func (s scope) at(down int) scope {
	s.down = down
	return s
}

// fill gives starting values to a tensor from its own stream of randomness.
type fill func(values []float32, r *rand.Rand)

func constant(v float32) fill {
	return func(values []float32, _ *rand.Rand) {
		for i := range values {
			values[i] = v
		}
	}
}

// kaimingNormal is torchvision's start for convolutions: N(0, 2/fan_out),
// fan_out = out channels times kernel area.
func kaimingNormal(fanOut int) fill {
	std := math.Sqrt(2 / float64(fanOut))
	return func(values []float32, r *rand.Rand) {
		for i := range values {
			values[i] = float32(r.NormFloat64() * std)
		}
	}
}

// uniform is U(-limit, limit).
func uniform(limit float64) fill {
	return func(values []float32, r *rand.Rand) {
		for i := range values {
			values[i] = float32((2*r.Float64() - 1) * limit)
		}
	}
}

// add declares a tensor and gives it its starting values.
func (s scope) add(name string, k kind, f fill, shape ...int) torch.Tensor {
	e := entry{name: s.in(name).prefix, shape: shape, kind: k, fill: f}
	if !s.store.dry {
		torch.Scope(func() {
			// Each in its own layout at once: nothing is left over in libtorch's store of
			// freed memory.
			if s.store.channelsLast && len(shape) == 4 {
				e.tensor = torch.ZerosChannelsLast(s.store.device, shape...)
			} else {
				e.tensor = torch.Zeros(s.store.device, shape...)
			}
			if !s.store.blank {
				torch.Overwrite(e.tensor, s.store.start(e))
			}
			e.tensor.Keep()
		})
	}
	s.store.entries = append(s.store.entries, e)
	return e.tensor
}

// start is the starting values of a tensor, a function of (seed, name).
func (s *store) start(e entry) []float32 {
	h := fnv.New64a()
	h.Write([]byte(e.name))
	values := make([]float32, numbers(e.shape))
	e.fill(values, rand.New(rand.NewPCG(s.seed, h.Sum64())))
	return values
}

// numbers is how many a tensor of this shape holds.
func numbers(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
