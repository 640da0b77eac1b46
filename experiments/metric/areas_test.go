package metric

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// Pairs of 10^12 pixels of each class are counted without overflow, here beside
// whole numbers of any size.
func TestAUROCOfVeryManyPixels(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	for range 100 {
		var a rocArea
		var c cut
		twice := new(big.Int)
		product := func(x, y int) *big.Int { return new(big.Int).Mul(big.NewInt(int64(x)), big.NewInt(int64(y))) }
		for range 30 {
			p, n := r.IntN(1<<36), r.IntN(1<<36)
			twice.Add(twice, product(n, 2*c.tp+p))
			c = cut{0, c.tp + p, c.fp + n}
			a.add(c)
		}
		pairs := product(2*c.tp, c.fp)
		want, _ := new(big.Rat).SetFrac(twice, pairs).Float64()
		if !near(a.value(), want) {
			t.Fatalf("AUROC is %v, want %v", a.value(), want)
		}
	}
}
