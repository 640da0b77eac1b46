package trainer

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// finetuned is what tools/golden/phases.py wrote: PyTorch's own fine-tuning in
// two phases, batch normalisation frozen.
type finetuned struct {
	Batch, Size, Classes int
	Momentum             float64
	WeightDecay          float64 `json:"weight_decay"`
	Phases               []configs.Phase
	Lr, Losses           []float64
	After                map[string]summary
}

// summary is a tensor in few numbers: eight of its elements are Values, at At.
type summary struct {
	Norm, Sum float64
	Values    []float64
	At        []int
}

// waves is the fixture's generator of weights and pictures, 0 to 1.
func waves(i, stream int) float64 {
	x := float64(i)
	return 0.5 + 0.5*math.Sin(0.001*x*x+float64(stream))
}

// fillLikeFixture gives a state the fixture's weights.
func fillLikeFixture(state []safetensors.Tensor, names []string) []safetensors.Tensor {
	var out []safetensors.Tensor
	for _, s := range state {
		stream := slices.Index(names, s.Name)
		if stream < 0 { // a counter
			out = append(out, s)
			continue
		}
		n, in := 1, 1
		for i, d := range s.Shape {
			n *= d
			if i > 0 {
				in *= d
			}
		}
		values := make([]float32, n)
		for i := range values {
			u := waves(i, stream)
			switch {
			case strings.HasSuffix(s.Name, "running_var") || len(s.Shape) == 1 && strings.HasSuffix(s.Name, "weight"):
				u += 0.5
			case len(s.Shape) == 1:
				u = 0.2 * (u - 0.5)
			default:
				u = (2*u - 1) * math.Sqrt(3/float64(in))
			}
			values[i] = float32(u)
		}
		out = append(out, safetensors.F32(s.Name, s.Shape, values))
	}
	return out
}

// Two phases of fine-tuning are PyTorch's with two optimisers and two schedules:
// rates, losses, and every tensor afterwards.
func TestPhasesAgainstPyTorch(t *testing.T) {
	var f finetuned
	if err := json.Unmarshal([]byte(read(t, "testdata/phases.json")), &f); err != nil {
		t.Fatal(err)
	}
	c := small()
	c.Data.Size, c.Optim.Momentum, c.Optim.WeightDecay = f.Size, f.Momentum, f.WeightDecay
	for _, p := range f.Phases {
		p.BatchNorm = "frozen"
		c.Train.Phases = append(c.Train.Phases, p)
	}
	c.Train.Steps = len(f.Losses)
	pix, labels := make([]uint8, f.Batch*f.Size*f.Size*3), make([]int64, f.Batch)
	for i := range pix {
		pix[i] = uint8(waves(i, 1000) * 255)
	}
	for i := range labels {
		labels[i] = int64(i % f.Classes)
	}
	var names []string
	for name := range f.After {
		names = append(names, name)
	}
	slices.Sort(names)

	net, n := started(t, c)
	do(t, func() {
		path := filepath.Join(t.TempDir(), "start.safetensors")
		if err := safetensors.Write(path, fillLikeFixture(net.State(), names), nil); err != nil {
			t.Fatal(err)
		}
		if err := loadFile(path, net.Load); err != nil {
			t.Fatal(err)
		}
		u := NewUpdater(net, c, n, len(f.Losses))
		defer u.Free()
		for update := range f.Losses {
			u.ready(update)
			lr := LearningRate(c, update)
			if math.Abs(lr-f.Lr[update]) > 1e-15 {
				t.Errorf("update %d: rate %v, PyTorch has %v", update, lr, f.Lr[update])
			}
			u.tally.Count()
			torch.Scope(func() {
				x, y := painted(pix, labels, c, n)
				u.train(x, y, u.sendNoise(f.Batch, update), func() { u.sgd.Step(lr) })
			})
		}
		losses, _ := u.Losses()
		for i, want := range f.Losses {
			if math.Abs(float64(losses[i])-want) > 1e-5*want {
				t.Errorf("update %d: loss %v, PyTorch has %v", i, losses[i], want)
			}
		}
		for _, s := range net.State() {
			if want, ok := f.After[s.Name]; ok {
				want.near(t, s)
			}
		}
	})
}

// near compares with a tolerance relative to the tensor's size.
func (want summary) near(t *testing.T, s safetensors.Tensor) {
	t.Helper()
	values, err := s.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	var norm, sum float64
	for _, v := range values {
		norm += float64(v) * float64(v)
		sum += float64(v)
	}
	norm = math.Sqrt(norm)
	typical := want.Norm / math.Sqrt(float64(len(values)))
	const tol = 1e-4
	if math.Abs(norm-want.Norm) > tol*want.Norm || math.Abs(sum-want.Sum) > tol*want.Norm*math.Sqrt(float64(len(values))) {
		t.Errorf("%s: norm %v and sum %v, PyTorch has %v and %v", s.Name, norm, sum, want.Norm, want.Sum)
	}
	for i, at := range want.At {
		if math.Abs(float64(values[at])-want.Values[i]) > tol*typical {
			t.Errorf("%s [%d]: %v, PyTorch has %v", s.Name, at, values[at], want.Values[i])
		}
	}
}
