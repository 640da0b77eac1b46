package synth

import (
	"math"
	"testing"
)

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for _, key := range []struct {
		seed                     uint64
		category, split, purpose string
		index                    int
	}{
		{0, "a", "b", "c", 0}, {1, "a", "b", "c", 0}, {0, "a", "b", "c", 1}, {0, "x", "b", "c", 0},
		{0, "a", "x", "c", 0}, {0, "a", "b", "x", 0}, {0, "ab", "", "c", 0}, {0, "a", "bc", "", 0},
	} {
		v := stream(key.seed, key.category, key.split, key.purpose, key.index).Uint64()
		if other, ok := seen[v]; ok {
			t.Errorf("%v and %s start alike", key, other)
		}
		seen[v] = key.category + key.split + key.purpose
		if again := stream(key.seed, key.category, key.split, key.purpose, key.index).Uint64(); again != v {
			t.Errorf("%v gives %d, then %d", key, v, again)
		}
	}
}

func TestNormalHasZeroMeanAndUnitVariance(t *testing.T) {
	r := stream(0, "", "", "normal", 0)
	const n = 200_000
	sum, squares := 0.0, 0.0
	for range n {
		v := normal(r)
		if math.Abs(v) > 3.47 { // 2 * sqrt(3), the sum's bound
			t.Fatalf("%v is out of bounds", v)
		}
		sum += v
		squares += v * v
	}
	// Five standard errors: 1/sqrt(n) for the mean, below sqrt(2/n) for the variance.
	if mean := sum / n; math.Abs(mean) > 5/math.Sqrt(n) {
		t.Errorf("mean %v", mean)
	}
	if variance := squares / n; math.Abs(variance-1) > 5*math.Sqrt(2./n) {
		t.Errorf("variance %v", variance)
	}
}

func TestEitherAvoidsTheMiddle(t *testing.T) {
	r := stream(0, "", "", "either", 0)
	signs := map[bool]int{}
	for range 1000 {
		v := either(r, 2, 3)
		if a := math.Abs(v); a < 2 || a >= 3 {
			t.Fatalf("either(2, 3) gave %v", v)
		}
		signs[v > 0]++
	}
	if signs[true] < 400 || signs[false] < 400 {
		t.Errorf("signs are not even: %v", signs)
	}
}
