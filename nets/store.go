package nets

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// entry is one tensor of a net under its torchvision name. Weights are trained;
// the others are batch normalisation's running statistics.
type entry struct {
	name   string
	tensor torch.Tensor
	shape  []int
	weight bool
}

// store holds a net's tensors in the order in which they were declared, which
// is torchvision's.
type store struct {
	entries      []entry
	seed         uint64
	device       torch.Device
	channelsLast bool
	norms        []string // names of the batch normalisations
	batches      int64    // training batches that the running statistics have seen
}

// scope is a place in the net's names, such as layer1.0.
type scope struct {
	store  *store
	prefix string
}

func (s scope) in(name string) scope {
	if s.prefix != "" {
		name = s.prefix + "." + name
	}
	return scope{s.store, name}
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

// kaimingNormal is torchvision's start for convolutions of ResNets:
// N(0, 2/fan_out), fan_out = out channels times kernel area.
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
func (s scope) add(name string, weight bool, f fill, shape ...int) torch.Tensor {
	name = s.in(name).prefix
	n := 1
	for _, d := range shape {
		n *= d
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	values := make([]float32, n)
	f(values, rand.New(rand.NewPCG(s.store.seed, h.Sum64())))

	var t torch.Tensor
	torch.Scope(func() {
		t = torch.Send(values, s.store.device, shape...)
		if s.store.channelsLast && len(shape) == 4 {
			t = t.ChannelsLast()
		}
		t.RequireGrad(weight).Keep()
	})
	s.store.entries = append(s.store.entries, entry{name, t, shape, weight})
	return t
}
