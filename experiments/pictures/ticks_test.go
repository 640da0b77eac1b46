package pictures

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []string
		ends      [2]string
	}{
		{0, 1, []string{"0.00", "0.25", "0.50", "0.75", "1.00"}, [2]string{"0.00", "1.00"}},
		{0, 0.3, []string{"0.0", "0.1", "0.2", "0.3"}, [2]string{"0.00", "0.30"}},
		{6.04, 73.2, []string{"20", "40", "60"}, [2]string{"6", "73"}},
		{6.04, 23, []string{"10", "15", "20"}, [2]string{"6.0", "23.0"}},
		{-1.5, 1.5, []string{"-1", "0", "1"}, [2]string{"-1.5", "1.5"}},
		{1234.5, 5000, []string{"2000", "3000", "4000", "5000"}, [2]string{"1234", "5000"}},
		{0, 4e-9, []string{"0", "1e-09", "2e-09", "3e-09", "4e-09"}, [2]string{"0", "4e-09"}},
		{3, 3, nil, [2]string{"3", "3"}},
	} {
		at, step := ticks(c.low, c.high)
		var got []string
		for _, v := range at {
			got = append(got, number(v, step, 0))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v to %v: ticks %q, want %q", c.low, c.high, got, c.want)
		}
		if ends := [2]string{number(c.low, step, 1), number(c.high, step, 1)}; ends != c.ends {
			t.Errorf("%v to %v: ends %q, want %q", c.low, c.high, ends, c.ends)
		}
	}
}

func TestTicksAreFewAndDiffer(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		low := (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(12)-6))
		high := low + (0.01+r.Float64())*math.Pow(10, float64(r.IntN(12)-6))
		at, step := ticks(low, high)
		if len(at) < 3 || len(at) > 5 || at[0] < low-1e-6*step || at[len(at)-1] > high+1e-6*step {
			t.Fatalf("%v to %v: ticks %v", low, high, at)
		}
		for i, v := range at[1:] {
			if a, b := number(at[i], step, 0), number(v, step, 0); a == b {
				t.Fatalf("%v to %v: two ticks are called %s", low, high, a)
			}
		}
	}
}

func TestUnlike(t *testing.T) {
	for _, c := range []struct {
		a, b float64
		want [2]string
	}{
		{12.3456, 10.1, [2]string{"12.35", "10.1"}},
		{17.23412, 17.234, [2]string{"17.2341", "17.234"}},
		{5, 5, [2]string{"5", "5"}},
		{1, math.Nextafter(1, 2), [2]string{"1", "1.0000000000000002"}},
	} {
		if a, b := unlike(c.a, c.b); [2]string{a, b} != c.want {
			t.Errorf("%v and %v are written %s and %s, want %q", c.a, c.b, a, b, c.want)
		}
	}
}
