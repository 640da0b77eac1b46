package torch

import (
	"bytes"
	"os"
	"strconv"
	"testing"
)

// tinyNet is every operation of an update, small: convolution, batch
// normalisation, pools, a residual sum, a head.
type tinyNet struct {
	conv1, conv2, dense      Tensor
	weight, bias, mean, vari Tensor
	sgd                      *SGD
	tally                    *Tally
}

const tinySize, tinyBatch = 32, 16

func newTinyNet() *tinyNet {
	leaf := func(phase float64, shape ...int) Tensor {
		return From(wave(count(shape), phase), shape...).RequireGrad(true).Keep()
	}
	n := &tinyNet{
		conv1: leaf(0, 8, 3, 3, 3), conv2: leaf(1, 8, 8, 3, 3), dense: leaf(2, 3, 8),
		weight: leaf(3, 8), bias: leaf(4, 8), mean: Zeros(CPU, 8).Keep(), vari: Zeros(CPU, 8).Keep(),
		tally: NewTally(CPU, 1),
	}
	n.sgd = NewSGD([]Tensor{n.conv1, n.conv2, n.dense, n.weight, n.bias}, 0.9, 1e-4, false)
	return n
}

func (n *tinyNet) update(pix []uint8, labels []int64) {
	Scope(func() {
		x := Images(pix, tinySize, []float64{0.5, 0.5, 0.5}, []float64{0.25, 0.25, 0.25}, CPU, true)
		target := From(labels, len(labels))
		var logits Tensor
		x = MaxPool2d(Conv2d(x, n.conv1, Tensor{}, 1, 1, 1), 2, 2, 0)
		y := BatchNorm(Conv2d(x, n.conv2, Tensor{}, 1, 1, 1), n.weight, n.bias, n.mean, n.vari, true, 0.1, 1e-5)
		y = ReLU(AddTo(y, x))
		Autocast(CPU, BF16, func() { logits = Linear(GlobalAvgPool(y), n.dense, Tensor{}) })
		loss := CrossEntropy(logits, target)
		loss.Backward()
		n.sgd.Step(0.001)
		n.tally.Count()
		n.tally.Note(loss, logits, target)
	})
	n.tally.Read()
}

func (n *tinyNet) free() {
	for _, t := range []Tensor{n.conv1, n.conv2, n.dense, n.weight, n.bias, n.mean, n.vari} {
		t.Free()
	}
	n.sgd.Free()
	n.tally.Free()
}

// Hundreds of updates leave the number of live tensors as it is after each, and
// the process's memory within 5 %: a leak of the pictures alone, on either side
// of the C border, would be 196 kB an update, 70 MB in all.
func TestUpdatesLeakNothing(t *testing.T) {
	pix := make([]uint8, tinyBatch*tinySize*tinySize*3)
	labels := make([]int64, tinyBatch)
	for i := range pix {
		pix[i] = uint8(i * 31)
	}
	for i := range labels {
		labels[i] = int64(i % 3)
	}
	inScope(t, func() {
		n := newTinyNet()
		defer n.free()
		live := Live()
		var early int
		for update := 1; update <= 400; update++ {
			n.update(pix, labels)
			if got := Live(); got != live {
				t.Fatalf("%d tensors live after update %d, %d before the first", got, update, live)
			}
			if update == 50 {
				early = resident(t)
			}
		}
		late := resident(t)
		t.Logf("resident memory: %d kB after 50 updates, %d kB after 400", early, late)
		if float64(late) > 1.05*float64(early) {
			t.Errorf("resident memory grew from %d kB after 50 updates to %d kB after 400", early, late)
		}
	})
}

// resident is the process's resident memory in kB.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("resident memory is read from /proc/self/statm, which is not there")
	}
	pages, err := strconv.Atoi(string(bytes.Fields(b)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize() / 1024
}
