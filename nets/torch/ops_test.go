package torch

import (
	"math"
	"slices"
	"testing"

	"github.com/wangkuiyi/gotorch"
)

// Images against (v/255 - mean)/std computed in float64, in both layouts:
// within 1e-6, four units in the last place of the largest value.
func TestImages(t *testing.T) {
	const n, size = 3, 5
	mean, std := []float64{0.485, 0.456, 0.406}, []float64{0.229, 0.224, 0.225}
	bytes := make([]uint8, n*size*size*3)
	for i := range bytes {
		bytes[i] = uint8(i * 37)
	}
	bytes[0], bytes[1] = 0, 255
	var want []float64 // [N,3,S,S]
	for i := range n {
		for c := range 3 {
			for p := range size * size {
				v := float64(bytes[(i*size*size+p)*3+c])
				want = append(want, (v/255-mean[c])/std[c])
			}
		}
	}
	for _, channelsLast := range []bool{false, true} {
		inScope(t, func() {
			x := Images(bytes, size, mean, std, CPU, channelsLast)
			if got := x.Shape(); !slices.Equal(got, []int{n, 3, size, size}) {
				t.Fatalf("shape %v", got)
			}
			if x.IsChannelsLast() != channelsLast {
				t.Errorf("channels-last is %v, want %v", !channelsLast, channelsLast)
			}
			wantNear(t, "pictures", Read[float64](x), want, 1e-6)
		})
	}
}

// The bytes are used again by the loader while the tensor lives.
func TestImagesCopies(t *testing.T) {
	inScope(t, func() {
		bytes := []uint8{10, 20, 30}
		x := Images(bytes, 1, []float64{0, 0, 0}, []float64{1, 1, 1}, CPU, true)
		clear(bytes)
		wantNear(t, "pixel", Read[float64](x), []float64{10. / 255, 20. / 255, 30. / 255}, 1e-6)
	})
}

// The mean over the batch of log(sum exp(logits)) - logit of the label, and its
// gradient (softmax - one-hot)/N, computed in float64; tolerance 1e-6.
func TestCrossEntropy(t *testing.T) {
	const n, classes = 5, 3
	logits := wave(n*classes, 2)
	for i := range logits {
		logits[i] *= 10
	}
	labels := []int64{2, 0, 1, 1, 0}
	var want float64
	gradient := make([]float64, n*classes)
	for i, label := range labels {
		row := logits[i*classes:][:classes]
		var sum float64
		for _, v := range row {
			sum += math.Exp(float64(v))
		}
		want += (math.Log(sum) - float64(row[label])) / n
		for c, v := range row {
			gradient[i*classes+c] = math.Exp(float64(v)) / sum / n
		}
		gradient[i*classes+int(label)] -= 1. / n
	}
	inScope(t, func() {
		x := From(logits, n, classes).RequireGrad(true)
		loss := CrossEntropy(x, From(labels, n))
		wantNear(t, "loss", Read[float64](loss), []float64{want}, 1e-6)
		loss.Backward()
		wantNear(t, "gradient", Read[float64](x.Grad()), gradient, 1e-6)
	})
}

// By hand: a 2x2 sum at stride 2 with a border of one zero, and a bias.
func TestConv2d(t *testing.T) {
	inScope(t, func() {
		x := From([]float32{1, 2, 3, 4}, 1, 1, 2, 2)
		w := From([]float32{1, 1, 1, 1}, 1, 1, 2, 2)
		y := Conv2d(x, w, From([]float32{10}, 1), 2, 1, 1)
		wantNear(t, "with bias", Read[float64](y), []float64{11, 12, 13, 14}, 0)
		wantNear(t, "without", Read[float64](Conv2d(x, w, Tensor{}, 1, 0, 1)), []float64{10}, 0)
		// A size that is not among the shared ones.
		wantNear(t, "stride 20", Read[float64](Conv2d(x, w, Tensor{}, 20, 0, 1)), []float64{10}, 0)
	})
}

// By hand: in training (x - 2)/sqrt(1 + eps) and statistics that move by a
// tenth towards the mean 2 and the unbiased variance 2; afterwards with those.
func TestBatchNorm(t *testing.T) {
	inScope(t, func() {
		x := From([]float32{1, 3}, 2, 1)
		weight, bias := From([]float32{2}, 1), From([]float32{5}, 1)
		mean, variance := From([]float32{0}, 1), From([]float32{1}, 1)
		y := BatchNorm(x, weight, bias, mean, variance, true, 0.1, 1e-5)
		wantNear(t, "training", Read[float64](y), []float64{3, 7}, 1e-4)
		wantNear(t, "running mean", Read[float64](mean), []float64{0.2}, 1e-6)
		wantNear(t, "running variance", Read[float64](variance), []float64{1.1}, 1e-6)
		y = BatchNorm(x, weight, bias, mean, variance, false, 0.1, 1e-5)
		std := math.Sqrt(1.1 + 1e-5)
		wantNear(t, "evaluation", Read[float64](y), []float64{2*0.8/std + 5, 2*2.8/std + 5}, 1e-5)
	})
}

func TestSmallOperations(t *testing.T) {
	inScope(t, func() {
		x := From([]float32{-1, 2, -3, 4}, 1, 1, 2, 2)
		ReLU(x)
		wantNear(t, "ReLU in place", Read[float64](x), []float64{0, 2, 0, 4}, 0)
		wantNear(t, "maximum", Read[float64](MaxPool2d(x, 2, 2, 0)), []float64{4}, 0)
		pooled := GlobalAvgPool(From([]float32{1, 2, 3, 4, 10, 10, 10, 10}, 1, 2, 2, 2))
		wantNear(t, "average", Read[float64](pooled), []float64{2.5, 10}, 0)
		if got := pooled.Shape(); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("averaged shape %v", got)
		}
		AddTo(x, x)
		wantNear(t, "sum in place", Read[float64](x), []float64{0, 4, 0, 8}, 0)
		y := Linear(From([]float32{1, 2}, 1, 2), From([]float32{3, 4, 5, 6}, 2, 2), From([]float32{0, 1}, 2))
		wantNear(t, "linear", Read[float64](y), []float64{11, 18}, 0)
	})
}

// Convolutions in groups, and zeros around unevenly.
func TestGroupsAndPadding(t *testing.T) {
	inScope(t, func() {
		x := From([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 2, 2)
		w := From([]float32{10, 100}, 2, 1, 1, 1)
		wantNear(t, "a channel each", Read[float64](Conv2d(x, w, Tensor{}, 1, 0, 2)), []float64{10, 20, 30, 40, 500, 600, 700, 800}, 0)
		wantNear(t, "padded", Read[float64](Pad(From([]float32{5}, 1, 1, 1, 1), 0, 1)), []float64{5, 0, 0, 0}, 0)
		wantNear(t, "padded before", Read[float64](Pad(From([]float32{5}, 1, 1, 1, 1), 1, 0)), []float64{0, 0, 0, 5}, 0)
	})
}

// Values and gradients of what networks have besides convolutions.
func TestActivations(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	at := []float32{-3, -0.5, 0, 2, 7}
	cases := []struct {
		name  string
		f     func(Tensor) Tensor
		value func(x float64) float64
		slope func(x float64) float64
	}{
		{"SiLU", SiLU, func(x float64) float64 { return x * sigmoid(x) },
			func(x float64) float64 { s := sigmoid(x); return s * (1 + x*(1-s)) }},
		{"sigmoid", Sigmoid, sigmoid, func(x float64) float64 { s := sigmoid(x); return s * (1 - s) }},
		{"ReLU6", ReLU6, func(x float64) float64 { return min(max(x, 0), 6) }, func(x float64) float64 {
			if x > 0 && x < 6 {
				return 1
			}
			return 0
		}},
	}
	for _, c := range cases {
		inScope(t, func() {
			var value, slope []float64
			for _, x := range at {
				value, slope = append(value, c.value(float64(x))), append(slope, c.slope(float64(x)))
			}
			wantNear(t, c.name, Read[float64](c.f(From(at, 1, 5))), value, 1e-6)
			// Of a leaf nothing may be replaced, of what is computed from one it may.
			w := From([]float32{1}, 1, 1).RequireGrad(true)
			rows := From(at, 5, 1)
			y := c.f(Linear(rows, w, Tensor{}))
			wantNear(t, c.name+" with gradients", Read[float64](y), value, 1e-6)
			total := Linear(transposed(y), From([]float32{1, 1, 1, 1, 1}, 1, 5), Tensor{})
			total.Backward()
			want := 0.0
			for i, x := range at {
				want += slope[i] * float64(x)
			}
			wantNear(t, "slope of "+c.name, Read[float64](w.Grad()), []float64{want}, 1e-5)
		})
	}
}

// transposed is y [N,1] as [1,N].
func transposed(y Tensor) Tensor {
	return adopt(func() gotorch.Tensor { return gotorch.View(y.some(), 1, int64(y.Shape()[0])) })
}

// What is kept and what is gated, with the gradients that follow.
func TestGateAndKeep(t *testing.T) {
	inScope(t, func() {
		x := func() Tensor { return From([]float32{1, 2, 3, 4}, 2, 2, 1, 1) }
		kept := From([]uint8{0, 1, 7, 1, 0, 7}, 2, 3)
		gate := From([]float32{10, 20, 30, 40}, 2, 2, 1, 1)
		wantNear(t, "gate", Read[float64](Gate(x(), gate)), []float64{10, 40, 90, 160}, 0)
		wantNear(t, "block", Read[float64](AddKept(x(), gate, kept, 0, 2)), []float64{10, 20, 36, 48}, 0)
		rows := From([]float32{1, 2, 3, 4}, 2, 2)
		wantNear(t, "keep", Read[float64](Keep(rows, kept, 0, 3)), []float64{0, 6, 9, 0}, 0)

		leaf := From([]float32{1, 2, 3, 4}, 2, 2, 1, 1).RequireGrad(true)
		CrossEntropy(GlobalAvgPool(AddKept(leaf, gate, kept, 0, 2)), From([]int64{0, 0}, 2)).Backward()
		if g := Read[float64](leaf.Grad()); g[0] != 0 || g[1] != 0 || g[2] == 0 || g[3] == 0 {
			t.Errorf("gradients of a block that one of two pictures keeps: %v", g)
		}
		other := From([]float32{1, 2, 3, 4}, 2, 2, 1, 1).RequireGrad(true)
		CrossEntropy(GlobalAvgPool(Gate(other, gate)), From([]int64{0, 0}, 2)).Backward()
		if g := Read[float64](other.Grad()); g[1] == 0 {
			t.Errorf("gradients through a gate: %v", g)
		}
		wantNear(t, "the gated leaf", Read[float64](other), []float64{1, 2, 3, 4}, 0)
	})
}
